"""A repair of the focus leaves the control without it as it looked."""

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
<title>Files</title>
<style>
body { margin: 16px; font: 16px/1.4 sans-serif; color: #222; background: #fff }
.button { display: inline-block; padding: 12px 24px; color: #999; background: #222 }
.plain { color: #fff }
.button:focus { color: #fff; outline: none }
</style>
<p>Files that you may take with you.</p>
<a class="button plain" href="#download">Free download</a>
</html>
"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (".plain { color: #fff }", ".plain { }", Reason.CONTENT_LOST),
        ("color: #fff; outline: none", "color: #fff", Reason.ACCEPTED),
        ("outline: none", "outline: none; text-decoration: none; background: #055", Reason.ACCEPTED),
    ],
)
async def test_what_fades_without_the_focus_is_no_repair_of_it(
    driver: Driver, tmp_path: Path, old: str, new: str, reason: Reason
) -> None:
    (tmp_path / "index.html").write_text(PAGE, "utf-8")
    look, page = clean_renderer(driver, ReviewSettings()), Page(tmp_path, "index.html")
    base = PageState(page, await look(page))
    (finding,) = base.review.report.findings
    assert finding.rule == "no-visible-focus"
    verdict = await Verifier(look, minimal=False).aimed_at([finding])(base, edit("index.html", PAGE, old, new))
    assert verdict.reason is reason, verdict.detail
    assert (reason is Reason.ACCEPTED) or "looks otherwise without the focus" in verdict.detail
