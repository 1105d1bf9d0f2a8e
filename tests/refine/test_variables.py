"""A value that comes from a custom property is mended at the custom property, unless that makes something else worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.search import refine_page
from relook_lsp.refine.trajectory import PageState, Trajectory, open_findings, texts_of
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import ReviewSettings

pytestmark = pytest.mark.browser

HEAD = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Boats</title>\n'
BUTTON = "a { display: inline-block; padding: 12px 20px; font-weight: normal; color: #fff; background: var(--accent) }"
LINK = '<h1>Boats</h1>\n<p><a href="#order">Order a ticket</a></p>\n'

PAGES = {
    "at the root": (
        f"{HEAD}<style>:root {{ --accent: #00aaff }}\n{BUTTON}</style>\n{LINK}",
        ("--accent: #00aaff", "--accent: #0077c4"),
    ),
    "in a nested scope, not at the root": (
        f'{HEAD}<style>:root {{ --accent: #00518f }}\n.sale {{ --accent: #ff8899 }}\n{BUTTON}</style>\n<div class="sale">{LINK}</div>'
        '<p><a href="#back">Back to the pier</a></p>\n',
        ("--accent: #ff8899", "--accent: #c05064"),
    ),
    "through another variable, inherited": (
        f"{HEAD}<style>:root {{ --grey: #b0b0b0; --muted: var(--grey) }}\nbody {{ color: #222 }}\n.hint {{ color: var(--muted) }}</style>\n"
        '<h1>Boats</h1>\n<div class="hint"><p>Tickets are sold on board and at the pier.</p></div>\n',
        ("--grey: #b0b0b0", "--grey: #737373"),
    ),
    "as a size": (
        f"{HEAD}<style>:root {{ --fine: 7px }}\nsmall {{ font-size: var(--fine) }}</style>\n"
        "<h1>Boats</h1>\n<p><small>Dogs travel free in all seasons.</small></p>\n",
        ("--fine: 7px", "--fine: 10px"),
    ),
    "not where another use gets worse": (
        f"{HEAD}<style>:root {{ --accent: #00aaff }}\n{BUTTON}\n.night {{ padding: 16px; background: #052a42; color: var(--accent) }}</style>\n"
        f'{LINK}<p class="night">Night boats leave at eleven from the old pier.</p>\n',
        ("background: var(--accent)", "background: #0077c4"),
    ),
}  # fmt: skip


async def refined(driver: Driver, page: Page) -> Trajectory:
    async with CandidateRenderer(driver, ReviewSettings()) as stage:
        start = PageState(page, await stage.render(page))
        return await refine_page(start, Verifier(stage.render, screen=stage.screen_candidate))


@pytest.mark.parametrize("name", PAGES)
async def test_where_it_is_mended(name: str, driver: Driver, tmp_path: Path) -> None:
    text, expected = PAGES[name]
    (tmp_path / "a.html").write_text(text, "utf-8")
    result = await refined(driver, Page(tmp_path, "a.html"))
    assert open_findings(result.start)
    assert not open_findings(result.best), [
        (a.patch.title, a.verdict.reason, a.verdict.detail) for a in result.attempts
    ]
    assert texts_of(result.best)["a.html"] == text.replace(*expected), result.combined_patch.title
