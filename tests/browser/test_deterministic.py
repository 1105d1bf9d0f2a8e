"""Same input, same report: byte for byte, timings aside; a page at rest gives the same pictures too."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.report import PageReview
from relook_lsp.report.json import render_json
from relook_lsp.review.pipeline import ReviewSettings, review_page

DEMO = Path(__file__).parents[2] / "docs" / "demo"

RESTLESS = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Restless</title>
<style>
body { font: 16px/1.5 sans-serif; margin: 16px; color: #222; background: #fff }
.ball { width: 40px; height: 40px; border-radius: 50%; background: #06c; animation: roll 3s infinite alternate }
@keyframes roll { to { transform: translateX(200px) } }
.deep { margin-top: 1800px; color: #bbb }
</style>
<p id="clock"></p><p id="dice"></p><div class="ball"></div><p class="deep">Far below the fold</p>
<script>
const tell = () => { clock.textContent = new Date().toISOString() + " " + Math.round(performance.now()); };
tell(); setInterval(tell, 100);
dice.textContent = [Math.random(), crypto.randomUUID()].join(" ");
</script>
</html>
"""

PATIENT = ReviewSettings(CapturePlan(timeout=200))
"""What was not looked at when the time was up is in the report, and how much that is differs."""


async def _once(driver: Driver, page: Page) -> tuple[str, tuple[str, ...]]:
    result = await review_page(driver, page, PATIENT)
    assert result.snapshot is not None, result.report.problems
    report = render_json([PageReview(result.report, result.snapshot)])
    pictures = tuple(f"{view.id} {view.frame.hash}" for view in result.snapshot.settled_views if view.frame is not None)
    return report, pictures


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["broken", "clean", "restless"])
async def test_ten_times_the_same(name: str, driver: Driver, tmp_path: Path) -> None:
    page = Page(DEMO / name, "index.html")
    if name == "restless":
        (tmp_path / "index.html").write_text(RESTLESS, "utf-8")
        page = Page(tmp_path, "index.html")
    seen = [await asyncio.gather(_once(driver, page), _once(driver, page)) for _ in range(5)]
    reports = {report for pair in seen for report, _ in pair}
    pictures = {shown for pair in seen for _, shown in pair}
    assert len(reports) == 1
    # A running animation moves with every frame that is made, so its pictures differ; what is reported does not.
    assert name == "restless" or len(pictures) == 1
