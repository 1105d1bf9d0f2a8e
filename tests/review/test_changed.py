"""The part of a page that an edit of style changes, and the pictures of that part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.style_trial import trial_style
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import View
from relook_lsp.critics.view_pixels import ViewPixels
from relook_lsp.review.pipeline import ReviewSettings, review_and_keep_open
from relook_lsp.review.provisional.changed_area import changed_rect
from relook_lsp.source.style_changes import StyleChange, StyleChanges

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SHEET = """
body { margin: 0; font: 16px/20px sans-serif }
p { margin: 0; height: 100px }
#one { background: #eee }
#two { position: relative }
#three { position: relative; height: 700px }
"""
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Three</title><style>{SHEET}</style>
<body><p id="one">One <b>and more</b></p><p id="two">Two</p><p id="three">Three</p></body></html>"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def live(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Capture]:
    folder: Path = tmp_path_factory.mktemp("three")
    (folder / "index.html").write_text(PAGE, "utf-8")
    driver = Driver()
    capture, _ = await review_and_keep_open(driver, Page(folder, "index.html"), ReviewSettings())
    yield capture
    await capture.close()
    await driver.close()


async def region(live: Capture, view: View, more: str) -> Rect | None:
    change = StyleChanges(sheets={PAGE.index("<style>"): StyleChange(SHEET, SHEET + more)})
    async with trial_style(live, change) as trial:
        return changed_rect(view.layout, (await trial.capture_layout(view)).layout, view.viewport)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("more", "part"),
    [
        ("/* nothing */ .missing { color: red }", None),
        ("#two { color: red }", Rect(0, 76, 375, 149)),
        ("b { color: red }", Rect(0, 0, 125, 45)),
        ("#one { opacity: 0.5 }", Rect(0, 0, 375, 125)),
        ("#one { margin-left: 10px }", Rect(0, 0, 375, 125)),
        ("body { color: red }", Rect(0, 0, 375, 900)),
        ("#one { height: 120px }", Rect(0, 0, 375, 920)),
        ("#two { z-index: 1 }", Rect(0, 0, 375, 900)),
        ("#two::before { content: 'x' }", Rect(0, 0, 375, 900)),
    ],
)
async def test_the_part_that_changes(live: Capture, more: str, part: Rect | None) -> None:
    phone = live.snapshot.settled_views[0]
    found = await region(live, phone, more)
    if part is None or found is None:
        assert found is part
    else:
        assert found == pytest.approx(part, abs=24)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_picture_of_a_part_is_that_part_of_the_picture(live: Capture) -> None:
    phone = live.snapshot.settled_views[0]
    clip = Rect(5, 90, 200, 120)
    async with trial_style(live, StyleChanges()) as trial:
        part = await trial.capture_clip(await trial.capture_layout(phone), clip)
    assert part.frame is not None and phone.frame is not None
    small, whole = ViewPixels(part.frame, part.background), ViewPixels(phone.frame, phone.background)
    assert small.shown.shape == (120, 200, 3)
    for box in (Rect(10, 100, 30, 20), clip):
        assert np.array_equal(small.crop(box), whole.crop(box)) and small.is_inside_frame(box)
        ours, theirs = small.text_ink(box), whole.text_ink(box)
        assert ours is not None and theirs is not None and np.array_equal(ours, theirs) and ours.any()
    for box in (Rect(0, 0, 50, 50), Rect(250, 100, 20, 20)):
        assert small.crop(box).size == 0 and not small.is_inside_frame(box)
