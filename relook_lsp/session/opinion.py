"""The multimodal critic, asked in idle time: what it says comes after what was measured, and never instead of it."""

from __future__ import annotations

from dataclasses import replace

from relook_lsp.review.critique import critic_of, criticised
from relook_lsp.review.review import Review
from relook_lsp.session.session import Session
from relook_lsp.session.subject import Seen


async def heard(session: Session, seen: Seen) -> Seen | None:
    """The review with the critic's findings and opinion, or with the problem of asking it; None where there is none."""
    config = session.preferences.config(seen.subject.root)
    critic = critic_of(config, session.model)
    if critic is None or seen.snapshot is None:
        return None
    result = await criticised(Review(seen.report, seen.snapshot), critic, config)
    return replace(seen, report=result.report)
