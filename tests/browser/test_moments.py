"""What is seen at which size and moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from relook_lsp.browser.capture import capture_page
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.page_session import PageSession
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import View, Viewport
from relook_lsp.review.pipeline import ReviewSettings, review_page

PAGE = "<!doctype html><meta name=viewport content='width=device-width'><title>t</title><p id=p>first</p>"
DRAWER = """<style>#p { margin-left: 0; transition: margin-left 0.3s 0.1s } #p b { transition: all 0.2s }
@media (width < 1000px) { #p { margin-left: -250px } } @media (width < 500px) { #p { font-size: 40px } }</style>
<script>document.getElementById('p').innerHTML = '<b>menu</b>'</script>"""
FITTED = """<div id=d><div id=c style='height: 9px'></div></div><script>
  new ResizeObserver(([one]) => { c.style.width = one.contentRect.width + 'px' }).observe(d)</script>"""
SLOW = "<style>#c { transition: width 2s }</style>"
LATER = "<script>setTimeout(() => { document.getElementById('p').textContent = 'then' }, 1500)</script>"
NARROW = """<script>matchMedia('(width < 1000px)').onchange = (now) => {
  if (now.matches) document.getElementById('p').textContent = 'small' }</script>"""


async def texts(driver: Driver, folder: Path, page: str) -> list[tuple[int, int, str]]:
    (folder / "index.html").write_text(page, "utf-8")
    live = await capture_page(driver, Page(folder, "index.html"), CapturePlan(sweep=(), backgrounds=False, zoom=False))
    await live.close()
    return [
        (view.viewport.width, view.moment, "".join(run.text for run in view.layout.text_runs))
        for view in live.snapshot.views
    ]


@pytest.mark.browser
async def test_every_size_is_seen_at_every_moment(driver: Driver, tmp_path: Path) -> None:
    moments = [(width, moment) for width in (375, 768, 1280) for moment in (0, 1000, 2000)]
    assert await texts(driver, tmp_path, PAGE) == [(*one, "first") for one in moments]
    assert await texts(driver, tmp_path, PAGE + LATER) == [
        (width, moment, "then" if moment == 2000 else "first") for width, moment in moments
    ]


@pytest.mark.browser
async def test_a_size_is_not_changed_to_look_for_what_did_not_happen(driver: Driver, tmp_path: Path) -> None:
    """Going back to the smaller window would be something that happens to the page."""
    seen = await texts(driver, tmp_path, PAGE + NARROW)
    assert {text for _, _, text in seen} == {"first"}


@pytest.mark.browser
async def test_what_a_size_moves_has_arrived(driver: Driver, tmp_path: Path) -> None:
    """A drawer that slides away below a width; text that grows, and begins transitions in what inherits from it."""
    (tmp_path / "index.html").write_text(PAGE + DRAWER, "utf-8")
    live = await capture_page(driver, Page(tmp_path, "index.html"), CapturePlan())
    await live.close()
    seen = [view for view in live.snapshot.views if view.role in ("configured", "sweep")]
    assert len(seen) == 27
    for view in seen:
        layout = view.layout
        paragraph, word = layout.names.index("p"), layout.names.index("b")
        narrow = view.viewport.width < 1000
        assert layout.style(paragraph, "margin-left") == ("-250px" if narrow else "0px"), view.id
        assert layout.style(word, "font-size") == ("40px" if view.viewport.width < 500 else "16px"), view.id


@pytest.mark.browser
@pytest.mark.parametrize("style", ["", SLOW], ids=["at once", "slowly"])
async def test_scripts_that_follow_the_size_have_done_so(driver: Driver, tmp_path: Path, style: str) -> None:
    (tmp_path / "index.html").write_text(PAGE + style + FITTED, "utf-8")
    live = await capture_page(
        driver, Page(tmp_path, "index.html"), CapturePlan(sweep=(), backgrounds=False, zoom=False)
    )
    await live.close()
    for view in live.snapshot.views:
        layout = view.layout
        inner = max(layout.elements)
        assert layout.rect(inner).width == layout.rect(layout.parents[inner]).width, view.id


@pytest.mark.browser
async def test_widths_that_take_too_long_are_left_out_and_that_is_said(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text(PAGE.replace("<p id=p>", "<p id=p style='width: 4000px'>"), "utf-8")
    plan = CapturePlan(timeout=16)
    bare = PageSession.capture_layout

    async def slow(self: PageSession, viewport: Viewport, moment: int, role: str) -> View:
        await asyncio.sleep(0 if role == "zoom" else 1.5)
        return await bare(self, viewport, moment, role)

    monkeypatch.setattr(PageSession, "capture_layout", slow)
    result = await review_page(driver, Page(tmp_path, "index.html"), ReviewSettings(plan))
    assert result.snapshot is not None and result.snapshot.unswept
    assert 0 < len(result.snapshot.views_in_roles("sweep")) < len(plan.sweep)
    (finding,) = (one for one in result.report.findings if one.rule == "page-scrolls-sideways")
    assert finding.failing_widths is None
    told = {one.rule for one in result.report.incomplete if one.reason == "out-of-time"}
    assert {"page-scrolls-sideways", "leaves-container", "small-range-break"} <= told
    assert "low-contrast" not in told
