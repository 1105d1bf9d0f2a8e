"""``relook/trusted``: whether the user trusts the workspace now."""

from __future__ import annotations

from relook_lsp.lsp import protocol
from relook_lsp.lsp.configuration import look_again
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(protocol.TRUSTED)
    def trusted(ls: RelookServer, params: protocol.Trusted) -> None:
        ls.session.preferences.trust(params.trusted)
        look_again(ls)
