"""The environment of reinforcement learning: a page with a defect, and a browser that judges answers to it.

``BrowserEnvironment`` runs in this process, ``ray_environment`` on other machines. Only text and numbers pass between a
policy and its environment, so the two can run on different machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from model_server.training.examples import Task
from model_server.training.reward import compute_worth
from model_server.training.screening import SCREENING
from model_server.training.task_state import find_task_state, judge_answer
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding
from relook_lsp.models.critic import MultimodalCritic
from relook_lsp.models.edit_language import Observation
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from relook_lsp.refine.acceptance.critic_gate import critic_gate
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.proposers.observation import ObservedGroup, observe_group
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.trajectory import AcceptanceResult, PageState, open_findings
from relook_lsp.refine.verifier import Gate, Verifier


@dataclass(frozen=True)
class ScoredAnswer:
    """The score of one answer. ``worth`` as in ``compute_worth`` (None: the environment failed); ``why`` in words."""

    worth: float | None
    accepted: bool
    why: str


@dataclass(frozen=True)
class StepOutcome:
    """Scores of a group of answers, in their order. ``next`` observes the next finding on the page with the best accepted
    answer; None where no finding is left. Where no answer was accepted, the page stays as it is."""

    scored: tuple[ScoredAnswer, ...]
    renders: int
    next: Observation | None


class Environment(Protocol):
    """One page at a time. Failures of the page or the browser do not raise."""

    async def reset(self, task: Task) -> Observation | None:
        """The task's page; None where it cannot be shown, or does not show the task's findings."""
        ...

    async def step(self, answers: Sequence[str]) -> StepOutcome: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class EnvironmentSettings:
    """``source``: observations include the focused source, for large policies. ``critic``: address of a multimodal critic
    that must also prefer an accepted edit; ``critic_model`` is its model's name."""

    source: bool = False
    critic: str = ""
    critic_model: str = ""

    def gate(self) -> Gate | None:
        if not self.critic:
            return None
        return critic_gate(MultimodalCritic(HttpChatModel(Endpoint(self.critic, self.critic_model))))


class BrowserEnvironment(Environment):
    """A page in a browser of this process; ``driver`` may be shared."""

    def __init__(self, driver: Driver, watching: EnvironmentSettings) -> None:
        self._driver = driver
        self._source = watching.source
        self._gate = watching.gate()
        self._stage: CandidateRenderer | None = None
        self._at: tuple[PageState, tuple[Finding, ...], ObservedGroup] | None = None

    async def reset(self, task: Task) -> Observation | None:
        await self.close()
        self._stage = CandidateRenderer(self._driver, SCREENING)
        try:
            found = await find_task_state(task, self._stage.render)
            self._at = None if found is None else self._observed(*found)
        except (RelookError, OSError, UnicodeDecodeError) as error:
            print(f"{task.page.entry}: {error}", flush=True)
        return self._told()

    async def step(self, answers: Sequence[str]) -> StepOutcome:
        assert self._at is not None and self._stage is not None, "reset() first"
        state, aim, observed = self._at
        verify = Verifier(self._stage.render, gate=self._gate, screen=self._stage.screen_candidate).aimed_at(aim)
        verdicts: dict[str, AcceptanceResult] = {}
        for answer in answers:
            if answer not in verdicts:
                verdicts[answer] = await judge_answer(state, observed, answer, verify)
        mended = [one.state for one in verdicts.values() if one.is_accepted and one.state is not None]
        if mended:
            best = min(mended, key=lambda one: one.cost)
            left = group_findings(open_findings(best))
            self._at = self._observed(best, left[0]) if left else None
        return StepOutcome(
            tuple(_score_answer(state, verdicts[answer]) for answer in answers),
            sum(verdict.renders for verdict in verdicts.values()),
            self._told(),
        )

    def _observed(
        self, state: PageState, aim: tuple[Finding, ...]
    ) -> tuple[PageState, tuple[Finding, ...], ObservedGroup] | None:
        observed = observe_group(state, aim, source=self._source)
        return None if observed is None else (state, aim, observed)

    def _told(self) -> Observation | None:
        return None if self._at is None else self._at[2].observation

    async def close(self) -> None:
        stage, self._stage, self._at = self._stage, None, None
        if stage is not None:
            await stage.__aexit__()


def _score_answer(state: PageState, verdict: AcceptanceResult) -> ScoredAnswer:
    why = ": ".join(filter(None, (verdict.reason.value, verdict.detail)))
    return ScoredAnswer(compute_worth(state, verdict), verdict.is_accepted, why)
