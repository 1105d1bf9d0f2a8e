"""What a page wrote, inside a prompt: between marks that the page cannot write itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from relook_lsp.core.page import text_hash

CUT = "\n… (cut)"


class Block(NamedTuple):
    """``name`` is ours, ``text`` is the page's."""

    name: str
    text: str


class Fenced(NamedTuple):
    word: str
    """Stands in every mark; a hash of all blocks, so no block can hold it."""
    text: str


def fenced(blocks: Sequence[Block]) -> Fenced:
    """The blocks, each between two lines that hold the word."""
    word = text_hash(*(part for block in blocks for part in block))[:16]
    parts = [f"<data {word} {block.name}>\n{block.text}\n</data {word}>" for block in blocks]
    return Fenced(word, "\n".join(parts))


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, and what is missing is said."""
    return text if len(text) <= limit else text[:limit] + CUT
