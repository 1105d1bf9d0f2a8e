"""Who may propose edits, in which order: solved repairs, then the trained policy, then a remote model."""

from __future__ import annotations

from collections.abc import Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.models.endpoint import Endpoint
from relook_lsp.refine.forced import Proposer
from relook_lsp.refine.policy import Ask, Policy, remote
from relook_lsp.refine.refine import Proposers
from relook_lsp.refine.solved import Solved
from relook_lsp.review.config import Config

NAMES = ("solved", "local", "remote")


def proposers(config: Config, names: Sequence[str] = NAMES, ask: Ask | None = None) -> Proposers:
    """Those of ``names`` that the settings allow. ``ask`` takes the place of the endpoint: a model that the editor has."""
    if ask is None and config.policy.endpoint:
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
