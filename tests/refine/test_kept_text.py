"""Text that runs into another or into itself after an edit, stands in lines of one word or touches the edge of its box is
lost, and so is an empty box that becomes a line, or the gap between boxes, whatever the edit mends."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState, Reason
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import ReviewSettings
from tests.refine.conftest import edit

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Notes</title>
<style>
body { margin: 16px; width: 300px; font: 16px/1.4 sans-serif; color: #222; background: #fff }
.note { max-height: 7px; overflow: hidden }
p { margin: 8px 0 }
</style>
<p class="note">Style sheets are used to make web pages more or less accessible to those who read them.</p>
<p>Chemical formulae are short names for what there is in the world, as <em>water</em>, or salt, or iron.</p>
<p>Dates are written in full.</p>
</html>
"""
CARD = PAGE.replace("body { margin: 16px; width: 300px;", "body { margin: 0;").replace(
    ".note { max-height: 7px; overflow: hidden }", ".note { width: 100%; padding: 24px; background: #eef }"
)
TIGHT = PAGE.replace("max-height: 7px;", "max-height: 6px; line-height: 7px;")
TABLE = CARD.replace(
    "<p>Dates",
    "<table><tr><td>Supermarket</td><td>Hairdresser</td><td>Toothpaste</td><td>Evaluation</td></tr></table><p>Dates",
).replace("p { margin", "td { padding: 8px; font-size: 10px }\ntable { width: 200px; min-width: 420px; }\np { margin")
GAUGE = CARD.replace("<p>Dates", '<div class="gauge"></div><p>Dates').replace(
    "p { margin", ".gauge { width: 12px; min-width: 640px; height: 40px; background: #ccd }\np { margin"
)
COLUMNS = CARD.replace(
    "<p>Dates", '<div class="row"><p class="col">Rivers</p><p class="col">Mountains</p></div><p>Dates'
).replace(
    "p { margin", ".row { display: flex; gap: 46px }\n.col { flex: none; width: 165px; background: #dde }\np { margin"
)
BARE_COLUMNS = COLUMNS.replace("; background: #dde", "")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "old", "new", "reason", "why"),
    [
        (PAGE, "overflow: hidden", "", Reason.CONTENT_LOST, "runs into another"),
        (PAGE, "max-height: 7px;", "", Reason.ACCEPTED, ""),
        (PAGE, "max-height: 7px;", "width: 60px;", Reason.CONTENT_LOST, "one word a line"),
        (PAGE, "max-height: 7px;", "width: 160px;", Reason.ACCEPTED, ""),
        (CARD, "padding: 24px;", "", Reason.CONTENT_LOST, "touches the edge"),
        (CARD, "width: 100%;", "", Reason.ACCEPTED, ""),
        (TIGHT, "max-height: 6px;", "", Reason.CONTENT_LOST, "run into each other"),
        (TABLE, "min-width: 420px;", "overflow-wrap: anywhere;", Reason.CONTENT_LOST, "has broken words"),
        (TABLE, "min-width: 420px;", "", Reason.ACCEPTED, ""),
        (TIGHT, "max-height: 6px; line-height: 7px;", "", Reason.ACCEPTED, ""),
        (GAUGE, "min-width: 640px;", "", Reason.CONTENT_LOST, "hardly there"),
        (COLUMNS, "; gap: 46px", "", Reason.CONTENT_LOST, "46 px apart touches"),
        (COLUMNS, "gap: 46px", "gap: 16px", Reason.ACCEPTED, ""),
        (BARE_COLUMNS, "; gap: 46px", "", Reason.CONTENT_LOST, "46 px apart touches"),
        (GAUGE, "width: 12px; min-width: 640px;", "", Reason.ACCEPTED, ""),
    ],
    ids=[
        "over the next lines",
        "which make room",
        "in a column of words",
        "in a column of lines",
        "at the edge",
        "with room",
        "over its own lines",
        "in pieces of words",
        "in whole words",
        "in lines with room",
        "an empty box of no width",
        "columns without a gap",
        "columns with a smaller gap",
        "columns of text without a gap",
        "an empty box that fits",
    ],
)
@pytest.mark.parametrize("screened", [False, True], ids=["loaded again", "in the open page"])
async def test_what_an_edit_may_do_to_text(
    driver: Driver, tmp_path: Path, text: str, old: str, new: str, reason: Reason, why: str, screened: bool
) -> None:
    (tmp_path / "index.html").write_text(text, "utf-8")
    page, patch = Page(tmp_path, "index.html"), edit("index.html", text, old, new)
    async with CandidateRenderer(driver, ReviewSettings()) as stage:
        look = stage.render if screened else clean_renderer(driver, ReviewSettings())
        verdict = await Verifier(look, screen=stage.screen_candidate if screened else None)(
            PageState(page, await look(page)), patch
        )
    assert verdict.reason is reason
    assert why in verdict.detail
