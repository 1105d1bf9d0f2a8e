"""``relook/refine``: as the command, with every candidate told, and a preview in place of an edit where that is wanted."""

from __future__ import annotations

from relook_lsp.lsp import payloads, protocol, refine
from relook_lsp.lsp.apply import apply_fix
from relook_lsp.lsp.preview import keep_preview
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(protocol.REFINE)
    async def run(ls: RelookServer, params: protocol.RefineParams) -> protocol.RefineResult:
        """``$/cancelRequest`` ends the search."""
        outcome = await refine.refine_on_request(
            ls, params.uri, params.finding, lambda one: ls.protocol.notify(protocol.PROGRESS, one)
        )
        tried = payloads.attempt_payloads(outcome.tried)
        if outcome.fix is None:
            return protocol.RefineResult(False, outcome.message, None, tried)
        shown = keep_preview(ls, outcome.fix)
        if not params.apply:
            return protocol.RefineResult(False, f"{outcome.fix.patch.title} (verified)", shown, tried)
        applied = await apply_fix(ls, outcome.fix)
        return protocol.RefineResult(applied.applied, applied.message, shown, tried)
