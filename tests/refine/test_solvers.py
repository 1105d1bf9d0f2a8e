"""Every rule that has solved repairs mends its own example; text that no edit names stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.proposers.solved import SOLVERS
from relook_lsp.refine.search import refine_page
from relook_lsp.refine.trajectory import PageState, Trajectory, open_findings, texts_of
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import ReviewSettings

EXAMPLES = Path(__file__).parents[2] / "docs" / "rules" / "examples"
RULES = sorted(rule for rule in SOLVERS if (EXAMPLES / rule / "wrong.html").is_file())


@pytest_asyncio.fixture(loop_scope="session")
async def stage(driver: Driver) -> AsyncIterator[CandidateRenderer]:
    async with CandidateRenderer(driver, ReviewSettings()) as one:
        yield one


async def refined(stage: CandidateRenderer, page: Page) -> Trajectory:
    start = PageState(page, await stage.render(page))
    assert start.review.report.reviewed, start.review.report.problems
    return await refine_page(start, Verifier(stage.render, screen=stage.screen_candidate))


def refused(result: Trajectory) -> list[tuple[str, str, str]]:
    return [(a.patch.title, a.verdict.reason.value, a.verdict.detail) for a in result.attempts]


@pytest.mark.browser
@pytest.mark.parametrize("rule", RULES)
async def test_the_example_of_the_rule_is_mended(rule: str, stage: CandidateRenderer, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / rule, tmp_path / rule)
    result = await refined(stage, Page(tmp_path / rule, "wrong.html"))
    found = [finding for finding in result.start.review.report.findings if finding.rule == rule]
    assert found
    assert not open_findings(result.best), refused(result)
    if all(finding.cost == 0 for finding in found):  # a matter of degree is no reason to edit
        assert not result.attempts


@pytest.mark.browser
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_only_the_edit_differs(newline: str, stage: CandidateRenderer, tmp_path: Path) -> None:
    text = (EXAMPLES / "page-scrolls-sideways" / "wrong.html").read_text("utf-8")
    (tmp_path / "a.html").write_bytes(text.replace("\n", newline).encode())
    result = await refined(stage, Page(tmp_path, "a.html"))
    before, patch = texts_of(result.start)["a.html"], result.combined_patch
    assert result.best.cost == 0, refused(result)
    after = patch.apply("a.html", before)
    assert after == texts_of(result.best)["a.html"]
    assert ("\r" in after) == (newline == "\r\n")
    assert after.count("\n") == after.count(newline)
    assert patch.character_count < 100


HEAD = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Boats</title>\n'
BARE = HEAD.replace('<meta name="viewport" content="width=device-width, initial-scale=1">\n', "")
SENTENCE = "Tickets are sold on board and at the pier from eight."

SMALL = {
    "an outline that one control lost": (
        "no-visible-focus",
        HEAD + '<h1>Boats</h1><p><button style="outline: none">Order</button></p>',
    ),
    "white text on two grounds": (
        "low-contrast",
        HEAD + "<style>button { color: #fff; border: 0; padding: 12px } .a { background: #2196f3 } .b { background: #f44336 }</style>"
        '<h1>Boats</h1><p><button class="a">Order now</button> <button class="b">Cancel it</button></p>',
    ),
    "white text on a gradient": (
        "low-contrast",
        HEAD + "<style>.a { color: #fff; padding: 24px; background: linear-gradient(135deg, #8ea2ff, #764ba2) }</style>"
        f'<h1>Boats</h1><p class="a">{SENTENCE}</p>',
    ),
    "faint text": ("low-contrast", HEAD + f'<h1>Boats</h1><p style="opacity: 0.4">{SENTENCE}</p>'),
    "a link that takes two lines": (
        "page-scrolls-sideways",
        HEAD + "<style>p { margin-right: -120px }</style>"
        f'<h1>Boats</h1><p>{SENTENCE} <a href="#x">Dogs travel free, bicycles cost two euros</a> in all seasons.</p>',
    ),
    "no viewport meta, with a wide field": (
        "viewport-meta",
        BARE + "<style>input { display: block; width: 100%; padding: 8px; font-size: 16px }</style>"
        '<h1>Boats</h1><input aria-label="Name" placeholder="Your name">',
    ),
    "a row that does not wrap": (
        "page-scrolls-sideways",
        HEAD + "<style>.row { display: flex; gap: 12px } .row div { flex: 0 0 260px; background: #dde6ea }</style>"
        f'<h1>Boats</h1><div class="row"><div>{SENTENCE}</div><div>{SENTENCE}</div><div>{SENTENCE}</div></div>',
    ),
    "fixed tracks": (
        "page-scrolls-sideways",
        HEAD + "<style>.grid { display: grid; grid-template-columns: 300px 300px; gap: 12px } .grid p { background: #dde6ea }</style>"
        f'<h1>Boats</h1><div class="grid"><p>{SENTENCE}</p><p>{SENTENCE}</p></div>',
    ),
    "two columns in a page of a fixed width": (
        "page-scrolls-sideways",
        HEAD + "<style>body { width: 900px; margin: 0 auto } .a { width: 430px; float: left } .b { width: 430px; float: right }</style>"
        f'<h1>Boats</h1><div class="a"><p>{SENTENCE}</p></div><div class="b"><p>{SENTENCE}</p></div>',
    ),
    "a heading that stands still in a page of a fixed width": (
        "page-scrolls-sideways",
        HEAD + "<style>body { width: 500px; height: 1400px; margin: 0 auto; background: #fff } p { margin: 90px 10px 10px }"
        " h1 { position: fixed; top: 0; width: 500px; padding: 10px; background: #fff }</style>"
        f"<h1>Boats</h1><p>{SENTENCE}</p>",
    ),
    "a wide table with a link in its caption": (
        "page-scrolls-sideways",
        HEAD + "<style>td { padding: 8px 90px } caption { text-align: center }</style>"
        '<h1>Boats</h1><table><caption>From <a href="#x">the harbour master</a></caption>'
        "<tr><td>Whitby</td><td>07:15</td><td>11:40</td><td>16:20</td></tr></table>",
    ),
    "code in long lines": (
        "page-scrolls-sideways",
        HEAD + "<h1>Boats</h1><pre>relook review --viewport 375x812 --viewport 1280x800 --format json --output report.json site/index.html "
        "relook review --viewport 375x812 --viewport 1280x800 --format json --output report.json site/other.html</pre>",
    ),
    "a wide table": (
        "page-scrolls-sideways",
        HEAD + "<style>td, th { padding: 8px 16px; white-space: nowrap }</style>"
        "<h1>Boats</h1><table><tr><th>Harbour</th><th>Monday</th><th>Tuesday</th><th>Wednesday</th><th>Thursday</th></tr>"
        "<tr><td>Whitby</td><td>07:15, 11:40</td><td>07:15, 11:40</td><td>08:20, 12:45</td><td>08:20, 12:45</td></tr></table>",
    ),
    "a long word": (
        "page-scrolls-sideways",
        HEAD + "<style>h1 { font-size: 48px }</style><h1>Donaudampfschifffahrtsgesellschaftskapitaen</h1>",
    ),
    "a line clamp": (
        "text-clipped",
        HEAD + "<style>.card { width: 220px; height: 62px; overflow: hidden; line-height: 24px }</style>"
        f'<h1>Boats</h1><p class="card">{SENTENCE} {SENTENCE}</p>',
    ),
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("name", SMALL)
async def test_a_small_page_is_mended(name: str, stage: CandidateRenderer, tmp_path: Path) -> None:
    rule, text = SMALL[name]
    (tmp_path / "a.html").write_text(text, "utf-8")
    result = await refined(stage, Page(tmp_path, "a.html"))
    assert rule in {finding.rule for finding in open_findings(result.start)}
    assert not open_findings(result.best), refused(result)
    assert all(attempt.verdict.renders <= 3 for attempt in result.attempts)


@pytest.mark.browser
@pytest.mark.parametrize(
    "style",
    [
        "h1 { font-size: 6rem }",
        "h1 { font-size: 6rem } body { display: flex; flex-direction: column; align-items: center; text-align: center }",
    ],
)
async def test_a_large_heading_becomes_smaller_and_its_words_stay_whole(
    style: str, stage: CandidateRenderer, tmp_path: Path
) -> None:
    (tmp_path / "a.html").write_text(f"{HEAD}<style>{style}</style><h1>Harbours</h1><p>{SENTENCE}</p>", "utf-8")
    result = await refined(stage, Page(tmp_path, "a.html"))
    assert open_findings(result.start)
    assert not open_findings(result.best), refused(result)
    assert "font-size: min(6rem, " in texts_of(result.best)["a.html"], refused(result)


@pytest.mark.browser
async def test_small_text_is_mended_where_its_size_comes_from(stage: CandidateRenderer, tmp_path: Path) -> None:
    text = f"{HEAD}<style>body {{ font-size: 6px }}</style><h1>Boats</h1><p>{SENTENCE}</p><p>{SENTENCE}</p><ul><li>Dogs</ul>"
    (tmp_path / "a.html").write_text(text, "utf-8")
    result = await refined(stage, Page(tmp_path, "a.html"))
    assert len(open_findings(result.start)) > 2
    assert not open_findings(result.best), refused(result)
    assert texts_of(result.best)["a.html"] == text.replace("6px", "10px")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("style", "first"),
    [
        ("body { margin: 24px } .box { width: 620px; padding: 24px }", "max-width: 100%; box-sizing: border-box"),
        ("body { margin: 24px } .box { width: 620px; border: 4px solid }", "max-width: 100%"),
    ],
)
async def test_the_first_edit_leaves_nothing_of_the_defect(
    style: str, first: str, stage: CandidateRenderer, tmp_path: Path
) -> None:
    """Padding comes on top of a width; what has room beside the box needs no second declaration."""
    text = f'{HEAD}<style>.box {{ background: #f1e3d0 }} {style}</style><h1>Boats</h1><div class="box">{SENTENCE}</div>'
    (tmp_path / "a.html").write_text(text, "utf-8")
    result = await refined(stage, Page(tmp_path, "a.html"))
    assert not open_findings(result.best), refused(result)
    assert [attempt.patch.title for attempt in result.attempts] == [first]
