"""What a policy learns in: rounds on a real page, and on the same page in an actor of a Ray cluster."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model_server.training.environment import (
    BrowserEnvironment,
    Environment,
    EnvironmentSettings,
    ScoredAnswer,
    StepOutcome,
)
from model_server.training.examples import NATURAL, Task
from model_server.training.rollout import RefusedAnswers, collect_rollout
from model_server.training.screening import SCREENING
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.models.edit_language import Observation
from relook_lsp.refine.search import clean_renderer
from tests.model.fake import said, scripted, serving
from tests.model.test_critic import verdict

PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>a</title><style>body{background:#fff}"
    "p{color:#bbb;margin:2rem} h1{width:1500px}</style><h1>Bread</h1><p>Fresh bread from half past six</p>"
)


@pytest.fixture
async def task(driver: Driver, tmp_path: Path) -> Task:
    """Pale text, on a page that is too wide besides."""
    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    page = Page(tmp_path, "a.html")
    found = (await clean_renderer(driver, SCREENING)(page)).report.findings
    assert {one.rule for one in found} == {"low-contrast", "page-scrolls-sideways"}
    (pale,) = (one for one in found if one.rule == "low-contrast")
    return Task("train", "x", NATURAL, False, pale.rule, pale.key, page, Patch(()), 0)


async def _mended(environment: Environment, task: Task) -> None:
    first = await environment.reset(task)
    assert first is not None and first.rule == "low-contrast"
    refused = await environment.step(["del d77", "set cause = nonsense", "set cause = #bababa"])
    assert [one.accepted for one in refused.scored] == [False, False, False] and refused.next == first
    assert refused.scored[0].why.startswith("does not apply: ") and "nonsense" in refused.scored[1].why
    better = await environment.step(["set cause = #555", "del cause", "set cause = #555"])
    assert better.scored[0] == better.scored[2] and all(one.accepted for one in better.scored)
    assert better.renders >= 2
    assert better.next is not None and better.next.rule == "page-scrolls-sideways"
    last = await environment.step(["del cause"])
    assert last.scored[0].accepted and last.scored[0].worth == 1 and last.next is None


async def test_a_page_in_a_browser_of_this_process(driver: Driver, task: Task) -> None:
    environment = BrowserEnvironment(driver, EnvironmentSettings())
    await _mended(environment, task)
    assert await environment.reset(replace(task, key="77")) is None
    again = await environment.reset(task)
    assert again is not None and again.source == ""
    await environment.close()


async def test_large_policies_are_told_the_source(driver: Driver, task: Task) -> None:
    environment = BrowserEnvironment(driver, EnvironmentSettings(source=True))
    told = await environment.reset(task)
    assert told is not None and "p{color:#bbb;margin:2rem}" in told.source
    await environment.close()


@pytest.mark.parametrize(("better", "accepted"), [(("second", "first"), True), (("second", "second"), False)])
async def test_a_critic_must_prefer_the_edit_in_both_orders(
    driver: Driver, task: Task, better: Sequence[str], accepted: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RELOOK_CACHE", str(tmp_path / "answers"))
    async with serving(scripted([said(verdict(one)) for one in better])) as server:
        environment = BrowserEnvironment(driver, EnvironmentSettings(critic=server.url, critic_model="m"))
        assert await environment.reset(task) is not None
        outcome = await environment.step(["set cause = #555"])
        await environment.close()
    (only,) = outcome.scored
    assert only.accepted == accepted and bool(only.worth) == accepted
    assert accepted or only.why.startswith("critic prefers the original")


async def test_a_page_that_is_gone_or_has_changed_is_left_out(driver: Driver, task: Task) -> None:
    environment = BrowserEnvironment(driver, EnvironmentSettings())
    gone = replace(task, page=replace(task.page, entry="gone.html"))
    assert await environment.reset(gone) is None
    at = PAGE.index("#bbb")
    for entry in ("gone.html", "a.html"):
        edit = Replacement(entry, Span(at + 1, at + 5), "#bbb", "#ccc")
        assert await environment.reset(replace(gone, joint=Patch.from_replacements([edit], ""))) is None
    await environment.close()


SEEN = Observation("low-contrast", "error", "m", 1, {}, {}, "375x812", 0, None, (), (), ())


class Scripted(Environment):
    """Answers that are worth what they say."""

    def __init__(self, pages: int) -> None:
        self.left = pages

    async def reset(self, task: Task) -> Observation | None:
        return SEEN if self.left else None

    async def step(self, answers: Sequence[str]) -> StepOutcome:
        scored = tuple(ScoredAnswer(None if a == "lost" else float(a), float(a) == 1, "said") for a in answers)
        self.left -= any(one.accepted for one in scored)
        return StepOutcome(scored, len(answers), SEEN if self.left else None)

    async def close(self) -> None:
        pass


def _asked(
    *groups: Sequence[str],
) -> tuple[Callable[[Observation, RefusedAnswers, int], Awaitable[Sequence[str]]], list[RefusedAnswers]]:
    told: list[RefusedAnswers] = []
    left = iter(groups)

    async def sample(observation: Observation, refused: RefusedAnswers, count: int) -> Sequence[str]:
        told.append(refused)
        return next(left)

    return sample, told


async def test_a_round_ends_with_an_accepted_answer_and_tells_what_was_refused(task: Task) -> None:
    sample, told = _asked(["0", "0.5"], ["1", "0"], ["1", "1"])
    groups = await collect_rollout(Scripted(2), task, sample, lambda answer: 0, size=2)
    assert [group.rewards for group in groups] == [(0, 0.5), (1, 0), (1, 1)]
    assert told == [(), (("0", "said"), ("0.5", "said")), ()] and groups[1].refused == told[1]


async def test_rounds_end_where_nothing_is_accepted(task: Task) -> None:
    sample, _ = _asked(["0"], ["0"], ["1"])
    assert len(await collect_rollout(Scripted(3), task, sample, lambda answer: 0, size=1)) == 2
    sample, _ = _asked(*[["1"]] * 4)
    assert len(await collect_rollout(Scripted(9), task, sample, lambda answer: 0, size=1, rounds=3)) == 3
    assert await collect_rollout(Scripted(0), task, sample, lambda answer: 0) == []


@pytest.mark.timeout(300)
async def test_the_same_in_an_actor_of_a_cluster(task: Task) -> None:
    ray = pytest.importorskip("ray")
    from model_server.training.ray_environment import RayEnvironment, connect_cluster

    connect_cluster("")
    try:
        environments = [RayEnvironment(EnvironmentSettings()) for _ in range(2)]
        for environment in environments:
            await _mended(environment, task)
        lost, kept = environments
        assert await lost.reset(task) is not None
        ray.kill(lost._machine)
        assert (await lost.step(["del cause"])).scored[0].worth is None
        await _mended(lost, task)
        for environment in (lost, kept):
            await environment.close()
    finally:
        ray.shutdown()
