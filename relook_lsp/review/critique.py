"""The multimodal critic's opinion on a review, added to what was measured and never mixed into its cost."""

from __future__ import annotations

import logging
from dataclasses import replace

from relook_lsp.core.finding import Problem
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.models.chat import Editor, ModelError
from relook_lsp.models.critic import Critic
from relook_lsp.models.endpoint import KEY, Endpoint, HttpChat
from relook_lsp.review.assemble import sorted_out
from relook_lsp.review.config import EDITOR, Config
from relook_lsp.review.review import Review
from relook_lsp.source.intent import intent

log = logging.getLogger(__name__)


def critic_of(config: Config, editor: Editor | None = None) -> Critic | None:
    """The critic that the settings name; ``editor`` gives the editor's, where they name one."""
    settings = config.critic
    if settings.endpoint == EDITOR:
        return Critic(editor(settings.model)) if editor is not None else None
    if not settings.endpoint:
        return None
    key = KEY if settings.send_key else ""
    return Critic(HttpChat(Endpoint(settings.endpoint, settings.model, key, budget=settings.tokens)))


def purpose(snapshot: Snapshot, otherwise: str) -> str:
    """What the entry document says it is for; ``otherwise`` where it says nothing."""
    entry = snapshot.sources.get(snapshot.url)
    return (intent(entry.text) if entry is not None else "") or otherwise


async def criticised(result: Review, critic: Critic, config: Config) -> Review:
    """The review with the critic's findings and opinion. A critic that cannot be asked is a problem of the report."""
    report, snapshot = result.report, result.snapshot
    if snapshot is None or not report.valid:
        return result
    try:
        opinion, said = await critic.judge(snapshot, purpose(snapshot, config.critic.intent))
    except ModelError as error:
        log.info("%s: %s", report.page, error)
        return replace(result, report=replace(report, problems=(*report.problems, Problem(error.kind, str(error)))))
    findings, suppressed = sorted_out(snapshot, (*report.all, *said))
    return replace(result, report=replace(report, findings=findings, suppressed=suppressed, opinion=opinion))
