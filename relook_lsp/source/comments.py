"""The comments of documents, style sheets and scripts, read as a browser reads them."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.source.css_tokens import Kind, tokens
from relook_lsp.source.html import comments_of, is_script, parse


def comments(text: str, kind: str, shift: int = 0) -> Iterator[tuple[int, int, str]]:
    """(start, end, content) of every comment, in source order; ``shift`` is added to the offsets. ``kind`` as in
    ``Source``; in a document the comments of its style sheets and scripts count too."""
    if kind in ("css", "original"):
        found = _in_css(text)
    elif kind == "js":
        # On first use: it brings a parser with it.
        from relook_lsp.source.script_comments import script_comments

        found = script_comments(text)
    else:
        found = sorted(_in_document(text))
    for start, end, body in found:
        yield shift + start, shift + end, body


def _in_css(text: str) -> Iterator[tuple[int, int, str]]:
    for token in tokens(text):
        if token.kind is Kind.COMMENT:
            yield token.start, token.end, token.value


def _in_document(text: str) -> Iterator[tuple[int, int, str]]:
    yield from comments_of(text)
    document = parse(text)
    for tag in document.named("style", "script"):
        if tag.name == "style" or is_script(document, tag):
            content = document.content(tag)
            kind = "css" if tag.name == "style" else "js"
            yield from comments(text[content.start : content.end], kind, content.start)
