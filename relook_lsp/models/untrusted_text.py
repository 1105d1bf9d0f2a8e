"""What a page wrote, inside a prompt: between marks that the page cannot write itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from relook_lsp.core.page import hash_texts

CUT = "\n… (cut)"


class UntrustedBlock(NamedTuple):
    """``name`` is ours, ``text`` is the page's."""

    name: str
    text: str


class FencedText(NamedTuple):
    word: str
    """Stands in every mark; a hash of all blocks, so no block can hold it."""
    text: str


def fence_blocks(blocks: Sequence[UntrustedBlock]) -> FencedText:
    """The blocks, each between two lines that hold the word."""
    word = hash_texts(*(part for block in blocks for part in block))[:16]
    parts = [f"<data {word} {block.name}>\n{block.text}\n</data {word}>" for block in blocks]
    return FencedText(word, "\n".join(parts))


def truncate(text: str, limit: int) -> str:
    """At most ``limit`` characters, and what is missing is said."""
    return text if len(text) <= limit else text[:limit] + CUT
