"""Chromium as Playwright starts it: full browsers in real time, and every browser where ours cannot be given pipes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, cast

from playwright.async_api import Browser, CDPSession, Error, Playwright, async_playwright

from relook_lsp.browser.backends.switches import COMMON, EXACT, can_use_sandbox
from relook_lsp.browser.cdp import CdpError, Handler
from relook_lsp.browser.network import DeadProxy, no_network
from relook_lsp.browser.tab import Tab
from relook_lsp.core.errors import BrowserFailed


class PlaywrightCdpSession:
    """A protocol session of Playwright's."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    async def send(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            reply = cast("dict[str, Any] | None", await self._session.send(method, dict(params or {})))  # pyright: ignore[reportUnknownMemberType]
        except Error as error:
            raise CdpError(str(error)) from error
        return reply or {}

    def on(self, event: str, handler: Handler) -> None:
        self._session.on(event, handler)  # pyright: ignore


class PlaywrightBrowser:
    """A running browser and Playwright's driver behind it."""

    def __init__(self, playwright: Playwright, browser: Browser, proxy: DeadProxy, *, exact: bool) -> None:
        self._playwright = playwright
        self._browser = browser
        self._proxy = proxy
        self._turn = asyncio.Lock() if exact else None

    @classmethod
    async def start(cls, path: str, *, exact: bool) -> PlaywrightBrowser:
        """Raises ``BrowserFailed``."""
        playwright = await async_playwright().start()
        proxy: DeadProxy | None = None
        try:
            proxy = DeadProxy()
            browser = await playwright.chromium.launch(
                executable_path=path,
                args=[*COMMON, *(EXACT if exact else ()), *no_network(proxy)],
                chromium_sandbox=can_use_sandbox(),
                timeout=30_000,
                handle_sigint=False,
            )
        except BaseException as error:
            await playwright.stop()
            if proxy is not None:
                proxy.close()
            if isinstance(error, Error | OSError):
                first = str(error).strip().splitlines()[0]
                raise BrowserFailed(f"{path} did not start ({first}); run 'relook doctor'.") from error
            raise
        return cls(playwright, browser, proxy, exact=exact)

    @property
    def alive(self) -> bool:
        return self._browser.is_connected()

    async def open_tab(self) -> Tab:
        try:
            context = await self._browser.new_context(
                service_workers="block",
                accept_downloads=False,
                bypass_csp=False,
                no_viewport=True,
            )
            page = await context.new_page()
            session = PlaywrightCdpSession(await context.new_cdp_session(page))
        except Error as error:
            raise CdpError(str(error)) from error

        async def close() -> None:
            with contextlib.suppress(Error, TimeoutError):
                async with asyncio.timeout(5):
                    await context.close()

        return Tab(session, self._turn, close)

    async def close(self) -> None:
        with contextlib.suppress(Error, TimeoutError):
            async with asyncio.timeout(5):
                await self._browser.close()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await self._playwright.stop()
        self._proxy.close()
