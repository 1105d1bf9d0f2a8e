"""Looks for verified edits: for what was asked, and in idle time for what may be asked next.

Imported when the first one is looked for: it brings the browser's driver, the rules and the solvers with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from relook_lsp.core.errors import BrowserFailed
from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.refine.acceptance.critic_gate import critic_gate
from relook_lsp.refine.acceptance.neighbour_pages import MAX_PAGES, NeighbourPages
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.forced_optimization import SearchLimits
from relook_lsp.refine.proposers.configured import configured_proposers
from relook_lsp.refine.proposers.solved import SOLVERS
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.search import Proposers, clean_renderer, map_identities, refine_page, repair_group
from relook_lsp.refine.trajectory import (
    AcceptanceResult,
    Attempt,
    PageState,
    Reason,
    Trajectory,
    open_findings,
    texts_of,
)
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.critic_opinion import configured_critic
from relook_lsp.session.attempt_summary import AttemptSummary
from relook_lsp.session.fix_store import FixSide, Place, VerifiedFix, new_id
from relook_lsp.session.reviewed_page import ReviewedPage
from relook_lsp.session.state import Session
from relook_lsp.source.page_graph import pages_sharing

log = logging.getLogger(__name__)

Tell = Callable[[Attempt], None]

ONE = SearchLimits(rounds=1, attempts=6, seconds=30)
"""For one defect in idle time."""

AT_ONCE = 2
"""Repairs looked for side by side in idle time: while one candidate is judged, another is rendered."""

REST = SearchLimits(rounds=1, attempts=4, seconds=60)
"""For what is left of the page in idle time."""


@dataclass(frozen=True)
class RepairContext:
    """A page in the state that was seen, who may propose edits of it, and who judges them."""

    start: PageState
    verify: Verifier
    allowed: Proposers
    unseen: tuple[str, ...]

    def open_groups(self) -> list[tuple[Finding, ...]]:
        """What costs something, findings of one rule and cause together, the costliest first."""
        return group_findings(open_findings(self.start))


@asynccontextmanager
async def _repair_context(session: Session, reviewed: ReviewedPage) -> AsyncGenerator[RepairContext]:
    """Raises ``RelookError`` where the page cannot be looked at."""
    config = session.preferences.config_for(reviewed.page_id.root)
    async with session.browser.borrow_driver(config.browser) as driver:
        others = await asyncio.to_thread(_pages_sharing_files, reviewed.page)
        async with CandidateRenderer(driver, config.settings) as stage:
            start = PageState(reviewed.page, await stage.render(reviewed.page))
            if not start.review.report.reviewed:
                raise BrowserFailed(start.review.report.problems[0].message)
            pages = [replace(reviewed.page, entry=entry) for entry in others[:MAX_PAGES]]
            neighbours = NeighbourPages(clean_renderer(driver, config.settings), pages)
            critic = configured_critic(config, session.model)
            second = critic_gate(critic, config.critic.intent) if critic is not None else None
            verify = Verifier(stage.render, neighbours, second, screen=stage.screen_candidate)
            yield RepairContext(
                start, verify, configured_proposers(config, editor=session.model), tuple(others[MAX_PAGES:])
            )


def _pages_sharing_files(page: Page) -> list[str]:
    return [] if page.is_url else pages_sharing(page.root, page.entry, page.overlays, page.sites)


async def find_requested_fix(
    session: Session, reviewed: ReviewedPage, places: Sequence[Place], tell: Tell
) -> tuple[VerifiedFix | None, Trajectory]:
    """What the user asked for: an edit for the defect with one of these findings, or for the whole page where there
    are none. Raises ``RelookError``."""
    with session.scheduler.foreground():
        async with _repair_context(session, reviewed) as bench:
            if places:
                target = next((g for g in bench.open_groups() if any(f.identity in places for f in g)), None)
                if target is None:
                    return None, Trajectory(bench.start, bench.start)
                found = await repair_group(bench.start, target, bench.verify, bench.allowed, progress=tell)
                session.fixes.prepared_for(reviewed.page_id).tried.update(
                    {f.identity: AttemptSummary.from_attempts(found.attempts) for f in target}
                )
            else:
                found = await refine_page(bench.start, bench.verify, bench.allowed, progress=tell)
            fix = await _build_fix(session, reviewed, bench, found) if found.accepted_attempts else None
            if fix is not None and places and session.is_latest(reviewed):
                session.fixes.prepared_for(reviewed.page_id).single.update(dict.fromkeys(places, fix))
            return fix, found


async def prepare_fixes(session: Session, reviewed: ReviewedPage) -> None:
    """In idle time: a fix for each of the costliest defects, then one edit for everything that can be mended together.
    Only definite repairs: nobody has asked a model yet."""
    count = session.preferences.config_for(reviewed.page_id.root).editor.prepare
    if not count or not any(f.rule in SOLVERS for f in reviewed.report.findings):
        return
    prepared = session.fixes.prepared_for(reviewed.page_id)
    async with _repair_context(session, reviewed) as bench:
        targets = [group for group in bench.open_groups() if group[0].rule in SOLVERS][:count]
        found = await _find_single_fixes(session, reviewed, bench, targets)
        if not session.is_latest(reviewed):
            return
        seen_with = {fix.patch.replacements: state for fix, state in found}
        refused = prepared.tried.keys() - prepared.single.keys()
        fixes = (prepared.single.get(target[0].identity) for target in targets)
        single = dict.fromkeys(fix.patch for fix in fixes if fix is not None)
        joint = await _find_joint_fix(bench, [*single], seen_with, refused)
        if joint is not None and session.is_latest(reviewed):
            prepared.joint = await _build_fix(session, reviewed, bench, joint)


async def _find_single_fixes(
    session: Session, reviewed: ReviewedPage, bench: RepairContext, targets: Sequence[tuple[Finding, ...]]
) -> list[tuple[VerifiedFix, PageState]]:
    """A fix for each target where there is one, some looked for at once; kept as soon as it is found."""
    prepared, turn = session.fixes.prepared_for(reviewed.page_id), asyncio.Semaphore(AT_ONCE)
    fixes: list[tuple[VerifiedFix, PageState]] = []

    async def one(target: tuple[Finding, ...]) -> None:
        async with turn:
            # Known from before an interruption, or out of date.
            if target[0].identity in prepared.tried or not session.is_latest(reviewed):
                return
            found = await repair_group(bench.start, target, bench.verify, limits=ONE)
            if not session.is_latest(reviewed):
                return
            prepared.tried.update(
                {finding.identity: AttemptSummary.from_attempts(found.attempts) for finding in target}
            )
            if found.accepted_attempts:
                fix = await _build_fix(session, reviewed, bench, found)
                fixes.append((fix, found.best))
                prepared.single.update({finding.identity: fix for finding in target})

    async with asyncio.TaskGroup() as group:
        for target in targets:
            group.create_task(one(target))
    return fixes


async def _find_joint_fix(
    bench: RepairContext,
    single: Sequence[Patch],
    seen_with: Mapping[tuple[Replacement, ...], PageState],
    refused: Iterable[Place],
) -> Trajectory | None:
    """All single fixes at once, then what else can be mended on that page, judged together against the page as it is.
    What was rendered (``seen_with``) or ``refused`` already is not rendered again."""
    # Every single edit was shown to be needed already.
    start, verify = bench.start, replace(bench.verify, minimal=False)
    patch, state = _combine_disjoint(single), start
    if patch is not None:
        known = seen_with.get(patch.replacements)
        verdict = await verify(start, patch) if known is None else AcceptanceResult(Reason.ACCEPTED, state=known)
        if verdict.is_accepted and verdict.state is not None:
            state = verdict.state
        else:
            patch = None
    left = frozenset(refused if patch is None else map_identities(refused, patch, start.page.entry))
    more = await refine_page(state, bench.verify, limits=REST, refused=left)
    if more.accepted_attempts:
        patch = more.combined_patch if patch is None else patch.compose(more.combined_patch, texts_of(start))
        verdict = await verify(start, patch)
        if not verdict.is_accepted or verdict.state is None:
            return None
        state = verdict.state
    if patch is None:
        return None
    titled = replace(patch, title=f"{len(patch.replacements)} edits, verified together")
    return Trajectory(start, state, (Attempt(1, 1, "solved", titled, AcceptanceResult(Reason.ACCEPTED, state=state)),))


def _combine_disjoint(patches: Sequence[Patch]) -> Patch | None:
    """As many of the patches as do not touch each other."""
    whole: list[Replacement] = []
    for patch in patches:
        try:
            Patch.from_replacements((*whole, *patch.replacements))
        except PatchError:
            continue
        whole += patch.replacements
    return Patch.from_replacements(whole) if whole else None


async def _build_fix(session: Session, reviewed: ReviewedPage, bench: RepairContext, found: Trajectory) -> VerifiedFix:
    """The edit that was found, with what is shown of it."""
    identity = new_id()
    before = await asyncio.to_thread(_build_side, session, (identity, "before"), found.start)
    after = await asyncio.to_thread(_build_side, session, (identity, "after"), found.best)
    definite = all(attempt.proposer == "solved" for attempt in found.accepted_attempts)
    patch = found.combined_patch
    unseen = bench.unseen if set(patch.paths) - {reviewed.page_id.entry} else ()
    return VerifiedFix(identity, reviewed.page_id, patch, before, after, definite, unseen)


def _build_side(session: Session, owner: tuple[str, str], state: PageState) -> FixSide:
    frames = session.pictures.write_frames(owner, state.review.snapshot) if session.keep_frames else ()
    return FixSide(state.review.report, frames, texts_of(state))
