"""What became of candidates, in words: the answer to why there is no verified fix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relook_lsp.refine.trajectory import Attempt


@dataclass(frozen=True)
class AttemptSummary:
    """One candidate that was rendered, or refused before that."""

    proposer: str
    title: str
    outcome: str
    accepted: bool

    @staticmethod
    def from_attempts(attempts: Iterable[Attempt]) -> tuple[AttemptSummary, ...]:
        return tuple(
            AttemptSummary(
                one.proposer,
                one.patch.title,
                one.verdict.reason.value + (f": {one.verdict.detail}" if one.verdict.detail else ""),
                one.verdict.is_accepted,
            )
            for one in attempts
        )


def explain_no_fix(rule: str, *, repairable: bool, tried: Sequence[AttemptSummary] | None, asked_model: bool) -> str:
    """Why a finding of this rule has no verified fix, in one or two sentences."""
    if not repairable:
        return f"There is no repair for {rule}: it would have to touch scripts, addresses or files that are missing."
    if tried is None:
        return "No fix has been looked for yet."
    if any(one.accepted for one in tried):
        return "A verified fix was found."
    if not tried:
        more = "" if asked_model else " A code model may have one: set relook.policy."
        return f"No candidate could be made for this place.{more}"
    last = tried[-1]
    count = "1 candidate was" if len(tried) == 1 else f"{len(tried)} candidates were"
    return f"{count} rendered and refused. The last one ({last.title}): {last.outcome}."
