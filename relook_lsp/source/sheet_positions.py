"""From a declaration's range, as the browser counts, to the text it was read from."""

from __future__ import annotations

import re
from bisect import bisect_right

from relook_lsp.core.snapshot import Declaration, ScriptPlace
from relook_lsp.core.text import Span
from relook_lsp.source.html import parse_html
from relook_lsp.source.properties import shorthands_of

_SEPARATORS = re.compile("[\u2028\u2029]")
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def line_starts(text: str, ends: re.Pattern[str]) -> list[int]:
    return [0, *(match.end() for match in ends.finditer(text))]


LINE_FEEDS = re.compile("\n")
"""In a sheet of its own the browser ends lines at ``\\n`` alone."""
NORMALISED = re.compile("\r\n|\n|\r")
"""In an HTML document it sees ``\\n`` for every line end."""
SCRIPT_LINES = re.compile("\r\n|[\n\r\u2028\u2029]")
"""In a script (ECMA-262, 12.3)."""


def offset_at(text: str, starts: list[int], line: int, column: int) -> int:
    """Offset of a line and a column in UTF-16 units; clamped to the text."""
    if line >= len(starts):
        return len(text)
    start = starts[line]
    end = starts[line + 1] if line + 1 < len(starts) else len(text)
    if text[start:end].isascii():
        return min(start + column, end)
    units = text[start:end].encode("utf-16-le", "surrogatepass")[: 2 * column]
    return start + len(units.decode("utf-16-le", "surrogatepass"))


def span_of_range(text: str, starts: list[int], lines: tuple[int, int, int, int]) -> Span:
    """The span of (first line, first column, last line, last column)."""
    start = offset_at(text, starts, lines[0], lines[1])
    return Span(start, max(start, offset_at(text, starts, lines[2], lines[3])))


def confirm_declaration_span(text: str, within: Span, span: Span, declaration: Declaration) -> Span | None:
    """The span if that is where the declaration is written. A script may have changed the sheet since it was read:
    then the one other place where it is written, else None."""
    if _is_declaration_text(text[span.start : span.end], declaration):
        return span
    words = [re.escape(word) for word in declaration.value.split()]
    if not words:
        return None
    pattern = rf"(?<![\w-]){re.escape(declaration.name)}\s*:\s*" + r"\s+".join(words) + r"(?=\s*(?:[;}!\"']|$))"
    found = tuple(re.finditer(pattern, text[within.start : within.end], re.I))
    if len(found) != 1:
        return None
    return Span(within.start + found[0].start(), within.start + found[0].end())


def _is_declaration_text(written: str, declaration: Declaration) -> bool:
    name, colon, value = _COMMENT.sub("", written).partition(":")
    name = name.strip()
    if not colon or _without_space_and_comments(declaration.value) not in _without_space_and_comments(value):
        return False
    # The browser gives an old name (word-wrap) as the new one. A name written with escapes is not compared.
    return "\\" in name or name.casefold() in (one.casefold() for one in shorthands_of(declaration.name))


def _without_space_and_comments(value: str) -> str:
    return _SPACE.sub("", _COMMENT.sub("", value)).casefold()


def script_offset(text: str, place: ScriptPlace, *, document: bool) -> int:
    """Offset of a script's line and column; in a document the lines before the script are those of HTML."""
    if not document or not _SEPARATORS.search(text):
        return offset_at(text, line_starts(text, NORMALISED if document else SCRIPT_LINES), place.line, place.column)
    begin, first = 0, 0
    lines = line_starts(text, NORMALISED)
    for tag in parse_html(text).tags_named("script"):
        line = bisect_right(lines, tag.span.end) - 1
        if line > place.line:
            break
        begin, first = lines[line], line
    return begin + offset_at(text[begin:], line_starts(text[begin:], SCRIPT_LINES), place.line - first, place.column)
