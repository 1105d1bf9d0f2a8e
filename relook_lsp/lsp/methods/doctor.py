"""``relook/doctor``: what is there and what is missing."""

from __future__ import annotations

from typing import Any

from relook_lsp.core.page import Page
from relook_lsp.lsp import protocol
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(protocol.DOCTOR)
    async def doctor(ls: RelookServer, _params: Any) -> protocol.DoctorResult:
        # On first use: it brings the browser's driver and the rules with it.
        from relook_lsp.review.environment_check import check_environment
        from relook_lsp.review.pipeline import Review, review_page
        from relook_lsp.review.settings import ReviewSettings

        preferences = ls.session.preferences
        root = preferences.root_without_file()
        setting = preferences.config_for(root).browser

        async def look(page: Page) -> Review:
            async with ls.session.browser.borrow_driver(setting) as driver:
                return await review_page(driver, page, ReviewSettings())

        found = await check_environment(root, setting, look)
        return protocol.DoctorResult(found.ok, found.lines)
