"""``relook/trusted``: whether the user trusts the workspace now."""

from __future__ import annotations

from relook_lsp.lsp import protocol
from relook_lsp.lsp.configuration import review_all_again
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(protocol.TRUSTED)
    def trusted(ls: RelookServer, params: protocol.TrustedParams) -> None:
        ls.session.preferences.trust(params.trusted)
        review_all_again(ls)
