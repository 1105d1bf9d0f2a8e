"""``relook/why``."""

from __future__ import annotations

from relook_lsp.lsp import protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.lsp.why import explain_finding


def register(server: RelookServer) -> None:
    @server.feature(protocol.WHY)
    def why(ls: RelookServer, params: protocol.FindingParams) -> protocol.WhyResult:
        return explain_finding(ls, params.uri, params.finding)
