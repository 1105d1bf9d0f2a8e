"""The comments of JavaScript and JSX, from its syntax tree: what is a comment depends on where an expression may stand."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter
import tree_sitter_javascript

_LANGUAGE = tree_sitter.Language(tree_sitter_javascript.language())
_OPENS = ("/*", "//", "<!--", "-->", "#!")


def script_comments(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, content) of every comment, in source order. An error in the syntax spoils only what is near to it; a
    block comment that is not closed runs to the end."""
    # Without its end the parser would take the rest of the text for an error, and search long for where that stops.
    closed = text + "*/" if text.rfind("/*") > text.rfind("*/") else text
    data = closed.encode("utf-8", "surrogatepass")
    tree = tree_sitter.Parser(_LANGUAGE).parse(data)
    for start, end in _spans(tree):
        written = data[start:end].decode("utf-8", "surrogatepass")
        first = start if closed.isascii() else len(data[:start].decode("utf-8", "surrogatepass"))
        opening = next((mark for mark in _OPENS if written.startswith(mark)), "")
        body = written.removeprefix(opening).removesuffix("*/" if opening == "/*" else "")
        yield first, min(first + len(written), len(text)), body


def _spans(tree: tree_sitter.Tree) -> Iterator[tuple[int, int]]:
    """Byte offsets of the comments."""
    cursor = tree.walk()
    while True:
        node = cursor.node
        if node is not None and node.type in ("comment", "html_comment", "hash_bang_line"):
            yield node.start_byte, node.end_byte
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
