"""The multimodal critic's opinion on a review, added to what was measured and never mixed into its cost."""

from __future__ import annotations

import logging
from dataclasses import replace

from relook_lsp.core.finding import Problem
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.models.chat import Editor, ModelError
from relook_lsp.models.critic import MultimodalCritic
from relook_lsp.models.endpoint import KEY, Endpoint, HttpChatModel
from relook_lsp.review.assemble import split_suppressed
from relook_lsp.review.config import EDITOR, Config
from relook_lsp.review.pipeline import Review
from relook_lsp.source.intent import read_intent

log = logging.getLogger(__name__)


def configured_critic(config: Config, editor: Editor | None = None) -> MultimodalCritic | None:
    """The critic that the settings name; ``editor`` gives the editor's, where they name one."""
    settings = config.critic
    if settings.endpoint == EDITOR:
        return MultimodalCritic(editor(settings.model)) if editor is not None else None
    if not settings.endpoint:
        return None
    key = KEY if settings.send_key else ""
    return MultimodalCritic(HttpChatModel(Endpoint(settings.endpoint, settings.model, key, budget=settings.tokens)))


def page_purpose(snapshot: Snapshot, otherwise: str) -> str:
    """What the entry document says it is for; ``otherwise`` where it says nothing."""
    entry = snapshot.sources.get(snapshot.url)
    return (read_intent(entry.text) if entry is not None else "") or otherwise


async def add_critic_opinion(result: Review, critic: MultimodalCritic, config: Config) -> Review:
    """The review with the critic's findings and opinion. A critic that cannot be asked is a problem of the report."""
    report, snapshot = result.report, result.snapshot
    if snapshot is None or not report.valid:
        return result
    try:
        opinion, said = await critic.judge(snapshot, page_purpose(snapshot, config.critic.intent))
    except ModelError as error:
        log.info("%s: %s", report.page, error)
        return replace(result, report=replace(report, problems=(*report.problems, Problem(error.kind, str(error)))))
    findings, suppressed = split_suppressed(snapshot, (*report.all_findings, *said))
    return replace(result, report=replace(report, findings=findings, suppressed=suppressed, opinion=opinion))
