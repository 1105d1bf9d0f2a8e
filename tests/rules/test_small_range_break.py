"""A repaired small-range break must be told from one that was never looked at: its place says *pass*."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.critics.rules.small_range_break import is_small_range
from tests.rules import stored_snapshot
from tests.rules.case import Case

HERE = Path(__file__).parent / "small-range-break"
EXAMINED = (320, 375, 540, 600, 660, 768, 1280, 1400)


@pytest.mark.parametrize(
    ("failing", "is_small"),
    [
        ((540, 600), True),
        ((660,), True),
        ((320, 540), False),  # the narrowest window: there is no width below that works
        ((1400,), False),
        ((600, 660, 768), False),  # a configured viewport shows it
        ((), False),
    ],
)
def test_which_widths(failing: tuple[int, ...], is_small: bool) -> None:
    assert is_small_range(failing, EXAMINED, (375, 768, 1280)) is is_small


@pytest.mark.parametrize(("name", "passes"), [("fluid", True), ("missing_breakpoint", False)])
def test_passes_where_nothing_breaks(name: str, passes: bool) -> None:
    report, snapshot = stored_snapshot.replayed(Case(HERE, name))
    layout = snapshot.settled_views[0].layout
    root = layout.find_first("html")
    assert root is not None
    assert (("small-range-break", layout.key(root)) in report.passed) is passes
