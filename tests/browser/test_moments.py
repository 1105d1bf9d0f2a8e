"""What is seen at which size and moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.capture import capture
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.plan import Plan
from relook_lsp.core.page import Page

PAGE = "<!doctype html><meta name=viewport content='width=device-width'><title>t</title><p id=p>first</p>"
LATER = "<script>setTimeout(() => { document.getElementById('p').textContent = 'then' }, 1500)</script>"
NARROW = """<script>matchMedia('(width < 1000px)').onchange = (now) => {
  if (now.matches) document.getElementById('p').textContent = 'small' }</script>"""


async def texts(driver: Driver, folder: Path, page: str) -> list[tuple[int, int, str]]:
    (folder / "index.html").write_text(page, "utf-8")
    live = await capture(driver, Page(folder, "index.html"), Plan(sweep=(), backgrounds=False, zoom=False))
    await live.close()
    return [
        (view.viewport.width, view.moment, "".join(run.text for run in view.layout.runs))
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
