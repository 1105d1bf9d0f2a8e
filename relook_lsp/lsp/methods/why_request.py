"""``relook/why``."""

from __future__ import annotations

from relook_lsp.lsp import protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.lsp.why import explain


def register(server: RelookServer) -> None:
    @server.feature(protocol.WHY)
    def why(ls: RelookServer, params: protocol.About) -> protocol.Why:
        return explain(ls, params.uri, params.finding)
