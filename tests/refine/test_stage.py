"""Trials in the live page: they agree with clean renders, and leave nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Viewport
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.trajectory import PageState, Reason, open_findings
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import ReviewSettings
from tests.refine.conftest import CSS, PAGE, edit

pytestmark = pytest.mark.browser
MUTED, CARD = ".muted { color: #aaa }", "width: 560px;"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(driver: Driver) -> AsyncIterator[CandidateRenderer]:
    async with CandidateRenderer(driver, ReviewSettings()) as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def start(folder: Path, stage: CandidateRenderer) -> PageState:
    page = Page(folder, "index.html")
    return PageState(page, await stage.render(page))


def target(state: PageState, rule: str) -> tuple[Finding, ...]:
    return next(group for group in group_findings(open_findings(state)) if group[0].rule == rule)


@pytest.mark.parametrize(
    ("rule", "patch", "reason"),
    [
        ("low-contrast", edit("style.css", CSS, MUTED, ".muted { color: #a9a9a9 }"), Reason.NOT_BETTER),
        ("low-contrast", edit("style.css", CSS, MUTED, ".muted { display: none }"), Reason.CONTENT_LOST),
        ("low-contrast", edit("style.css", CSS, MUTED, ".muted { color: #666 }"), None),
        ("low-contrast", edit("index.html", PAGE, 'class="muted"', 'class="muted" style="color: #666"'), None),
        ("low-contrast", edit("index.html", PAGE, 'class="muted"', 'class="muted" style="color: #bbb"'), Reason.NOT_BETTER),
    ],
)  # fmt: skip
async def test_what_a_trial_says(
    rule: str, patch: Patch, reason: Reason | None, start: PageState, stage: CandidateRenderer
) -> None:
    screening = await stage.screen_candidate(start, patch, target(start, rule))
    assert screening.tried
    assert (screening.objection and screening.objection[0]) == reason, screening.objection


async def test_markup_is_not_tried(start: PageState, stage: CandidateRenderer) -> None:
    patch = edit("index.html", PAGE, "Fresh apples", "Stale apples")
    assert not (await stage.screen_candidate(start, patch, target(start, "low-contrast"))).tried


async def test_nothing_stays_behind(start: PageState, stage: CandidateRenderer) -> None:
    """A trial that was refused, then one that was not: the second is judged on the page as it was."""
    aim = target(start, "low-contrast")
    honest = edit("style.css", CSS, MUTED, ".muted { color: #666 }")
    for value in ("#a9a9a9", "#b0b0b0"):
        await stage.screen_candidate(start, edit("style.css", CSS, MUTED, f".muted {{ color: {value} }}"), aim)
    await stage.screen_candidate(
        start, edit("index.html", PAGE, 'class="muted"', 'class="muted" style="display: none"'), aim
    )
    assert (await stage.screen_candidate(start, honest, aim)).objection is None


async def test_an_accepted_fix_costs_one_clean_render(start: PageState, stage: CandidateRenderer) -> None:
    verify = Verifier(stage.render, screen=stage.screen_candidate).aimed_at(target(start, "low-contrast"))
    refused = await verify(start, edit("style.css", CSS, MUTED, ".muted { color: #a9a9a9 }"))
    assert (refused.renders, refused.screens, refused.was_screened_out) == (0, 1, True)
    accepted = await verify(start, edit("style.css", CSS, MUTED, ".muted { color: #666 }"))
    assert accepted.is_accepted and (accepted.renders, accepted.screens) == (1, 1)


async def test_a_defect_that_is_nearly_none_can_be_mended(tmp_path: Path, stage: CandidateRenderer) -> None:
    text = PAGE.replace('<link rel="stylesheet" href="style.css">', "<style>.muted { color: #787878 }</style>")
    (tmp_path / "a.html").write_text(text.replace("pixel.png", "data:,"), "utf-8")
    page = Page(tmp_path, "a.html")
    start = PageState(page, await stage.render(page))
    patch = edit("a.html", (tmp_path / "a.html").read_text("utf-8"), "#787878", "#666666")
    assert (await stage.screen_candidate(start, patch, target(start, "low-contrast"))).objection is None


async def test_a_defect_that_becomes_less_is_not_refused(tmp_path: Path, stage: CandidateRenderer) -> None:
    """The page is still wider than a phone, but less so."""
    wide = "<style>.card { width: 960px } #status { width: 420px }</style>"
    text = PAGE.replace('<link rel="stylesheet" href="style.css">', wide).replace("pixel.png", "data:,")
    (tmp_path / "a.html").write_text(text, "utf-8")
    page = Page(tmp_path, "a.html")
    start = PageState(page, await stage.render(page))
    patch = edit("a.html", text, ".card { width: 960px }", ".card { width: 300px }")
    aim = target(start, "page-scrolls-sideways")
    assert (await stage.screen_candidate(start, patch, aim)).objection is None
    assert (await Verifier(stage.render, screen=stage.screen_candidate).aimed_at(aim)(start, patch)).is_accepted


async def test_another_page_is_not_tried(
    folder: Path, start: PageState, stage: CandidateRenderer, driver: Driver
) -> None:
    stranger = CandidateRenderer(driver, ReviewSettings())
    patch = edit("style.css", CSS, MUTED, ".muted { color: #666 }")
    assert not (await stranger.screen_candidate(start, patch, target(start, "low-contrast"))).tried


async def test_without_the_guard_a_trial_does_not_ask_for_content(start: PageState, driver: Driver) -> None:
    async with CandidateRenderer(driver, ReviewSettings(), guard=False) as bare:
        base = PageState(start.page, await bare.render(start.page))
        verify = Verifier(bare.render, screen=bare.screen_candidate, guard=False).aimed_at(target(base, "low-contrast"))
        verdict = await verify(base, edit("style.css", CSS, MUTED, ".muted { display: none }"))
    assert verdict.renders == 1 and verdict.reason is Reason.UNCLEAR


async def test_trials_and_renders_may_be_asked_for_at_once(start: PageState, driver: Driver) -> None:
    """The live page shows one candidate at a time, so that each gets the verdict that it gets alone."""
    patches = [edit("style.css", CSS, MUTED, f".muted {{ color: {one} }}") for one in ("#333", "#bbb", "#444", "#ccc")]
    async with CandidateRenderer(driver, ReviewSettings()) as stage:
        base = PageState(start.page, await stage.render(start.page))
        verify = Verifier(stage.render, screen=stage.screen_candidate).aimed_at(target(base, "low-contrast"))
        verdicts = await asyncio.gather(*(verify(base, patch) for patch in patches))
    assert [one.is_accepted for one in verdicts] == [True, False, True, False]
    assert [one.was_screened_out for one in verdicts] == [False, True, False, True]


FORGETFUL = """<script>
addEventListener('resize', () => { if (innerWidth < 600) document.body.classList.add('small') })
</script><style>.small .brand { display: none } @media (min-width: 600px) { .pale { color: #aaa } }</style>
<h1 class="brand">Fresh apples</h1><p class="pale">Picked this morning.</p>"""


async def test_a_page_that_has_changed_by_itself_is_not_blamed_on_the_candidate(tmp_path: Path, driver: Driver) -> None:
    """Its script hides the name once the window has been narrow: what the live page lacks was not lost by the edit."""
    stage = CandidateRenderer(
        driver, ReviewSettings(replace(ReviewSettings().plan, viewports=(Viewport(1280, 800), Viewport(375, 812))))
    )
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Apples</title>'
    (tmp_path / "a.html").write_text(head + FORGETFUL, "utf-8")
    page = Page(tmp_path, "a.html")
    honest = edit("a.html", head + FORGETFUL, "#aaa", "#555")
    hiding = edit("a.html", head + FORGETFUL, "color: #aaa", "display: none")
    async with stage:
        start = PageState(page, await stage.render(page))
        aim = target(start, "low-contrast")
        assert not (await stage.screen_candidate(start, honest, aim)).tried
        verify = Verifier(stage.render, screen=stage.screen_candidate).aimed_at(aim)
        assert (await verify(start, honest)).is_accepted
        assert (await verify(start, hiding)).reason is Reason.CONTENT_LOST
