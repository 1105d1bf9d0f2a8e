"""Who may propose edits, in which order: solved repairs, then the trained policy, then a remote model."""

from __future__ import annotations

from collections.abc import Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.models import shipped_policy
from relook_lsp.models.chat import Editor
from relook_lsp.models.endpoint import KEY, Endpoint, HttpChatModel
from relook_lsp.refine.forced_optimization import Proposer
from relook_lsp.refine.proposers.policy import Ask, PolicyProposer, remote_policy
from relook_lsp.refine.proposers.solved import SolverProposer
from relook_lsp.refine.search import Proposers
from relook_lsp.review.config import EDITOR, Config

NAMES = ("solved", "local", "remote")


def configured_proposers(config: Config, names: Sequence[str] = NAMES, editor: Editor | None = None) -> Proposers:
    """Those of ``names`` that the settings allow; ``editor`` gives the editor's model, where they name one."""
    ask = _configured_remote_policy(config, editor)

    def found(target: Sequence[Finding]) -> list[Proposer]:
        chain: list[Proposer] = []
        for name in names:
            if name == "solved":
                chain.append(SolverProposer(target))
            elif name == "local" and shipped_policy.is_policy_shipped():
                chain.append(PolicyProposer("local", shipped_policy.ask_shipped_policy, target, large=False))
            elif name == "remote" and ask is not None:
                chain.append(PolicyProposer("remote", ask, target, large=True))
        return chain

    return found


def _configured_remote_policy(config: Config, editor: Editor | None) -> Ask | None:
    settings = config.policy
    if settings.endpoint == EDITOR:
        return remote_policy(editor(settings.model), frame=settings.frame) if editor is not None else None
    if not settings.endpoint:
        return None
    key = KEY if settings.send_key else ""
    endpoint = Endpoint(settings.endpoint, settings.model, key, budget=settings.tokens)
    return remote_policy(HttpChatModel(endpoint), frame=settings.frame)
