"""The comments of documents, style sheets and scripts, read as a browser reads them."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.source.css_tokens import TokenKind, tokenize_css
from relook_lsp.source.html import comments_of, is_script, parse_html


def find_comments(text: str, kind: str, shift: int = 0) -> Iterator[tuple[int, int, str]]:
    """(start, end, content) of every comment, in source order; ``shift`` is added to the offsets. ``kind`` as in
    ``Source``; in a document the comments of its style sheets and scripts count too."""
    if kind in ("css", "original"):
        found = _find_css_comments(text)
    elif kind == "js":
        # On first use: it brings a parser with it.
        from relook_lsp.source.script_comments import script_comments

        found = script_comments(text)
    else:
        found = sorted(_find_html_comments(text))
    for start, end, body in found:
        yield shift + start, shift + end, body


def _find_css_comments(text: str) -> Iterator[tuple[int, int, str]]:
    for token in tokenize_css(text):
        if token.kind is TokenKind.COMMENT:
            yield token.start, token.end, token.value


def _find_html_comments(text: str) -> Iterator[tuple[int, int, str]]:
    yield from comments_of(text)
    document = parse_html(text)
    for tag in document.tags_named("style", "script"):
        if tag.name == "style" or is_script(document, tag):
            content = document.content_span(tag)
            kind = "css" if tag.name == "style" else "js"
            yield from find_comments(text[content.start : content.end], kind, content.start)
