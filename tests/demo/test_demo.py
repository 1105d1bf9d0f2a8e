"""The sample site shows what it is there to show, and its twin nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.review.pipeline import Review, ReviewSettings, review_page

DEMO = Path(__file__).parents[2] / "docs" / "demo"

pytestmark = pytest.mark.browser

SEEDED = {
    ("page-scrolls-sideways", "broken/style.css", "min-width: 640px"),
    ("low-contrast", "broken/style.css", "color: #a9b8bd"),
    ("low-contrast", "broken/style.css", "color: #ffffff"),
    ("uncaught-exception", "broken/tides.js", '.addEventListener("click", () => {'),
    ("viewport-meta", "broken/index.html", 'content="width=device-width, initial-scale=1, user-scalable=no"'),
}


async def _review(driver: Driver, entry: str) -> Review:
    return await review_page(driver, Page(DEMO, entry), ReviewSettings())


async def test_every_seeded_defect_is_found_at_its_cause(driver: Driver) -> None:
    result = await _review(driver, "broken/index.html")
    assert result.snapshot is not None
    found: set[tuple[str, str | None, str]] = set()
    for one in result.report.findings:
        text = result.snapshot.sources[one.cause.url or ""].text
        found.add((one.rule, one.cause.path, text[one.cause.span.start : one.cause.span.end]))
    assert found >= SEEDED, found
    assert result.report.score < 60


async def test_clean_twin_has_no_finding(driver: Driver) -> None:
    result = await _review(driver, "clean/index.html")
    assert not result.report.all_findings, [(f.rule, f.message) for f in result.report.all_findings]
    assert not result.report.problems
    assert result.report.score == 100
