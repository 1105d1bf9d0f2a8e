"""``relook/suppress``: silence a finding."""

from __future__ import annotations

from relook_lsp.lsp import lookup, protocol
from relook_lsp.lsp.apply import CHANGED, apply
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.silence import silencing

UNTRUSTED = (
    "The project's file may allow hosts only after you trust the project; or allow the host in your own settings."
)
CANNOT = "This finding cannot be silenced in this way."


def register(server: RelookServer) -> None:
    @server.feature(protocol.SUPPRESS)
    async def suppress(ls: RelookServer, params: protocol.Suppress) -> protocol.Applied:
        target = lookup.finding_of(ls, params.uri, params.finding)
        if target is None or not ls.session.fresh(target[0]):
            return protocol.Applied(False, CHANGED)
        trusted = ls.session.preferences.trusts(target[0].subject.root)
        made = silencing(params.scope, *target, ls.session.documents, trusted=trusted)
        if made is None and params.scope == "host" and not trusted:
            return protocol.Applied(False, UNTRUSTED)
        if made is None:
            return protocol.Applied(False, CANNOT)
        return await apply(ls, target[0].subject, made.patch, made.texts, f"ReLook: {made.title}", made.title)
