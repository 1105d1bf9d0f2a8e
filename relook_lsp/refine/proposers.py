"""Who may propose edits, in which order: solved repairs, then the trained policy, then a remote model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.models.endpoint import Endpoint, Message
from relook_lsp.models.language import Observation
from relook_lsp.models.prompt import messages
from relook_lsp.refine.forced import Proposer
from relook_lsp.refine.policy import Ask, Policy, remote
from relook_lsp.refine.refine import Proposers
from relook_lsp.refine.solved import Solved
from relook_lsp.review.config import Config

NAMES = ("solved", "local", "remote")
EDITOR = "editor"
"""In place of an endpoint's URL: the language model of the editor."""

SAMPLES = 4

Chat = Callable[[str, Sequence[Message], int], Awaitable[list[str]]]
"""(purpose: ``policy`` or ``critic``, messages, how many answers) -> answers."""


def over(chat: Chat) -> Ask:
    """A policy on a model of the editor. Its answers may change markup."""

    async def ask(observation: Observation, rejected: Sequence[tuple[str, str]]) -> list[str]:
        return await chat("policy", messages(observation, rejected), SAMPLES)

    return ask


def proposers(config: Config, names: Sequence[str] = NAMES, chat: Chat | None = None) -> Proposers:
    """Those of ``names`` that the settings allow. ``chat`` is a model that the editor has, asked where the endpoint of
    the policy is ``editor``."""
    ask: Ask | None = None
    if config.policy.endpoint == EDITOR:
        ask = over(chat) if chat is not None else None
    elif config.policy.endpoint:
        ask = remote(Endpoint(config.policy.endpoint, config.policy.model))

    def found(target: Sequence[Finding]) -> list[Proposer]:
        chain: list[Proposer] = []
        for name in names:
            if name == "solved":
                chain.append(Solved(target))
            elif name == "remote" and ask is not None:
                chain.append(Policy("remote", ask, target, large=True))
        return chain

    return found
