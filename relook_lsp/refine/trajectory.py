"""What a refinement did: every candidate, accepted or not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.review.pipeline import Review


class Reason(StrEnum):
    """Why a candidate was not accepted; ``ACCEPTED`` where it was."""

    ACCEPTED = "accepted"
    DOES_NOT_APPLY = "does not apply"
    EMPTY = "empty"
    TOO_LARGE = "too large"
    NOT_ALLOWED = "not allowed"
    DROPPED = "the browser drops it"
    INVALID_RENDER = "invalid render"
    NOT_BETTER = "not better"
    WORSE_SOMEWHERE = "worse at one size"
    NEW_FINDING = "new finding"
    FINDING_GREW = "finding grew"
    UNCLEAR = "cannot tell"
    CONTENT_LOST = "content lost"
    NOT_NEEDED = "an edit is not needed"
    OTHER_PAGE = "worse on another page"
    CRITIC = "critic prefers the original"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True)
class PageState:
    """A page as it is, and what was seen of it."""

    page: Page
    review: Review

    @property
    def cost(self) -> float:
        return self.review.report.cost


@dataclass(frozen=True)
class AcceptanceResult:
    """Outcome of one verification. ``state`` is the candidate's, where it was rendered."""

    reason: Reason
    detail: str = ""
    state: PageState | None = None
    renders: int = 0
    milliseconds: float = 0.0
    screens: int = 0
    """Trials in the live page, without a load."""

    @property
    def is_accepted(self) -> bool:
        return self.reason is Reason.ACCEPTED

    @property
    def was_screened_out(self) -> bool:
        """Refused in the live page already: it cost no load."""
        return not self.is_accepted and self.screens > 0 and self.renders == 0


@dataclass(frozen=True)
class Attempt:
    """One candidate in a trajectory; ``round`` and ``attempt`` count from 1."""

    round: int
    attempt: int
    proposer: str
    patch: Patch
    verdict: AcceptanceResult


@dataclass(frozen=True)
class Trajectory:
    """From the first state to the best; the cost along accepted attempts falls strictly."""

    start: PageState
    best: PageState
    attempts: tuple[Attempt, ...] = ()
    stopped: str = ""
    """Why the loop ended: ``clean``, ``exhausted``, ``rounds``, ``time``, ``cancelled``, ``infrastructure``."""

    @property
    def accepted_attempts(self) -> tuple[Attempt, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.verdict.is_accepted)

    @property
    def combined_patch(self) -> Patch:
        """All accepted patches as one, on the texts of the first state."""
        texts = texts_of(self.start)
        whole = Patch(())
        for attempt in self.accepted_attempts:
            whole = whole.compose(attempt.patch, texts) if whole.replacements else attempt.patch
        return whole


def texts_of(state: PageState) -> dict[str, str]:
    """Path -> text of every workspace source that the page used."""
    snapshot = state.review.snapshot
    if snapshot is None:
        return {}
    return {source.path: source.text for source in snapshot.sources.values() if source.path is not None}


def open_findings(state: PageState) -> tuple[Finding, ...]:
    """Findings that cost something and are not suppressed, the costliest first."""
    costly = (finding for finding in state.review.report.findings if finding.cost > 0)
    return tuple(sorted(costly, key=lambda finding: (-finding.cost, finding.rule, finding.key)))
