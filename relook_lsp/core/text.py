"""Positions in text.

Everything inside ReLook is an *offset*: an index into a Python ``str`` (code points). Editors and
browsers speak of (line, column) with columns in UTF-16 code units; this module is the only place
where the two are converted. Lines end at ``\\n``, ``\\r\\n`` and ``\\r`` and nowhere else
(LSP 3.17, "Text Documents").
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n|\n|\r")


class Position(NamedTuple):
    """A place in a text: line and column from 0; the unit of ``character`` is the encoding's."""

    line: int
    character: int


class Range(NamedTuple):
    """Half-open: ``end`` is the first position after the text."""

    start: Position
    end: Position


class Span(NamedTuple):
    """Half-open range of offsets (code points) in one text."""

    start: int
    end: int

    def __contains__(self, offset: object) -> bool:
        return isinstance(offset, int) and self.start <= offset < self.end

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


def encoded_length(text: str, encoding: Encoding) -> int:
    """Length of ``text`` in units of ``encoding``."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


def _count_characters(text: str, units: int, encoding: Encoding) -> int:
    """How many characters take at least so many units; all where there are fewer."""
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass"))
    data = text.encode("utf-8", "surrogatepass")
    while units < len(data) and data[units] & 0xC0 == 0x80:  # a unit within a character means all of it
        units += 1
    return len(data[:units].decode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class LineIndex:
    """Converts between offsets and positions of one text. Out-of-range input is clamped."""

    text: str

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Offset of the first character of every line; the first is always 0."""
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    def line_span(self, line: int) -> Span:
        """The line without its terminator."""
        line = max(0, min(line, len(self.starts) - 1))
        start = self.starts[line]
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def position(self, offset: int, encoding: Encoding = "utf-16") -> Position:
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.starts, offset) - 1
        start = self.starts[line]
        # An offset inside a terminator (between \r and \n) belongs to the end of its line.
        end = min(offset, self.line_span(line).end)
        return Position(line, encoded_length(self.text[start:end], encoding))

    def offset(self, position: Position, encoding: Encoding = "utf-16") -> int:
        if position.line < 0:
            return 0
        if position.line >= len(self.starts):
            return len(self.text)
        start, end = self.line_span(position.line)
        if encoding == "utf-32" or self.text[start:end].isascii():
            return min(start + max(position.character, 0), end)
        return start + _count_characters(self.text[start:end], max(position.character, 0), encoding)

    def range(self, span: Span, encoding: Encoding = "utf-16") -> Range:
        return Range(self.position(span.start, encoding), self.position(span.end, encoding))

    def span(self, range_: Range, encoding: Encoding = "utf-16") -> Span:
        start = self.offset(range_.start, encoding)
        return Span(start, max(start, self.offset(range_.end, encoding)))


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Decoded:
    """Text of a file and how to write it back: ``encode`` of an unchanged text gives the same bytes.

    ``lossless`` is false where the bytes were not valid in the encoding; such a file is never written.
    """

    text: str
    encoding: str
    bom: bytes
    lossless: bool

    def encode(self, text: str) -> bytes:
        """Raises ``UnicodeEncodeError`` where the file's encoding has no such character."""
        return self.bom + text.encode(self.encoding)


_META_CHARSET = re.compile(rb"(?:<meta[^>]{0,200}?charset\s*=\s*[\"']?|@charset \")([\w.:-]+)", re.I)


_LABELS = {
    **dict.fromkeys(("windows-1252", "iso-8859-1", "iso8859-1", "latin1", "l1", "ascii", "us-ascii", "cp1252"), "cp1252"),
    **dict.fromkeys(("windows-1254", "iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "x-gbk"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean"), "cp949"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-125{n}": f"cp125{n}" for n in (0, 1, 3, 5, 6, 7, 8)},
    "euc-jp": "euc_jp", "koi8-r": "koi8_r", "koi8-u": "koi8_u", "macintosh": "mac_roman", "windows-874": "cp874",
}  # fmt: skip
"""Labels of the encodings of the web (WHATWG Encoding); any other name, UTF-16 in ASCII bytes too, means UTF-8."""


def decode(data: bytes) -> Decoded:
    """Bytes of an HTML, CSS or JS file as a browser would read them: BOM, then a declared charset,
    then UTF-8, then windows-1252 (WHATWG Encoding and HTML, "determining the character encoding")."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_as(data[len(bom) :], encoding, bom)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", b"", True)
    except UnicodeDecodeError:
        pass
    declared = _META_CHARSET.search(data[:1024])
    label = declared.group(1).decode("ascii", "replace").lower() if declared else "windows-1252"
    return _decode_as(data, _LABELS.get(label, "utf-8"), b"")


def _decode_as(data: bytes, encoding: str, bom: bytes) -> Decoded:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return Decoded(data.decode(encoding, "replace"), encoding, bom, False)
    return Decoded(text, encoding, bom, text.encode(encoding) == data)
