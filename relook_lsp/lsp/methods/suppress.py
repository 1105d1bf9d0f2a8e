"""``relook/suppress``: silence a finding."""

from __future__ import annotations

from relook_lsp.lsp import lookup, protocol
from relook_lsp.lsp.apply import CHANGED, apply_patch
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.suppression_edits import suppression_edit

UNTRUSTED = (
    "The project's file may allow hosts only after you trust the project; or allow the host in your own settings."
)
CANNOT = "This finding cannot be silenced in this way."


def register(server: RelookServer) -> None:
    @server.feature(protocol.SUPPRESS)
    async def suppress(ls: RelookServer, params: protocol.SuppressParams) -> protocol.ApplyResult:
        target = lookup.finding_by_id(ls, params.uri, params.finding)
        if target is None or not ls.session.is_latest(target[0]):
            return protocol.ApplyResult(False, CHANGED)
        trusted = ls.session.preferences.trusts(target[0].page_id.root)
        made = suppression_edit(params.scope, *target, ls.session.documents, trusted=trusted)
        if made is None and params.scope == "host" and not trusted:
            return protocol.ApplyResult(False, UNTRUSTED)
        if made is None:
            return protocol.ApplyResult(False, CANNOT)
        return await apply_patch(ls, target[0].page_id, made.patch, made.texts, f"ReLook: {made.title}", made.title)
