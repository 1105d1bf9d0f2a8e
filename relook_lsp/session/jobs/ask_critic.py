"""The multimodal critic, asked in idle time: what it says comes after what was measured, and never instead of it."""

from __future__ import annotations

from dataclasses import replace

from relook_lsp.review.critic_opinion import add_critic_opinion, configured_critic
from relook_lsp.review.pipeline import Review
from relook_lsp.session.reviewed_page import ReviewedPage
from relook_lsp.session.state import Session


async def ask_critic(session: Session, reviewed: ReviewedPage) -> ReviewedPage | None:
    """The review with the critic's findings and opinion, or with the problem of asking it; None where there is none."""
    config = session.preferences.config_for(reviewed.page_id.root)
    critic = configured_critic(config, session.model)
    if critic is None or reviewed.snapshot is None:
        return None
    result = await add_critic_opinion(Review(reviewed.report, reviewed.snapshot), critic, config)
    return replace(reviewed, report=result.report)
