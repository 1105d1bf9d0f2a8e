"""Attribute values as the browser reads them, with the way back (HTML Living Standard, 13.2.5.72)."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass

from relook_lsp.core.text import Span

_CHANGED = re.compile(r"\r\n?|&(?:#[xX][0-9a-fA-F]+;?|#[0-9]+;?|[0-9a-zA-Z]+;|[0-9a-zA-Z]+(?![=0-9a-zA-Z]))")


@dataclass(frozen=True)
class AttributeValue:
    """``text``: character references decoded, line ends normalised."""

    text: str
    _read: tuple[int, ...]
    """Offsets in ``text`` behind each piece that differs from what is written."""
    _shift: tuple[int, ...]
    """Written minus read offset from there on."""

    def to_written_span(self, span: Span) -> Span:
        """The written characters of a span of ``text``."""
        return Span(self._to_written_offset(span.start), self._to_written_offset(span.end))

    def _to_written_offset(self, offset: int) -> int:
        index = bisect_right(self._read, offset) - 1
        return offset if index < 0 else offset + self._shift[index]


def read_attribute_value(written: str) -> AttributeValue:
    """Read an attribute value as written between its quotes."""
    parts: list[str] = []
    read: list[int] = []
    shifts: list[int] = []
    end = length = 0
    for match in _CHANGED.finditer(written):
        new = "\n" if match.group().startswith("\r") else html.unescape(match.group())
        parts += [written[end : match.start()], new]
        length += match.start() - end + len(new)
        end = match.end()
        read.append(length)
        shifts.append(end - length)
    return AttributeValue("".join((*parts, written[end:])), tuple(read), tuple(shifts))
