"""A control that was wider than its window may become small again, but not smaller than browsers make one."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
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
<title>Search</title>
<style>
body { margin: 16px; font: 16px/1.4 sans-serif; color: #222; background: #fff }
input { padding: 4px }
.wide { min-width: 900px }
.fit { width: 300px }
</style>
<p><label>Search <INPUT></label></p>
<p><BUTTON>Search the archive</button></p>
<p><button class="fit">Browse</button></p>
</html>
"""
FIELD = PAGE.replace("<INPUT>", '<input class="wide" name="q">').replace("<BUTTON>", "<button>")
BUTTON = PAGE.replace("<INPUT>", '<input name="q">').replace("<BUTTON>", '<button class="wide">')
WIDE, FIT = "min-width: 900px", "width: 300px"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("text", "edits", "lost"),
    [
        (FIELD, {WIDE: ""}, ""),
        (BUTTON, {WIDE: ""}, ""),
        (FIELD, {WIDE: "width: 60px"}, "input.wide shrinks to"),
        (FIELD, {WIDE: "", FIT: ""}, "button.fit shrinks to"),
    ],
    ids=["the field", "the button", "a field for three letters", "a button that fitted"],
)
@pytest.mark.parametrize("screened", [False, True], ids=["loaded again", "in the open page"])
async def test_what_may_become_small(
    driver: Driver, tmp_path: Path, text: str, edits: dict[str, str], lost: str, screened: bool
) -> None:
    (tmp_path / "index.html").write_text(text, "utf-8")
    page = Page(tmp_path, "index.html")
    patch = Patch.from_replacements(
        one for old, new in edits.items() for one in edit("index.html", text, old, new).replacements
    )
    async with CandidateRenderer(driver, ReviewSettings()) as stage:
        look = stage.render if screened else clean_renderer(driver, ReviewSettings())
        base = PageState(page, await look(page))
        wide = [f for f in base.review.report.findings if f.rule == "page-scrolls-sideways"]
        assert wide
        verify = Verifier(look, screen=stage.screen_candidate if screened else None, minimal=False).aimed_at(wide)
        verdict = await verify(base, patch)
    assert verdict.reason is (Reason.CONTENT_LOST if lost else Reason.ACCEPTED), verdict.detail
    assert lost in verdict.detail
