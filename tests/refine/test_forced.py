"""The loop itself, with verifiers that need no browser."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from relook_lsp.core.finding import Finding, Location, Report, Severity
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.snapshot import Viewport
from relook_lsp.core.text import Position, Range, Span
from relook_lsp.refine.forced_optimization import SearchLimits, optimize
from relook_lsp.refine.trajectory import AcceptanceResult, Attempt, PageState, Reason
from relook_lsp.review.pipeline import Review


def state(cost: float) -> PageState:
    """A state whose only finding costs this much."""
    at = Location("a.css", "a.css", Range(Position(0, 0), Position(0, 0)), Span(0, 0))
    box, view = Rect(0, 0, 1, 1), Viewport(1, 1)
    found = tuple(
        Finding("r", Severity.ERROR, "m", at, str(n), view, 0, "v", box, None, extent=min(1.0, part))
        for n, part in enumerate([1.0] * int(cost * 4) + [(cost * 4) % 1])
        if part > 0
    )
    return PageState(Page(Path(), "a.html"), Review(Report("a.html", True, found), None))


class Scripted:
    """Proposes patches whose text is the cost they lead to."""

    name = "scripted"

    def __init__(self, costs: Sequence[float]) -> None:
        self._costs = list(costs)

    async def propose(self, best: PageState, rejected: Sequence[Attempt]) -> Patch | None:
        if not self._costs:
            return None
        return Patch((Replacement("a.css", Span(0, 0), "", str(self._costs.pop(0))),))


async def verify(base: PageState, patch: Patch) -> AcceptanceResult:
    after = state(float(patch.replacements[0].new))
    better = after.cost < base.cost
    return AcceptanceResult(Reason.ACCEPTED if better else Reason.NOT_BETTER, "", after, 1)


@given(st.floats(0.1, 5), st.lists(st.floats(0, 6), max_size=60), st.integers(1, 5), st.integers(1, 10))
@settings(deadline=None, max_examples=60)
async def test_the_trajectory_is_monotone(start: float, costs: list[float], rounds: int, attempts: int) -> None:
    result = await optimize(state(start), Scripted(costs), verify, SearchLimits(rounds, attempts))
    path = [result.start.cost, *(a.verdict.state.cost for a in result.accepted_attempts if a.verdict.state)]
    assert all(later < earlier for earlier, later in pairwise(path))
    assert result.best.cost == path[-1]
    assert len(result.accepted_attempts) <= rounds
    assert all(sum(a.round == r for a in result.attempts) <= attempts for r in range(1, rounds + 1))


async def test_stops_when_clean() -> None:
    result = await optimize(state(1), Scripted([0.0, 0.5]), verify)
    assert (result.stopped, len(result.attempts), result.best.cost) == ("clean", 1, 0)


async def test_oscillation_is_refused() -> None:
    result = await optimize(state(1), Scripted([0.5, 1.0, 0.5, 1.0, 0.5]), verify)
    assert [a.verdict.is_accepted for a in result.attempts] == [True, False, False, False, False]
    assert result.best.cost == 0.5


async def test_gives_up_after_the_attempts() -> None:
    result = await optimize(state(1), Scripted([2.0] * 50), verify, SearchLimits(3, 10))
    assert (result.stopped, len(result.attempts)) == ("exhausted", 10)
    assert result.best is result.start


async def test_infrastructure_is_no_rejection() -> None:
    async def broken(_base: PageState, _patch: Patch) -> AcceptanceResult:
        return AcceptanceResult(Reason.INFRASTRUCTURE, "the browser died")

    result = await optimize(state(1), Scripted([0.5, 0.4]), broken)
    assert (result.stopped, len(result.attempts)) == ("infrastructure", 1)


async def test_cancelled_between_candidates() -> None:
    calls = iter((False, False, True))
    result = await optimize(state(1), Scripted([2.0] * 9), verify, cancelled=lambda: next(calls, True))
    assert result.stopped == "cancelled"


async def test_feedback_reaches_the_proposer() -> None:
    seen: list[int] = []

    class Listening(Scripted):
        async def propose(self, best: PageState, rejected: Sequence[Attempt]) -> Patch | None:
            seen.append(len(rejected))
            return await super().propose(best, rejected)

    await optimize(state(1), Listening([2.0, 2.0, 0.5, 0.4]), verify, SearchLimits(2, 10))
    assert seen == [0, 1, 2, 0]


async def test_noise_that_is_measured_again_never_ends_worse() -> None:
    """With a noisy judge the loop keeps its promise when differences are only accepted once they are clear."""
    from relook_lsp.refine.noise import is_clear_difference

    generator = random.Random(7)

    async def noisy(base: PageState, patch: Patch) -> AcceptanceResult:
        truth = float(patch.replacements[0].new)

        async def difference() -> float:
            return base.cost - truth + generator.gauss(0, 0.3)

        accepted = await is_clear_difference(difference)
        return AcceptanceResult(Reason.ACCEPTED if accepted else Reason.NOT_BETTER, "", state(truth), 1)

    worse = 0
    for _ in range(100):
        costs = [generator.uniform(0.5, 1.5) for _ in range(20)]
        result = await optimize(state(1), Scripted(costs), noisy, SearchLimits(3, 10))
        worse += result.best.cost > result.start.cost
    assert worse <= 5


@given(st.lists(st.booleans(), max_size=70), st.integers(1, 10), st.integers(0, 40))
@settings(deadline=None, max_examples=60)
async def test_what_the_live_page_refuses_does_not_use_up_attempts(
    tried: list[bool], attempts: int, screens: int
) -> None:
    """``tried``: whether a candidate is refused without a load."""
    left = list(tried)

    async def refuse(_base: PageState, _patch: Patch) -> AcceptanceResult:
        cheap = left.pop(0)
        return AcceptanceResult(Reason.NOT_BETTER, renders=0 if cheap else 1, screens=1)

    limits = SearchLimits(1, attempts, screens=screens)
    result = await optimize(state(1), Scripted([2.0] * len(tried)), refuse, limits)
    loaded = sum(not attempt.verdict.was_screened_out for attempt in result.attempts)
    assert loaded <= attempts and len(result.attempts) - loaded <= screens
    enough = loaded == attempts or len(result.attempts) - loaded == screens
    assert enough or len(result.attempts) == len(tried)
    assert result.stopped == "exhausted" and result.best is result.start
