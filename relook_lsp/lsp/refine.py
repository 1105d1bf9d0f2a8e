"""A refinement that the user asked for: from the finding, or the whole page, to an edit or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding
from relook_lsp.lsp import describe, lookup, protocol
from relook_lsp.lsp.look import look
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.fixes import Fix
from relook_lsp.session.subject import Seen
from relook_lsp.session.tried import Tried, why

if TYPE_CHECKING:
    from relook_lsp.refine.trajectory import Attempt

NOTHING = "Nothing is to be refined here."
STALE = "The page changed while it was looked at; try again."


@dataclass(frozen=True)
class Outcome:
    """``message`` says why there is no fix."""

    fix: Fix | None
    message: str
    tried: tuple[Tried, ...] = ()


async def refine(ls: RelookServer, uri: str, finding: str, tell: Callable[[protocol.Progress], None]) -> Outcome:
    """Look for an edit; without a finding (``describe.identity``) for the whole page. Cancelled like any task."""
    await ls.session.scheduler.settled()
    target = _target(ls, uri, finding)
    if target is None or not ls.session.fresh(target[0]):
        # Reviews on opening and on change may be off: the page is looked at as it is now.
        await look(ls, uri)
        target = _target(ls, uri, finding)
    if target is None:
        return Outcome(None, NOTHING)
    if not ls.session.fresh(target[0]):
        return Outcome(None, STALE)
    seen, wanted = target
    places = tuple(one.identity for one in lookup.group_of(seen, wanted)) if wanted is not None else ()
    ready = ls.session.fixes.find(seen.subject, places)
    if ready is not None:
        return Outcome(ready, "")
    # On first use: it brings the browser's driver, the rules and the solvers with it.
    from relook_lsp.session.repair import look_for

    page = describe.page_uri(ls, seen.subject)
    ls.status(protocol.Status("refining", seen.subject.entry, page=page))
    try:
        fix, found = await look_for(ls.session, seen, places, _Teller(page, seen.report.score, tell))
    except RelookError as error:
        return Outcome(None, str(error))
    finally:
        ls.status(replace(describe.idle(seen), page=page))
    tried = Tried.of(found.attempts)
    if fix is None:
        return Outcome(None, _why(ls, seen, finding, tried), tried)
    return Outcome(fix, "", tried)


def _target(ls: RelookServer, uri: str, finding: str) -> tuple[Seen, Finding | None] | None:
    """The finding, or the page alone where none is named; None where there is no such thing any more."""
    if finding:
        return lookup.finding_of(ls, uri, finding)
    return next(((seen, None) for seen in lookup.seen_of(ls, uri)), None)


class _Teller:
    """Every candidate, with the best score so far."""

    def __init__(self, page: str, score: int | None, tell: Callable[[protocol.Progress], None]) -> None:
        self._page = page
        self._best = score
        self._tell = tell

    def __call__(self, attempt: Attempt) -> None:
        verdict = attempt.verdict
        score = verdict.state.review.report.score if verdict.state is not None else None
        if verdict.accepted and score is not None:
            self._best = score if self._best is None else max(self._best, score)
        self._tell(
            protocol.Progress(
                self._page, attempt.round, attempt.attempt, attempt.proposer, attempt.patch.title,
                verdict.reason.value, verdict.accepted, score, self._best,
            )
        )  # fmt: skip


def _why(ls: RelookServer, seen: Seen, finding: str, tried: tuple[Tried, ...]) -> str:
    if not finding:
        return "No edit was found that makes the page better and nothing worse."
    rule = finding.partition("@")[0]
    asked = bool(ls.session.preferences.config(seen.subject.root).policy.endpoint)
    return why(rule, repairable=ls.session.repairable(rule), tried=tried, asked_model=asked)
