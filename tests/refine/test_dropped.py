"""A declaration that the browser drops deletes the one it replaces: no candidate may do that, however good it looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.trajectory import PageState, Reason
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import ReviewSettings
from tests.refine.conftest import CSS, PAGE, edit

pytestmark = pytest.mark.browser

OWN = f"<style>{CSS}.old {{ *zoom: 1; width: 1px\\9 }}</style>"
TEXT = (
    PAGE.replace('<link rel="stylesheet" href="style.css">', OWN)
    .replace("pixel.png", "data:,")
    .replace('<p id="status">', '<p id="status" style="width: 500px; top: anywhere">')
)
SETTINGS = ReviewSettings()


def sheet(old: str, new: str) -> Patch:
    return edit("style.css", CSS, old, new)


def document(old: str, new: str) -> Patch:
    return edit("a.html", TEXT, old, new)


@pytest.mark.parametrize("scripts", [True, False])
async def test_what_the_browser_drops_is_refused(
    folder: Path, tmp_path: Path, driver: Driver, base: PageState, scripts: bool
) -> None:
    (tmp_path / "a.html").write_text(TEXT, "utf-8")
    page = Page(tmp_path, "a.html")
    async with CandidateRenderer(driver, replace(SETTINGS, plan=CapturePlan(scripts=scripts))) as stage:
        own = PageState(page, await stage.render(page))
        verify = Verifier(stage.render, screen=stage.screen_candidate)
        for start, patch in (
            (base, sheet("width: 560px", "width: anywhere")),
            (base, sheet("width: 560px", "width 300px")),
            (base, sheet("width: 560px", "wide: 300px")),
            (base, sheet("width: 560px;", "width: calc(300px;")),
            (base, sheet("color: #aaa", "color: #66")),
            (own, document("width: 560px", "transform: anywhere")),
            (own, document("width: 500px", "width: anywhere")),
            (own, document('class="muted"', 'class="muted" style="color: darkish !important"')),
        ):
            verdict = await verify(start, patch)
            assert verdict.reason is Reason.DROPPED, (patch.title, verdict)
            assert verdict.renders == 0 and verdict.was_screened_out
        for start, patch in (
            (base, sheet("width: 560px", "--width: anywhere")),
            (base, sheet("color: #aaa", "color: var(--ink, #666) !important")),
            (own, document("top: anywhere", "top: anywhere; max-width: 100%")),
            (own, document(".old { *zoom: 1;", ".old { color: #222; *zoom: 1;")),
        ):
            screening = await stage.screen_candidate(start, patch, ())
            assert screening.objection is None, (patch.title, screening)


async def test_it_would_have_looked_like_a_repair(base: PageState, verifier: Verifier) -> None:
    """Without that question the deletion in disguise is strictly better, and nothing is worse."""
    assert (await verifier(base, sheet("width: 560px", "width: anywhere"))).is_accepted
