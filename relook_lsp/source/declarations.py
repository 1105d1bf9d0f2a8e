"""What is declared in the text of a sheet, a ``<style>`` element or a ``style`` attribute, whether the browser takes it
or not: it says nothing of what it drops."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from relook_lsp.source.html import parse_html

_TOKEN = re.compile(
    r"""/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|url\(\s*[^"')\s][^)]*\)|\\.|[][(){};]""", re.S | re.I
)
_GROUPS = re.compile(r"@(media|supports|layer|container|scope|starting-style|(-\w+-)?document)\b", re.I)
_CLOSER = {"(": ")", "[": "]", "{": "}"}
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.I)

Written = tuple[str, str]
"""Property and value, without ``!important``; what is not a declaration at all has no value."""


def written(path: str, text: str) -> Counter[Written]:
    """All declarations of a sheet or a document, custom properties left out."""
    if PurePosixPath(path).suffix.lower() == ".css":
        return Counter(declarations(text))
    document, found = parse_html(text), Counter[Written]()
    for tag in document.tags:
        style = tag.attribute("style")
        if style is not None:
            found.update(declarations(html.unescape(document.written_value(style)), block=True))
        if tag.name == "style":
            content = document.content_span(tag)
            found.update(declarations(text[content.start : content.end]))
    return found


def declarations(text: str, *, block: bool = False) -> Iterator[Written]:
    """Of a sheet or, with ``block``, of what stands between the braces of a rule. Descriptors (``@font-face``,
    ``@page`` …) are none. Blocks and brackets end as CSS Syntax 3 has it: an open bracket takes all that follows."""
    inside, closers, parts, end = [block], list[str](), list[str](), 0
    for token in _TOKEN.finditer(text):
        parts.append(text[end : token.start()])
        end, mark = token.end(), token.group()
        if mark.startswith("/*"):
            parts.append(" ")
            continue
        chunk = "".join(parts).strip()
        if mark in "([" or (mark == "{" and (closers or chunk.startswith("--"))):
            closers.append(_CLOSER[mark])
        elif closers and mark == closers[-1]:
            closers.pop()
        elif mark in "{;}" and not closers:
            if mark == "{":
                # A group of rules is what its surroundings are: declarations stand in it where it is nested in a rule.
                inside.append(inside[-1] if _GROUPS.match(chunk) else not chunk.startswith("@"))
            else:
                yield from _declaration(chunk, inside[-1])
            if mark == "}" and len(inside) > 1:
                inside.pop()
            parts.clear()
            continue
        parts.append(mark)
    yield from _declaration("".join((*parts, text[end:])).strip(), inside[-1])


def _declaration(chunk: str, counts: bool) -> Iterator[Written]:
    if counts and chunk and not chunk.startswith(("--", "@")):
        name, _, value = chunk.partition(":")
        yield name.strip().lower(), _IMPORTANT.sub("", " ".join(value.split()))
