"""Source maps (ECMA-426): from a place in a generated text to the place it was made from.

A map comes from the page, so it is hostile: whatever is not exactly a map is no map, and its size is bounded.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import unquote_to_bytes, urljoin

from relook_lsp.core.text import Position

MAX_TEXT = 16 * 1024 * 1024
"""Characters of a map."""
MAX_SOURCES = 200

_REFERENCE = re.compile(r"/\*[#@][ \t]*sourceMappingURL=([^\s*'\"]+)[ \t]*\*/")
_DIGITS = {c: n for n, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
_PREFIX = re.compile(r"^\)\]\}'[^\n]*\n")


class OriginalPosition(NamedTuple):
    """``source`` is the index of a source of the map; ``position`` in UTF-16 units."""

    source: int
    position: Position


@dataclass(frozen=True)
class SourceMap:
    sources: tuple[str, ...]
    """Resolved against the URL of the map."""
    contents: tuple[str | None, ...]
    """Text of each source as it was when the map was made, where the map has it."""
    lines: tuple[tuple[tuple[int, OriginalPosition | None], ...], ...]
    """For each generated line (column, origin), by column."""

    def original_position(self, place: Position) -> OriginalPosition | None:
        """The origin of the nearest mapping at or before the place, in its line."""
        if place.line >= len(self.lines):
            return None
        line = self.lines[place.line]
        at = bisect_right(line, place.character, key=lambda entry: entry[0]) - 1
        return line[at][1] if at >= 0 else None


def source_map_url(text: str) -> str | None:
    """What the last ``/*# sourceMappingURL=… */`` of a sheet names."""
    found = _REFERENCE.findall(text)
    return found[-1] if found else None


def decode_data_url(url: str) -> str | None:
    """The text of a ``data:`` URL; None for any other URL."""
    head, comma, body = url.partition(",")
    if not head.startswith("data:") or not comma or len(body) > 2 * MAX_TEXT:
        return None
    data = unquote_to_bytes(body)
    if head.endswith(";base64"):
        try:
            data = base64.b64decode(data, validate=False)
        except binascii.Error:
            return None
    return data.decode("utf-8", "replace")


def parse_source_map(text: str, url: str) -> SourceMap | None:
    """The map at ``url``; None where it is none, or is indexed (sections)."""
    if len(text) > MAX_TEXT:
        return None
    try:
        body = json.loads(_PREFIX.sub("", text))
        return _parse_map_body(body, url)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def with_absolute_sources(text: str, map_: SourceMap) -> str:
    """The same map with the URLs of its sources in full, and without their texts."""
    body = json.loads(_PREFIX.sub("", text))
    return json.dumps({"version": 3, "sources": map_.sources, "mappings": body["mappings"]}, separators=(",", ":"))


def _parse_map_body(body: dict[str, Any], url: str) -> SourceMap:
    names = cast("list[object]", body["sources"])
    if body["version"] != 3 or len(names) > MAX_SOURCES:
        raise ValueError
    above = str(body.get("sourceRoot") or "")
    above = above if not above or above.endswith("/") else above + "/"
    contents = cast("list[object]", body.get("sourcesContent") or [])
    kept = [one if isinstance(one, str) else None for one in (*contents, *[None] * len(names))]
    return SourceMap(
        sources=tuple(urljoin(url, above + name) if isinstance(name, str) else "" for name in names),
        contents=tuple(kept[: len(names)]),
        lines=tuple(_decode_mappings(str(body["mappings"]), len(names))),
    )


def _decode_mappings(mappings: str, sources: int) -> list[tuple[tuple[int, OriginalPosition | None], ...]]:
    lines: list[tuple[tuple[int, OriginalPosition | None], ...]] = []
    source = line = character = 0
    for row in mappings.split(";"):
        column = 0
        entries: list[tuple[int, OriginalPosition | None]] = []
        for segment in filter(None, row.split(",")):
            numbers = decode_vlq(segment)
            column += numbers[0]
            origin = None
            if len(numbers) >= 4:
                source, line, character = source + numbers[1], line + numbers[2], character + numbers[3]
                if not 0 <= source < sources or line < 0 or character < 0:
                    raise ValueError
                origin = OriginalPosition(source, Position(line, character))
            entries.append((column, origin))
        lines.append(tuple(sorted(entries, key=lambda entry: entry[0])))
    return lines


def decode_vlq(segment: str) -> list[int]:
    """The numbers of one segment: base 64, five bits a digit, the lowest bit of a number its sign. Raises
    ``ValueError``."""
    numbers: list[int] = []
    value = shift = 0
    for character in segment:
        digit = _DIGITS.get(character)
        if digit is None or shift > 30:
            raise ValueError(segment)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or not numbers:
        raise ValueError(segment)
    return numbers
