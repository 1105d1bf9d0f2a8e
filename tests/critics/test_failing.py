"""A rule that raises takes only itself away, wherever it raises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.cli import main
from relook_lsp.core.finding import RULE_FAILED, Blame, ByDeclaration, Outcome, Severity, Verdict
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.snapshot import Snapshot, Viewport
from relook_lsp.core.text import Span
from relook_lsp.critics import engine
from relook_lsp.critics.incremental_run import IncrementalRun
from relook_lsp.critics.registry import BY_ID, RULES
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.refine.acceptance import conditions
from relook_lsp.refine.trajectory import PageState, Reason
from relook_lsp.review.pipeline import Review, ReviewSettings, review_page

pytestmark = pytest.mark.browser

PAGE = (
    '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>x</title></head>'
    '<body><h1>Title</h1><p style="color: #bbb">This line is too pale to read.</p></body></html>'
)
SMALL = ReviewSettings(
    CapturePlan(viewports=(Viewport(375, 812, True), Viewport(900, 600)), moments=(0,), sweep=(320, 1000), timeout=60)
)


def raises(_scene: ViewContext) -> Iterator[Outcome]:
    raise KeyError("text-align")
    yield


def raises_after_a_verdict(scene: ViewContext) -> Iterator[Outcome]:
    yield Outcome(Verdict.FAIL, 0, blame=())
    raise ZeroDivisionError


def raises_at_one_view(scene: ViewContext) -> Iterator[Outcome]:
    if scene.width == 900:
        raise ValueError("one window only")
    yield Outcome(Verdict.PASS, 0)


def raises_for_the_page(_snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    raise RecursionError
    yield


def names_a_node_that_is_not_there(_scene: ViewContext) -> Iterator[Outcome]:
    yield Outcome(Verdict.FAIL, 99999)


def blames_a_node_that_is_not_there(_scene: ViewContext) -> Iterator[Outcome]:
    blame: tuple[Blame, ...] = (ByDeclaration(99999, ("color",)),)
    yield Outcome(Verdict.FAIL, 0, blame=blame)


def fills_no_message(_scene: ViewContext) -> Iterator[Outcome]:
    yield Outcome(Verdict.FAIL, 0)


def of_view(view: Callable[[ViewContext], Iterator[Outcome]], message: str = "") -> Rule:
    return Rule("mine", "layout", Severity.WARNING, "mine", message, "", "", view=view, sweep=True)


BROKEN = {
    "view": of_view(raises),
    "view, after a verdict": of_view(raises_after_a_verdict),
    "one view": of_view(raises_at_one_view),
    "page": Rule("mine", "document", Severity.WARNING, "mine", "", "", "", page=raises_for_the_page),
    "outcome": of_view(names_a_node_that_is_not_there),
    "blame": of_view(blames_a_node_that_is_not_there),
    "message": of_view(fills_no_message, "It needs {what}."),
}


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Callable[[Rule], None]:
    """Adds a rule to the ones that every review runs, and that are run while views are still being captured."""

    def add(rule: Rule) -> None:
        every = (rule, *(one for one in RULES if one.id != rule.id))
        monkeypatch.setattr(engine.judge_snapshot, "__defaults__", (every, None))
        monkeypatch.setattr(engine.judge_view_early, "__defaults__", (every,))

    return add


@pytest.fixture
def page(tmp_path: Path) -> Page:
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    return Page(tmp_path, "a.html")


@pytest.mark.parametrize("where", BROKEN)
async def test_the_other_findings_stay(where: str, driver: Driver, page: Page, rules: Callable[[Rule], None]) -> None:
    rules(BROKEN[where])
    report = (await review_page(driver, page, SMALL)).report
    assert "low-contrast" in [one.rule for one in report.findings]
    (problem,) = report.problems
    assert problem.kind == RULE_FAILED and "The rule mine failed" in problem.message
    assert "Error" in problem.message and "\n" not in problem.message
    assert [(one.reason, one.key) for one in report.incomplete if one.rule == "mine"] == [(RULE_FAILED, "")]
    assert not [one for one in report.passed if one[0] == "mine"]
    assert report.reviewed and report.valid and report.faulty


def test_what_a_rule_had_found_before_it_raised_stays() -> None:
    hearing = IncrementalRun(CriticOptions())
    rule = Rule("mine", "document", Severity.WARNING, "", "", "", "", page=_one_and_a_mistake)
    snapshot = Snapshot("p.html", "http://page/p.html", "exact", (), (), (), {})
    found = engine.judge_snapshot(snapshot, CriticOptions(), (rule,), hearing)
    assert [one.key for one in found.defects] == ["here"] and found.failed.keys() == {"mine"}
    assert found.failed["mine"].startswith("ZeroDivisionError at test_failing.py:")


def _one_and_a_mistake(_snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    yield Outcome(Verdict.FAIL, place="here")
    raise ZeroDivisionError


def test_the_command_line_reports_the_rest_and_exits_with_3(
    page: Page, rules: Callable[[Rule], None], capsys: pytest.CaptureFixture[str]
) -> None:
    rules(replace(BY_ID["line-too-long"], view=raises))
    assert main(["review", str(page.root / "a.html"), "--fail-on", "never"]) == 3
    out, err = capsys.readouterr()
    assert "low-contrast" in out and "line-too-long failed" in out and "KeyError: 'text-align'" in out
    assert "Traceback" not in out + err


async def test_a_finding_of_a_rule_that_fails_now_is_not_mended(
    driver: Driver, page: Page, rules: Callable[[Rule], None]
) -> None:
    before = await review_page(driver, page, SMALL)
    rules(replace(BY_ID["low-contrast"], view=raises))
    after = await review_page(driver, page, SMALL)
    assert after.report.cost < before.report.cost
    start = PAGE.index("#bbb")
    patch = Patch.from_replacements([Replacement("a.html", Span(start, start + 4), "#bbb", "#111")])
    objection = await asyncio.to_thread(conditions.judge_candidate, _state(page, before), _state(page, after), patch)
    assert objection is not None and objection[0] is Reason.INFRASTRUCTURE and "low-contrast" in objection[1]


def _state(page: Page, review_: Review) -> PageState:
    return PageState(page, review_)
