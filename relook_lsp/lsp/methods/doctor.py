"""``relook/doctor``: what is there and what is missing."""

from __future__ import annotations

from typing import Any

from relook_lsp.lsp import protocol
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(protocol.DOCTOR)
    async def doctor(ls: RelookServer, _params: Any) -> protocol.Doctor:
        # On first use: it brings the browser's driver and the rules with it.
        from relook_lsp.session.examine import examine

        preferences = ls.session.preferences
        root = preferences.home()
        found = await examine(root, preferences.config(root).browser, ls.session.browser)
        return protocol.Doctor(found.ok, found.lines)
