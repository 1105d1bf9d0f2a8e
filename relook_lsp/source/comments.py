"""Comments of documents, style sheets and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STRING = r"\"(?:\\.|[^\"\\\n\r])*\"|'(?:\\.|[^'\\\n\r])*'"
_QUOTED = r"(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^\"'>])*"

# What is not named is skipped: strings, and in documents the insides of tags. What is not closed runs to the end.
_CSS = re.compile(rf"/\*(?P<block>.*?)(?:\*/|\Z)|{_STRING}|url\([^)\n]*", re.S | re.I)
_JS = re.compile(
    rf"/\*(?P<block>.*?)(?:\*/|\Z)|(?<![:\\])//(?P<line>[^\n\r]*)|{_STRING}|`(?:\\.|[^`\\])*(?:`|\Z)", re.S
)
_HTML = re.compile(
    rf"<!--(?P<block>.*?)(?:--!?>|\Z)|<(?P<raw>script|style)\b{_QUOTED}>(?P<text>.*?)(?:</(?P=raw)|\Z)"
    rf"|</?[a-z]{_QUOTED}(?:>|\Z)",
    re.S | re.I,
)


def comments(text: str, kind: str, shift: int = 0) -> Iterator[tuple[int, int, str]]:
    """(start, end, content) of every comment outside of strings and attribute values; ``shift`` is added to the offsets.
    ``kind`` as in ``Source``; in a document the comments of its styles and scripts count too."""
    for match in {"css": _CSS, "original": _CSS, "js": _JS}.get(kind, _HTML).finditer(text):
        groups = match.groupdict()
        body = groups["block"] or groups.get("line")
        if body:
            yield shift + match.start(), shift + match.end(), body
        elif groups.get("raw"):
            language = "css" if groups["raw"].lower() == "style" else "js"
            yield from comments(groups["text"], language, shift + match.start("text"))
