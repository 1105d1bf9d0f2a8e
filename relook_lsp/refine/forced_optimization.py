"""Forced Optimization: a revision enters the trajectory only if it is strictly above the best so far.

The method of ReLook (arXiv 2510.11498, section 3): resample, at most ten times a round, until a candidate beats the
best state; if none does, the best state stands. The same function runs in the editor and in training rollouts.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from relook_lsp.core.patch import Patch
from relook_lsp.refine.trajectory import AcceptanceResult, Attempt, PageState, Reason, Trajectory, open_findings


@dataclass(frozen=True)
class SearchLimits:
    """``attempts`` candidates a round, not counting up to ``screens`` that the live page refused without a load.
    ``seconds`` is wall-clock time for the whole loop."""

    rounds: int = 3
    attempts: int = 10
    seconds: float = 120.0
    screens: int = 40

    def is_round_over(self, rejected: Sequence[Attempt]) -> bool:
        """Whether a round that rejected these is over."""
        screened = sum(attempt.verdict.was_screened_out for attempt in rejected)
        return len(rejected) - screened >= self.attempts or screened >= self.screens


class Proposer(Protocol):
    """Anything that turns a state into candidate patches."""

    @property
    def name(self) -> str: ...

    async def propose(self, best: PageState, rejected: Sequence[Attempt]) -> Patch | None:
        """The next candidate for ``best``, given what was rejected in this round; None when out of ideas."""
        ...


Verify = Callable[[PageState, Patch], Awaitable[AcceptanceResult]]


async def optimize(
    start: PageState,
    proposer: Proposer,
    verify: Verify,
    limits: SearchLimits | None = None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Attempt], None] = lambda _attempt: None,
) -> Trajectory:
    """The loop. Monotone by construction: ``best`` is only ever replaced by an accepted state."""
    limits = limits or SearchLimits()
    best, attempts, stopped = start, list[Attempt](), "rounds"
    deadline = time.monotonic() + limits.seconds
    for number in range(1, limits.rounds + 1):
        rejected: list[Attempt] = []
        stopped = "rounds"
        if not open_findings(best):
            stopped = "clean"
            break
        while True:
            if cancelled() or time.monotonic() > deadline:
                return Trajectory(start, best, tuple(attempts), "cancelled" if cancelled() else "time")
            patch = None if limits.is_round_over(rejected) else await proposer.propose(best, rejected)
            if patch is None:
                stopped = "exhausted"
                break
            verdict = await verify(best, patch)
            attempt = Attempt(number, len(rejected) + 1, proposer.name, patch, verdict)
            attempts.append(attempt)
            progress(attempt)
            if verdict.reason is Reason.INFRASTRUCTURE:
                return Trajectory(start, best, tuple(attempts), "infrastructure")
            if verdict.is_accepted and verdict.state is not None:
                best = verdict.state
                break
            rejected.append(attempt)
        if stopped == "exhausted":
            break
    if not open_findings(best):
        stopped = "clean"
    return Trajectory(start, best, tuple(attempts), stopped)
