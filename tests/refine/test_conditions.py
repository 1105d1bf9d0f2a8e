"""The acceptance conditions on reports alone."""

from __future__ import annotations

from collections.abc import Mapping

from relook_lsp.core.finding import Finding, Location, Report, Severity
from relook_lsp.core.geometry import Rect
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.snapshot import Viewport
from relook_lsp.core.text import Position, Range, Span
from relook_lsp.refine.acceptance.conditions import MappedFindings, check_strictly_better, check_target_improved
from relook_lsp.refine.trajectory import Reason

LONGER = Patch((Replacement("a.html", Span(4, 4), "", "    "),))
"""Moves what follows by four characters."""


def finding(rule: str, key: str, extents: Mapping[str, float]) -> Finding:
    at = Location("a.html", "a.html", Range(Position(0, 0), Position(0, 0)), Span(0, 0))
    view, box = Viewport(375, 812), Rect(0, 0, 1, 1)
    worst = max(extents.values())
    return Finding(rule, Severity.ERROR, "m", at, key, view, 0, "v", box, None, extent=worst, extent_by_view=extents)


def report(*findings: Finding) -> Report:
    return Report("a.html", True, findings)


HANG = finding("script-hang", "", {"375x812": 1.0})
WIDE = finding("leaves-viewport", "10", {"375x812": 0.4, "768x1024": 0.2})
MOVED = finding("leaves-viewport", "14", {"375x812": 0.4, "768x1024": 0.2})
NARROWER = finding("leaves-viewport", "14", {"375x812": 0.4, "768x1024": 0.1})


def test_what_went_away_by_chance_is_no_merit_of_the_patch() -> None:
    """A busy machine made a script seem to hang; the next render is clean of that whatever the patch does."""
    before, after = report(HANG, WIDE), report(MOVED)
    assert check_strictly_better(before, after) is None
    base = MappedFindings(before, LONGER, "a.html")
    assert check_target_improved(base, after, [WIDE]) == (Reason.NOT_BETTER, "leaves-viewport stays")
    assert check_target_improved(base, report(NARROWER), [WIDE]) is None
    assert check_target_improved(base, report(), [WIDE]) is None
    assert check_target_improved(base, after, []) is None
