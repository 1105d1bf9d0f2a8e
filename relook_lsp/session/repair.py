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
from relook_lsp.refine.forced import Limits
from relook_lsp.refine.gate import gate
from relook_lsp.refine.neighbours import MAX_PAGES, Neighbours
from relook_lsp.refine.proposers import proposers
from relook_lsp.refine.refine import Proposers, looker, moved, refine, repair
from relook_lsp.refine.site import groups
from relook_lsp.refine.solved import SOLVERS
from relook_lsp.refine.stage import Stage
from relook_lsp.refine.trajectory import Attempt, Reason, State, Trajectory, Verdict, open_findings, texts_of
from relook_lsp.refine.verify import Verifier
from relook_lsp.review.critique import critic_of
from relook_lsp.session.fixes import Fix, Place, Side, new_id
from relook_lsp.session.session import Session
from relook_lsp.session.subject import Seen
from relook_lsp.session.tried import Tried
from relook_lsp.source.links import pages_sharing

log = logging.getLogger(__name__)

Tell = Callable[[Attempt], None]

ONE = Limits(rounds=1, attempts=6, seconds=30)
"""For one defect in idle time."""

AT_ONCE = 2
"""Repairs looked for side by side in idle time: while one candidate is judged, another is rendered."""

REST = Limits(rounds=1, attempts=4, seconds=60)
"""For what is left of the page in idle time."""


@dataclass(frozen=True)
class Bench:
    """A page in the state that was seen, who may propose edits of it, and who judges them."""

    start: State
    verify: Verifier
    allowed: Proposers
    unseen: tuple[str, ...]

    def targets(self) -> list[tuple[Finding, ...]]:
        """What costs something, findings of one rule and cause together, the costliest first."""
        return groups(open_findings(self.start))


@asynccontextmanager
async def _bench(session: Session, seen: Seen) -> AsyncGenerator[Bench]:
    """Raises ``RelookError`` where the page cannot be looked at."""
    config = session.preferences.config(seen.subject.root)
    async with session.browser.use(config.browser) as driver:
        others = await asyncio.to_thread(_sharing, seen.page)
        async with Stage(driver, config.settings) as stage:
            start = State(seen.page, await stage.look(seen.page))
            if not start.review.report.reviewed:
                raise BrowserFailed(start.review.report.problems[0].message)
            pages = [replace(seen.page, entry=entry) for entry in others[:MAX_PAGES]]
            neighbours = Neighbours(looker(driver, config.settings), pages)
            critic = critic_of(config, session.model)
            second = gate(critic, config.critic.intent) if critic is not None else None
            verify = Verifier(stage.look, neighbours, second, screen=stage.screen)
            yield Bench(start, verify, proposers(config, editor=session.model), tuple(others[MAX_PAGES:]))


def _sharing(page: Page) -> list[str]:
    return [] if page.is_url else pages_sharing(page.root, page.entry, page.overlays, page.sites)


async def look_for(session: Session, seen: Seen, places: Sequence[Place], tell: Tell) -> tuple[Fix | None, Trajectory]:
    """What the user asked for: an edit for the defect with one of these findings, or for the whole page where there
    are none. Raises ``RelookError``."""
    with session.scheduler.foreground():
        async with _bench(session, seen) as bench:
            if places:
                target = next((g for g in bench.targets() if any(f.identity in places for f in g)), None)
                if target is None:
                    return None, Trajectory(bench.start, bench.start)
                found = await repair(bench.start, target, bench.verify, bench.allowed, progress=tell)
                session.fixes.of(seen.subject).tried.update({f.identity: Tried.of(found.attempts) for f in target})
            else:
                found = await refine(bench.start, bench.verify, bench.allowed, progress=tell)
            fix = await _fix(session, seen, bench, found) if found.accepted else None
            if fix is not None and places and session.fresh(seen):
                session.fixes.of(seen.subject).single.update(dict.fromkeys(places, fix))
            return fix, found


