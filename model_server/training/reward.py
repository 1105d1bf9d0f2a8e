"""The reward of an edit: the share of the page's cost that it removes, measured by a render."""

from __future__ import annotations

from collections.abc import Sequence

from relook_lsp.refine.trajectory import AcceptanceResult, PageState, Reason

WORTHLESS_REASONS = frozenset(
    (
        Reason.DOES_NOT_APPLY,
        Reason.EMPTY,
        Reason.TOO_LARGE,
        Reason.NOT_ALLOWED,
        Reason.DROPPED,
        Reason.INVALID_RENDER,
        Reason.CONTENT_LOST,
        Reason.OTHER_PAGE,
        Reason.CRITIC,
    )
)
"""Reasons for which the cost does not count: an edit that hides the text with the defect removes its cost too."""

REFUSED_SHARE = 0.5
"""Of the reward of an edit that makes the page cheaper but is not accepted (something else got worse, or cannot be
told): it is on the way, and must stay below one that is accepted."""

LONGEST = 48
LENGTH_PRICE = 0.2
"""Reward that an answer of ``LONGEST`` tokens loses, in proportion; shorter ones lose less."""


def compute_worth(base: PageState, verdict: AcceptanceResult) -> float | None:
    """Worth of an edit, 0 to 1, regardless of its length. None where the environment failed: the sample is masked."""
    if verdict.reason is Reason.INFRASTRUCTURE:
        return None
    if verdict.state is None or verdict.reason in WORTHLESS_REASONS or base.cost <= 0:
        return 0.0
    share = max(0.0, min(1.0, (base.cost - verdict.state.cost) / base.cost))
    return share * (1.0 if verdict.is_accepted else REFUSED_SHARE)


def compute_reward(worth: float | None, length: int) -> float | None:
    """With the price of the answer's length in tokens."""
    return None if worth is None else worth * (1 - LENGTH_PRICE * min(1.0, length / LONGEST))


def compute_advantages(rewards: Sequence[float | None]) -> list[float] | None:
    """GRPO: how much better than its group each sample is, in standard deviations; masked samples get 0. None for a
    group with fewer than two scored samples."""
    scored = [value for value in rewards if value is not None]
    if len(scored) < 2:
        return None
    mean = sum(scored) / len(scored)
    # As TRL has it: the deviation of a sample (n - 1), and a small number against groups that are all alike.
    deviation = (sum((value - mean) ** 2 for value in scored) / (len(scored) - 1)) ** 0.5
    return [0.0 if value is None else (value - mean) / (deviation + 1e-4) for value in rewards]
