"""``relook/doctor``: what is there and what is missing."""

from __future__ import annotations

from typing import Any

from relook_lsp.core.page import Page
from relook_lsp.lsp import protocol
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(protocol.DOCTOR)
    async def doctor(ls: RelookServer, _params: Any) -> protocol.Doctor:
        # On first use: it brings the browser's driver and the rules with it.
        from relook_lsp.review.examine import examine
        from relook_lsp.review.review import Review, review
        from relook_lsp.review.settings import Settings

        preferences = ls.session.preferences
        root = preferences.home()
        setting = preferences.config(root).browser

        async def look(page: Page) -> Review:
            async with ls.session.browser.use(setting) as driver:
                return await review(driver, page, Settings())

        found = await examine(root, setting, look)
        return protocol.Doctor(found.ok, found.lines)
