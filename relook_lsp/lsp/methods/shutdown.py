"""``shutdown``: the browser is closed before the client goes on."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.SHUTDOWN)
    async def shutdown(ls: RelookServer, _params: None) -> None:
        await ls.close_browser()
