"""The line of source that a finding points at."""

from __future__ import annotations

from typing import NamedTuple

from relook_lsp.core.finding import Finding
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.core.text import LineIndex


class Excerpt(NamedTuple):
    """One line in three parts, printable; ``line`` counts from 1. ``more`` where the range goes on below."""

    line: int
    before: str
    marked: str
    after: str
    more: bool


def excerpt_of(finding: Finding, snapshot: Snapshot | None, width: int = 100) -> Excerpt | None:
    """At most about ``width`` characters around the range; None where the source is not at hand."""
    place = finding.cause
    source = snapshot.sources.get(place.url or "") if snapshot is not None else None
    if source is None:
        return None
    line = LineIndex(source.text).line_span(place.range.start.line)
    start = min(place.span.start, line.end)
    end = max(start, min(place.span.end, line.end))
    before, marked, after = source.text[line.start : start], source.text[start:end], source.text[end : line.end]
    before = before.lstrip()
    if len(marked) > width:
        marked = marked[: width - 1] + "…"
        after = ""
    room = width - len(marked)
    if len(before) > room // 2 and len(before) + len(after) > room:
        kept = max(room // 2, room - len(after))
        before = ("…" + before[len(before) - kept + 1 :]) if kept > 0 else ""
    if len(after) > max(0, room - len(before)):
        after = after[: max(0, room - len(before) - 1)] + "…"
    return Excerpt(
        place.range.start.line + 1,
        _replace_unprintable(before),
        _replace_unprintable(marked),
        _replace_unprintable(after).rstrip(),
        place.span.end > line.end,
    )


def _replace_unprintable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
