"""What mends a narrow window does not stretch boxes over a wide one."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState, Reason
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import ReviewSettings
from tests.refine.conftest import edit

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Post</title>
<style>
body { margin: 16px; font: 16px/1.4 sans-serif; color: #222; background: #fff }
form { width: WIDE; padding: 8px; border: 1px solid #777; box-sizing: border-box }
</style>
<form><p>Write to us, and we will answer before the ferry leaves.</p></form>
</html>
"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("wide", "new", "reason"),
    [
        ("500px", "", Reason.CONTENT_LOST),
        ("500px", "width: 100%;", Reason.CONTENT_LOST),
        ("500px", "max-width: 500px;", Reason.ACCEPTED),
        ("500px", "width: min(500px, 100%);", Reason.ACCEPTED),
        ("900px", "", Reason.ACCEPTED),
        ("1400px", "", Reason.ACCEPTED),
    ],
)
async def test_a_form_that_is_too_wide_for_a_phone(
    driver: Driver, tmp_path: Path, wide: str, new: str, reason: Reason
) -> None:
    text = PAGE.replace("WIDE", wide)
    (tmp_path / "index.html").write_text(text, "utf-8")
    look, page = clean_renderer(driver, ReviewSettings()), Page(tmp_path, "index.html")
    base = PageState(page, await look(page))
    target = [finding for finding in base.review.report.findings if finding.rule == "page-scrolls-sideways"]
    verdict = await Verifier(look).aimed_at(target)(base, edit("index.html", text, f"width: {wide};", new))
    assert verdict.reason is reason, verdict.detail
    assert (reason is Reason.ACCEPTED) or "where nothing was wrong" in verdict.detail