async def prepare(session: Session, seen: Seen) -> None:
    """In idle time: a fix for each of the costliest defects, then one edit for everything that can be mended together.
    Only definite repairs: nobody has asked a model yet."""
    count = session.preferences.config(seen.subject.root).editor.prepare
    if not count or not any(f.rule in SOLVERS for f in seen.report.findings):
        return
    prepared = session.fixes.of(seen.subject)
    async with _bench(session, seen) as bench:
        targets = [group for group in bench.targets() if group[0].rule in SOLVERS][:count]
        found = await _single(session, seen, bench, targets)
        if not session.fresh(seen):
            return
        seen_with = {fix.patch.replacements: state for fix, state in found}
        refused = prepared.tried.keys() - prepared.single.keys()
        fixes = (prepared.single.get(target[0].identity) for target in targets)
        single = dict.fromkeys(fix.patch for fix in fixes if fix is not None)
        joint = await _joint(bench, [*single], seen_with, refused)
        if joint is not None and session.fresh(seen):
            prepared.joint = await _fix(session, seen, bench, joint)


async def _single(
    session: Session, seen: Seen, bench: Bench, targets: Sequence[tuple[Finding, ...]]
) -> list[tuple[Fix, State]]:
    """A fix for each target where there is one, some looked for at once; kept as soon as it is found."""
    prepared, turn = session.fixes.of(seen.subject), asyncio.Semaphore(AT_ONCE)
    fixes: list[tuple[Fix, State]] = []

    async def one(target: tuple[Finding, ...]) -> None:
        async with turn:
            # Known from before an interruption, or out of date.
            if target[0].identity in prepared.tried or not session.fresh(seen):
                return
            found = await repair(bench.start, target, bench.verify, limits=ONE)
            if not session.fresh(seen):
                return
            prepared.tried.update({finding.identity: Tried.of(found.attempts) for finding in target})
            if found.accepted:
                fix = await _fix(session, seen, bench, found)
                fixes.append((fix, found.best))
                prepared.single.update({finding.identity: fix for finding in target})

    async with asyncio.TaskGroup() as group:
        for target in targets:
            group.create_task(one(target))
    return fixes


async def _joint(
    bench: Bench,
    single: Sequence[Patch],
    seen_with: Mapping[tuple[Replacement, ...], State],
    refused: Iterable[Place],
) -> Trajectory | None:
    """All single fixes at once, then what else can be mended on that page, judged together against the page as it is.
    What was rendered (``seen_with``) or ``refused`` already is not rendered again."""
    # Every single edit was shown to be needed already.
    start, verify = bench.start, replace(bench.verify, minimal=False)
    patch, state = _together(single), start
    if patch is not None:
        known = seen_with.get(patch.replacements)
        verdict = await verify(start, patch) if known is None else Verdict(Reason.ACCEPTED, state=known)
        if verdict.accepted and verdict.state is not None:
            state = verdict.state
        else:
            patch = None
    left = frozenset(refused if patch is None else moved(refused, patch, start.page.entry))
    more = await refine(state, bench.verify, limits=REST, refused=left)
    if more.accepted:
        patch = more.patch if patch is None else patch.then(more.patch, texts_of(start))
        verdict = await verify(start, patch)
        if not verdict.accepted or verdict.state is None:
            return None
        state = verdict.state
    if patch is None:
        return None
    titled = replace(patch, title=f"{len(patch.replacements)} edits, verified together")
    return Trajectory(start, state, (Attempt(1, 1, "solved", titled, Verdict(Reason.ACCEPTED, state=state)),))


def _together(patches: Sequence[Patch]) -> Patch | None:
    """As many of the patches as do not touch each other."""
    whole: list[Replacement] = []
    for patch in patches:
        try:
            Patch.of((*whole, *patch.replacements))
        except PatchError:
            continue
        whole += patch.replacements
    return Patch.of(whole) if whole else None


async def _fix(session: Session, seen: Seen, bench: Bench, found: Trajectory) -> Fix:
    """The edit that was found, with what is shown of it."""
    identity = new_id()
    before = await asyncio.to_thread(_side, session, (identity, "before"), found.start)
    after = await asyncio.to_thread(_side, session, (identity, "after"), found.best)
    definite = all(attempt.proposer == "solved" for attempt in found.accepted)
    patch = found.patch
    unseen = bench.unseen if set(patch.paths) - {seen.subject.entry} else ()
    return Fix(identity, seen.subject, patch, before, after, definite, unseen)


def _side(session: Session, owner: tuple[str, str], state: State) -> Side:
    frames = session.pictures.frames(owner, state.review.snapshot) if session.keep_frames else ()
    return Side(state.review.report, frames, texts_of(state))
