"""Text over several columns is told where it is painted."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.capture import capture_page
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import View, Viewport
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.review.pipeline import ReviewSettings, review_page

TEXT = "Nam vulputate diam nec tempor bibendum, donec <a href=#a>luctus augue eget malesuada ultrices</a> turpis est. "
PAGE = f"""<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>t</title>
<style>body {{ margin: 20px; font: 16px/1.4 sans-serif }} a {{ display: inline; color: #00c }} STYLE</style>
<main><p>{TEXT * 2}<p>{TEXT * 3}<em style='display: inline-block'>at last</em>.<p>{TEXT}</main>"""
WIDE = CapturePlan(viewports=(Viewport(1000, 800),), moments=(0,), sweep=(), zoom=False, dark=False)


async def seen(driver: Driver, folder: Path, style: str) -> tuple[ViewContext, View]:
    (folder / "index.html").write_text(PAGE.replace("STYLE", style), "utf-8")
    live = await capture_page(driver, Page(folder, "index.html"), WIDE)
    await live.close()
    view = live.snapshot.views[0]
    return ViewContext(live.snapshot, view, CriticOptions()), view


@pytest.mark.browser
@pytest.mark.parametrize(
    "style",
    [
        "main { columns: 3; column-gap: 30px }",
        "main { column-width: 200px } p:first-child { column-span: all }",
        "p { column-count: 2 }",
        "p { columns: 200px; padding: 10px }",
        "main { columns: 2; height: 90px }",
    ],
)
async def test_every_line_is_where_it_is_painted(driver: Driver, tmp_path: Path, style: str) -> None:
    scene, view = await seen(driver, tmp_path, style)
    runs = [run for run in view.layout.text_runs if run.rect.right < 1000]
    assert len(runs) > 12
    assert scene.pixels is not None
    for run in runs:
        ink = scene.pixels.text_ink(run.rect)
        assert ink is not None
        assert ink.any(), f"{run.text} is not at {run.rect}"
    for one, two in ((a, b) for i, a in enumerate(runs) for b in runs[:i]):
        both = one.rect.intersect(two.rect)
        assert both.width < 2 or both.height < 4, f"{one.text} and {two.text} are told in one place"
    for run in runs:  # and the links around them hold them
        assert view.layout.rect(run.element).contains(run.rect, tolerance=3)


@pytest.mark.browser
async def test_text_in_columns_has_no_findings(driver: Driver, tmp_path: Path) -> None:
    style = "main { columns: 3 } p { background: #fff } a { background: #eef }"
    (tmp_path / "index.html").write_text(PAGE.replace("STYLE", style), "utf-8")
    found = await review_page(driver, Page(tmp_path, "index.html"), ReviewSettings(WIDE))
    assert [(f.rule, f.message) for f in found.report.findings if f.cost > 0] == []
