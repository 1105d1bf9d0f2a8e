"""A page of which not all was judged has no score, in any report; 100 means that all of it was judged."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import OUT_OF_TIME, NotJudged, Report
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Snapshot, Viewport
from relook_lsp.critics.engine import judge_snapshot
from relook_lsp.critics.incremental_run import IncrementalRun
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.refine.acceptance import conditions
from relook_lsp.refine.trajectory import PageState, Reason
from relook_lsp.report import PageReview, html, sarif, terminal
from relook_lsp.report.json import render_json
from relook_lsp.review.pipeline import Review, ReviewSettings, review_page

SMALL = ReviewSettings(CapturePlan(viewports=(Viewport(900, 600),), moments=(0,), sweep=(), timeout=60))
HEAD = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>t</title>'
WHY = "a style sheet or script of the page does not exist (css/a.css)"


async def _report(driver: Driver, folder: Path, text: str) -> Report:
    (folder / "a.html").write_text(text, "utf-8")
    return (await review_page(driver, Page(folder, "a.html", sites=()), SMALL)).report


@pytest.mark.browser
@pytest.mark.parametrize(
    ("markup", "reason", "named"),
    [
        ('<link rel="stylesheet" href="css/a.css"><p>Text', "file-missing", "css/a.css"),
        (
            '<link rel="stylesheet" href="https://cdn.example.net/a.css"><p>Text',
            "remote-blocked",
            "cdn.example.net/a.css",
        ),
        ('<script src="https://cdn.example.net/a.js"></script><p>Text', "remote-blocked", "cdn.example.net/a.js"),
        ("<canvas></canvas>", "drawn-by-script", ""),
        ('<meta http-equiv="refresh" content="99; url=b.html">', "goes-elsewhere", ""),
    ],
)
async def test_no_score(markup: str, reason: str, named: str, driver: Driver, tmp_path: Path) -> None:
    report = await _report(driver, tmp_path, HEAD + markup)
    assert report.valid and report.score is None and report.scored == "not judged"
    assert report.not_judged is not None and report.not_judged.reason == reason and named in report.not_judged.message


@pytest.mark.browser
@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<style>p { color: #111",
        "<style>body { display: none }</style><p>Text",
        "<p>Text<script>document.body.replaceChildren()</script>",
        "<style>body { height: 900px; background: linear-gradient(red, blue) }</style><p>Text"
        "<script>document.body.replaceChildren()</script>",
    ],
)
async def test_a_page_that_shows_nothing_is_invalid(markup: str, driver: Driver, tmp_path: Path) -> None:
    report = await _report(driver, tmp_path, HEAD + markup)
    assert "blank-render" in [one.rule for one in report.findings]
    assert not report.valid and report.score == 0


@pytest.mark.browser
async def test_what_needs_no_hold_keeps_its_score(driver: Driver, tmp_path: Path) -> None:
    fonts = '<link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Inter">'
    assert (await _report(driver, tmp_path, HEAD + "<p>Text")).score == 100
    assert (await _report(driver, tmp_path, HEAD + fonts + "<p>Text")).score == 100


def test_out_of_time_is_not_judged() -> None:
    snapshot = Snapshot("p.html", "http://page/p.html", "exact", (), (), (), {}, unswept=True)
    found = judge_snapshot(snapshot, CriticOptions(), incremental_run=IncrementalRun(CriticOptions()))
    assert found.not_judged is not None and found.not_judged.reason == OUT_OF_TIME


def _unscored() -> PageReview:
    return PageReview(Report("p.html", valid=True, not_judged=NotJudged("file-missing", WHY)), None)


def test_every_report_says_why() -> None:
    page = _unscored()
    (body,) = json.loads(render_json([page]))["pages"]
    assert body["score"] is None and body["notJudged"] == {"reason": "file-missing", "message": WHY}
    text = io.StringIO()
    terminal.render_terminal([page, page], Console(file=text, width=200))
    assert f"not judged: {WHY}" in text.getvalue() and "2 not judged" in text.getvalue()
    assert "score" not in text.getvalue()
    shown = html.render_html([page], {})
    assert f"Not judged: {WHY}." in shown and "Nothing to fix" not in shown and "No score" in shown
    run = json.loads(sarif.render_sarif([page], []))["runs"][0]["invocations"][0]
    assert run["toolExecutionNotifications"][0]["message"]["text"] == f"p.html: not judged: {WHY}"


def test_a_report_without_a_score_is_never_better() -> None:
    bare = Snapshot("p.html", "http://page/p.html", "exact", (), (), (), {})
    page = Page(Path(), "p.html")
    judged = PageState(page, Review(Report("p.html", valid=True), bare))
    unscored = PageState(page, Review(_unscored().report, bare))
    for base in (judged, unscored):
        objection = conditions.judge_candidate(base, unscored, Patch(()))
        assert objection is not None and objection[0] is Reason.INFRASTRUCTURE
    # Another page that nobody could judge before either says nothing against the edit.
    assert conditions.judge_candidate(unscored, unscored, Patch(()), better=False) is None
    assert conditions.judge_candidate(judged, unscored, Patch(()), better=False) is not None
