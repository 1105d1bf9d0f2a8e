"""A declaration that the browser drops deletes the one it replaces: no candidate may do that, however good it looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.plan import Plan
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.refine.stage import Stage
from relook_lsp.refine.trajectory import Reason, State
from relook_lsp.refine.verify import Verifier
from relook_lsp.review.review import Settings
from tests.refine.conftest import CSS, PAGE, edit

pytestmark = pytest.mark.browser

OWN = f"<style>{CSS}.old {{ *zoom: 1; width: 1px\\9 }}</style>"
TEXT = (
    PAGE.replace('<link rel="stylesheet" href="style.css">', OWN)
    .replace("pixel.png", "data:,")
    .replace('<p id="status">', '<p id="status" style="width: 500px; top: anywhere">')
)
SETTINGS = Settings()


def sheet(old: str, new: str) -> Patch:
    return edit("style.css", CSS, old, new)


def document(old: str, new: str) -> Patch:
    return edit("a.html", TEXT, old, new)


@pytest.mark.parametrize("scripts", [True, False])
async def test_what_the_browser_drops_is_refused(
    folder: Path, tmp_path: Path, driver: Driver, base: State, scripts: bool
) -> None:
    (tmp_path / "a.html").write_text(TEXT, "utf-8")
    page = Page(tmp_path, "a.html")
    async with Stage(driver, replace(SETTINGS, plan=Plan(scripts=scripts))) as stage:
        own = State(page, await stage.look(page))
        verify = Verifier(stage.look, screen=stage.screen)
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
            assert verdict.renders == 0 and verdict.screened
        for start, patch in (
            (base, sheet("width: 560px", "--width: anywhere")),
            (base, sheet("color: #aaa", "color: var(--ink, #666) !important")),
            (own, document("top: anywhere", "top: anywhere; max-width: 100%")),
            (own, document(".old { *zoom: 1;", ".old { color: #222; *zoom: 1;")),
        ):
            screening = await stage.screen(start, patch, ())
            assert screening.objection is None, (patch.title, screening)


async def test_it_would_have_looked_like_a_repair(base: State, verifier: Verifier) -> None:
    """Without that question the deletion in disguise is strictly better, and nothing is worse."""
    assert (await verifier(base, sheet("width: 560px", "width: anywhere"))).accepted
