"""Rules that are not heard out because the time for the page is up."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.capture import Capture, capture_page
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import OUT_OF_TIME, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot, Viewport
from relook_lsp.critics.engine import Judgement, judge_snapshot, judge_view_early
from relook_lsp.critics.incremental_run import IncrementalRun
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.review import pipeline
from relook_lsp.review.pipeline import ReviewSettings, review_page

pytestmark = pytest.mark.browser

PLAN = CapturePlan(viewports=(Viewport(900, 600),), moments=(0,), sweep=(800, 1000), zoom=False)
Judge = Callable[[ViewContext], Iterator[Outcome]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def snapshot(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Three views of one page, and no browser behind them any more."""
    root = tmp_path_factory.mktemp("page")
    (root / "a.html").write_text("<!doctype html><title>t</title><p>one<p>two<p>three", "utf-8")
    live = await capture_page(driver, Page(root, "a.html"), PLAN)
    await live.close()
    return live.snapshot


def rule(name: str, view: Judge) -> Rule:
    return Rule(name, "layout", Severity.WARNING, name, name, name, name, view=view, sweep=True)


def fails(scene: ViewContext) -> Iterator[Outcome]:
    for node in scene.layout.elements:
        if scene.layout.names[node] == "p":
            yield Outcome(Verdict.FAIL, node)


def passes(scene: ViewContext) -> Iterator[Outcome]:
    for outcome in fails(scene):
        yield Outcome(Verdict.PASS, outcome.node)


def after(questions: int) -> Callable[[], bool]:
    """A clock that is late once it was looked at so many times."""
    left = iter(range(questions))
    return lambda: next(left, None) is None


def found(judgement: Judgement) -> list[str]:
    return [defect.rule.id for defect in judgement.defects]


def unheard(judgement: Judgement) -> list[str]:
    return [one.rule for one in judgement.incomplete if one.reason == OUT_OF_TIME]


def test_with_time_enough_all_is_heard(snapshot: Snapshot) -> None:
    result = judge_snapshot(snapshot, CriticOptions(), (rule("first", fails), rule("second", passes)))
    assert found(result) == ["first"] * 3
    assert len(result.passed) == 3
    assert unheard(result) == []


def test_what_was_heard_counts_and_the_rest_is_owned_up_to(snapshot: Snapshot) -> None:
    # Two looks at the clock: before the first rule, and after its first verdict.
    hearing = IncrementalRun(CriticOptions(), after(2))
    result = judge_snapshot(
        snapshot, CriticOptions(), (rule("first", fails), rule("second", passes), rule("third", fails)), hearing
    )
    assert found(result) == ["first", "first"]
    assert result.defects[0].failing_widths is None
    assert result.passed == frozenset()
    assert unheard(result) == ["first", "second", "third"]


def test_what_was_said_before_an_answer_came_too_late_stays(snapshot: Snapshot) -> None:
    def asks(scene: ViewContext) -> Iterator[Outcome]:
        yield from fails(scene)
        yield Outcome(Verdict.INCOMPLETE, 0, reason="unconfirmed", need=NeedPaint(scene.view.id, ""))

    # One view at a width that is looked at, two of the sweep; four verdicts each.
    hearing = IncrementalRun(CriticOptions(), after(3 * (1 + 4)))
    first = judge_snapshot(snapshot, CriticOptions(), (rule("asks", asks),), hearing)
    assert found(first) == ["asks"] * 3
    assert first.needs and not unheard(first)
    second = judge_snapshot(snapshot, CriticOptions(), (rule("asks", asks),), hearing)
    assert found(second) == ["asks"] * 3
    assert unheard(second) == ["asks"]


async def test_one_time_holds_for_the_whole_review(
    snapshot: Snapshot, driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = 0.0

    def slow(scene: ViewContext) -> Iterator[Outcome]:
        for outcome in fails(scene):
            yield outcome
            time.sleep(max(0.0, end - time.monotonic()))

    async def stored(*_arguments: object) -> Capture:
        nonlocal end
        end = time.monotonic() + 2.1
        return Capture(snapshot, {})

    rules = (rule("low-contrast", slow), rule("text-clipped", fails))
    monkeypatch.setattr(pipeline, "capture_page", stored)
    monkeypatch.setattr(pipeline, "judge_snapshot", functools.partial(judge_snapshot, rules=rules))
    monkeypatch.setattr(pipeline, "judge_view_early", functools.partial(judge_view_early, rules=rules))
    result = await review_page(driver, Page(tmp_path, "a.html"), ReviewSettings(CapturePlan(timeout=2)))
    assert result.report.reviewed and not result.report.problems
    assert [finding.rule for finding in result.report.findings] == ["low-contrast", "low-contrast"]
    assert [(one.rule, one.reason) for one in result.report.incomplete] == [
        ("low-contrast", OUT_OF_TIME), ("text-clipped", OUT_OF_TIME),
    ]  # fmt: skip
