"""Every start tag of a document carries the offset where it begins, so that a box leads back to its tag."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from relook_lsp.core.snapshot import STAMP
from relook_lsp.source.html import HtmlDocument, tag_name_end


@dataclass(frozen=True)
class StampedDocument:
    """The document as it is served, and the way back from served to written offsets."""

    text: str
    _at: tuple[int, ...]
    """Served offsets behind each insertion."""
    _shift: tuple[int, ...]
    """Characters inserted up to there."""

    def to_source_offset(self, offset: int) -> int:
        index = bisect_right(self._at, offset) - 1
        return offset if index < 0 else offset - self._shift[index]


def stamp_start_tags(document: HtmlDocument) -> StampedDocument:
    """Insert the stamp behind the tag name of every start tag that the parser accepted."""
    parts: list[str] = []
    at: list[int] = []
    shifts: list[int] = []
    position = inserted = 0
    text = document.text
    for start in document.starts:
        if start in document.unstampable_starts:
            continue
        place = tag_name_end(text, start)
        mark = f' {STAMP}="{start}"'
        parts += [text[position:place], mark]
        inserted += len(mark)
        position = place
        at.append(place + inserted)
        shifts.append(inserted)
    return StampedDocument("".join((*parts, text[position:])), tuple(at), tuple(shifts))
