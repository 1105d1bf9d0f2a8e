"""A repaired small-range break must be told from one that was never looked at: its place says *pass*."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.critics.rules.small_range_break import is_small_range
from relook_lsp.review.pipeline import ReviewSettings, review_page

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


@pytest.mark.browser
@pytest.mark.parametrize(("page", "passes"), [("fluid.html", True), ("missing_breakpoint.html", False)])
async def test_passes_where_nothing_breaks(page: str, passes: bool, driver: Driver) -> None:
    result = await review_page(driver, Page(HERE, page, sites=()), ReviewSettings())
    assert result.snapshot is not None, result.report.problems
    layout = result.snapshot.settled_views[0].layout
    root = layout.find_first("html")
    assert root is not None
    assert (("small-range-break", layout.key(root)) in result.report.passed) is passes
