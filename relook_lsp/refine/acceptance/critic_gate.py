"""The multimodal critic as a second gate: what passed every measurement must also win in its eyes."""

from __future__ import annotations

from relook_lsp.core.snapshot import Viewport
from relook_lsp.models.critic import MultimodalCritic
from relook_lsp.refine.trajectory import PageState
from relook_lsp.refine.verifier import Gate
from relook_lsp.review.critic_opinion import page_purpose


def critic_gate(critic: MultimodalCritic, intent: str = "") -> Gate:
    """Compares the two pages in the window that the edit helps most; ``intent`` is what a page is for that does not say so
    itself. Raises ``ModelError``."""

    async def compare(base: PageState, candidate: PageState) -> str:
        before, after = base.review.snapshot, candidate.review.snapshot
        if before is None or after is None:
            return "ReLook could not review a page"
        return await critic.object_to(
            before, after, most_improved_viewport(base, candidate), page_purpose(before, intent)
        )

    return compare


def most_improved_viewport(base: PageState, candidate: PageState) -> Viewport:
    """Of the configured windows the one whose cost falls most, of equal ones the widest."""
    before, after = base.review.report, candidate.review.report
    assert base.review.snapshot is not None
    views = [view for view in base.review.snapshot.settled_views if view.frame is not None]
    best = max(views, key=lambda v: (before.cost_at(v.id) - after.cost_at(v.id), v.viewport.width))
    return best.viewport
