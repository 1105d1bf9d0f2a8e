"""Who may propose edits, in which order: solved repairs, then the trained policy, then a remote model."""

from __future__ import annotations

from collections.abc import Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.models import local
from relook_lsp.models.chat import Editor
from relook_lsp.models.endpoint import KEY, Endpoint, HttpChat
from relook_lsp.refine.forced import Proposer
from relook_lsp.refine.policy import Ask, Policy, remote
from relook_lsp.refine.refine import Proposers
from relook_lsp.refine.solved import Solved
from relook_lsp.review.config import EDITOR, Config

NAMES = ("solved", "local", "remote")


def proposers(config: Config, names: Sequence[str] = NAMES, editor: Editor | None = None) -> Proposers:
    """Those of ``names`` that the settings allow; ``editor`` gives the editor's model, where they name one."""
    ask = _remote(config, editor)

    def found(target: Sequence[Finding]) -> list[Proposer]:
        chain: list[Proposer] = []
        for name in names:
            if name == "solved":
                chain.append(Solved(target))
            elif name == "local" and local.available():
                chain.append(Policy("local", local.ask, target, large=False))
            elif name == "remote" and ask is not None:
                chain.append(Policy("remote", ask, target, large=True))
        return chain

    return found


def _remote(config: Config, editor: Editor | None) -> Ask | None:
    settings = config.policy
    if settings.endpoint == EDITOR:
        return remote(editor(settings.model), frame=settings.frame) if editor is not None else None
    if not settings.endpoint:
        return None
    key = KEY if settings.send_key else ""
    endpoint = Endpoint(settings.endpoint, settings.model, key, budget=settings.tokens)
    return remote(HttpChat(endpoint), frame=settings.frame)
