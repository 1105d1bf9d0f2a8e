"""A refinement that the user asked for: from the finding, or the whole page, to an edit or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding
from relook_lsp.lsp import lookup, payloads, protocol
from relook_lsp.lsp.review_on_demand import review_on_demand
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.attempt_summary import AttemptSummary, explain_no_fix
from relook_lsp.session.fix_store import VerifiedFix
from relook_lsp.session.reviewed_page import ReviewedPage

if TYPE_CHECKING:
    from relook_lsp.refine.trajectory import Attempt

NOTHING = "Nothing is to be refined here."
STALE = "The page changed during the review; try again."


@dataclass(frozen=True)
class RefineOutcome:
    """``message`` says why there is no fix."""

    fix: VerifiedFix | None
    message: str
    tried: tuple[AttemptSummary, ...] = ()


async def refine_on_request(
    ls: RelookServer, uri: str, finding: str, tell: Callable[[protocol.ProgressParams], None]
) -> RefineOutcome:
    """Look for an edit; without a finding (``describe.identity``) for the whole page. Cancelled like any task."""
    await ls.session.scheduler.wait_until_settled()
    target = _find_target(ls, uri, finding)
    if target is None or not ls.session.is_latest(target[0]):
        # Reviews on opening and on change may be off: the page is looked at as it is now.
        await review_on_demand(ls, uri)
        target = _find_target(ls, uri, finding)
    if target is None:
        return RefineOutcome(None, NOTHING)
    if not ls.session.is_latest(target[0]):
        return RefineOutcome(None, STALE)
    reviewed, wanted = target
    places = tuple(one.identity for one in lookup.group_of_finding(reviewed, wanted)) if wanted is not None else ()
    ready = ls.session.fixes.find_fix(reviewed.page_id, places)
    if ready is not None:
        return RefineOutcome(ready, "")
    # On first use: it brings the browser's driver, the rules and the solvers with it.
    from relook_lsp.session.jobs.find_fixes import find_requested_fix

    page = payloads.page_uri(ls, reviewed.page_id)
    ls.send_status(protocol.StatusParams("refining", reviewed.page_id.entry, page=page))
    try:
        fix, found = await find_requested_fix(
            ls.session, reviewed, places, _ProgressReporter(page, reviewed.report.score, tell)
        )
    except RelookError as error:
        return RefineOutcome(None, str(error))
    finally:
        ls.send_status(replace(payloads.idle(reviewed), page=page))
    tried = AttemptSummary.from_attempts(found.attempts)
    if fix is None:
        return RefineOutcome(None, _why_no_fix(ls, reviewed, finding, tried), tried)
    return RefineOutcome(fix, "", tried)


def _find_target(ls: RelookServer, uri: str, finding: str) -> tuple[ReviewedPage, Finding | None] | None:
    """The finding, or the page alone where none is named; None where there is no such thing any more."""
    if finding:
        return lookup.finding_by_id(ls, uri, finding)
    return next(((reviewed, None) for reviewed in lookup.reviews_of(ls, uri)), None)


class _ProgressReporter:
    """Every candidate, with the best score so far."""

    def __init__(self, page: str, score: int | None, tell: Callable[[protocol.ProgressParams], None]) -> None:
        self._page = page
        self._best = score
        self._tell = tell

    def __call__(self, attempt: Attempt) -> None:
        verdict = attempt.verdict
        score = verdict.state.review.report.score if verdict.state is not None else None
        if verdict.is_accepted and score is not None:
            self._best = score if self._best is None else max(self._best, score)
        self._tell(
            protocol.ProgressParams(
                self._page, attempt.round, attempt.attempt, attempt.proposer, attempt.patch.title,
                verdict.reason.value, verdict.is_accepted, score, self._best,
            )
        )  # fmt: skip


def _why_no_fix(ls: RelookServer, reviewed: ReviewedPage, finding: str, tried: tuple[AttemptSummary, ...]) -> str:
    if not finding:
        return "No edit was found that makes the page better and nothing worse."
    rule = finding.partition("@")[0]
    asked = bool(ls.session.preferences.config_for(reviewed.page_id.root).policy.endpoint)
    return explain_no_fix(rule, repairable=ls.session.is_repairable(rule), tried=tried, asked_model=asked)
