"""Walks a page to its best reachable state: every finding is a target, every step is forced to be better."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.refine.acceptance.permissions import is_editable
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.forced_optimization import Proposer, SearchLimits, optimize
from relook_lsp.refine.proposers.solved import SolverProposer
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.trajectory import Attempt, PageState, Trajectory, open_findings, texts_of
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import Review, ReviewSettings

Proposers = Callable[[Sequence[Finding]], Sequence[Proposer]]
"""The proposers for one group of findings, in the order in which they are asked."""


def solver_proposers(target: Sequence[Finding]) -> Sequence[Proposer]:
    return (SolverProposer(target),)


class ProposerChain:
    """Several proposers as one: each is asked until it is out of ideas, definite repairs before models."""

    def __init__(self, proposers: Sequence[Proposer]) -> None:
        self._left = list(proposers)

    @property
    def name(self) -> str:
        return self._left[0].name if self._left else "none"

    async def propose(self, best: PageState, rejected: Sequence[Attempt]) -> Patch | None:
        while self._left:
            patch = await self._left[0].propose(best, rejected)
            if patch is not None:
                return patch
            self._left.pop(0)
        return None


def clean_renderer(driver: Driver, settings: ReviewSettings) -> Callable[[Page], Awaitable[Review]]:
    """Clean renders that leave no page open: for pages on which nothing is tried."""
    return CandidateRenderer(driver, settings, kept=0).render


async def repair_group(
    start: PageState,
    target: Sequence[Finding],
    verify: Verifier,
    proposers: Proposers = solver_proposers,
    limits: SearchLimits | None = None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Attempt], None] = lambda _attempt: None,
) -> Trajectory:
    """One round for one group of findings (same rule, same cause): the first candidate that is accepted."""
    limits = limits or SearchLimits()
    once = replace(limits, rounds=1)
    chain, aimed = ProposerChain(proposers(target)), verify.aimed_at(target)
    return await optimize(start, chain, aimed, once, cancelled=cancelled, progress=progress)


async def refine_page(
    start: PageState,
    verify: Verifier,
    proposers: Proposers = solver_proposers,
    limits: SearchLimits | None = None,
    *,
    rules: frozenset[str] = frozenset(),
    refused: frozenset[tuple[str, str]] = frozenset(),
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[Attempt], None] = lambda _attempt: None,
) -> Trajectory:
    """Up to ``limits.rounds`` passes over the page; in each, every group of findings (costliest first, ``rules``
    only where given) gets up to ``limits.attempts`` candidates. ``limits.seconds`` bounds the whole. The first pass
    leaves out the findings ``refused``, for which nothing was found before."""
    limits = limits or SearchLimits()
    if not start.page.is_url and not any(map(is_editable, texts_of(start))):
        # Every candidate would be refused.
        return Trajectory(start, start, (), "exhausted" if open_findings(start) else "clean")
    best, attempts, stopped = start, list[Attempt](), "rounds"
    deadline = time.monotonic() + limits.seconds
    given_up = set(refused)
    for number in range(1, limits.rounds + 1):
        before = best
        while (target := _costliest_open_group(best, given_up, rules)) is not None:
            left = deadline - time.monotonic()
            if cancelled() or left <= 0:
                return Trajectory(start, best, tuple(attempts), "cancelled" if cancelled() else "time")
            given_up |= {finding.identity for finding in target}
            once = replace(limits, seconds=left)
            step = await repair_group(best, target, verify, proposers, once, cancelled=cancelled, progress=progress)
            attempts += [Attempt(number, a.attempt, a.proposer, a.patch, a.verdict) for a in step.attempts]
            best = step.best
            for attempt in step.accepted_attempts:
                given_up = map_identities(given_up, attempt.patch, start.page.entry)
            if step.stopped in ("infrastructure", "cancelled", "time"):
                return Trajectory(start, best, tuple(attempts), step.stopped)
        if not open_findings(best):
            stopped = "clean"
            break
        if best is before:
            stopped = "exhausted"
            break
        given_up.clear()
    return Trajectory(start, best, tuple(attempts), stopped)


def _costliest_open_group(
    best: PageState, given_up: set[tuple[str, str]], rules: frozenset[str]
) -> tuple[Finding, ...] | None:
    """The costliest group of which nothing was tried in this pass."""
    for group in group_findings(open_findings(best)):
        wanted_rule = not rules or group[0].rule in rules
        if wanted_rule and not any(finding.identity in given_up for finding in group):
            return group
    return None


def map_identities(identities: Iterable[tuple[str, str]], patch: Patch, entry: str) -> set[tuple[str, str]]:
    """The same places after an edit: keys hold offsets."""
    mapped = ((rule, patch.map_key(key, entry)) for rule, key in identities)
    return {(rule, key) for rule, key in mapped if key is not None}
