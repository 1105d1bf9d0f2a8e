"""One Chromium: started when first needed, started again after a crash, closed when idle."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Any

from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.executables import BrowserExecutable, find_browser
from relook_lsp.browser.letters import require_letters
from relook_lsp.browser.tab import Browser, Tab
from relook_lsp.core.errors import BrowserFailed

_CLOSED = "ReLook has closed its browser, because it is ending."

SPARES = 2
"""Pages kept open for the next review: it loads one for each device class."""


class Driver:
    """Owner of the browser process. Not shared between event loops."""

    def __init__(self, setting: str = "", *, exact: bool = True) -> None:
        self._setting = setting
        self._want_exact = exact
        self._browser: Browser | None = None
        self._lock = asyncio.Lock()
        self._spares: list[asyncio.Task[Tab]] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._starting: asyncio.Task[Browser] | None = None
        self._closed = False
        self.executable: BrowserExecutable | None = None
        self.start_count = 0
        self._lettered: Browser | None = None
        """The browser that was seen to paint letters."""

    @property
    def exact(self) -> bool:
        """Whether captures are made in virtual time (known after the first start)."""
        return self.executable is not None and self.executable.shell and self._want_exact

    async def _running_browser(self) -> Browser:
        async with self._lock:
            if self._closed:
                raise BrowserFailed(_CLOSED)
            if self._browser is not None and self._browser.alive:
                return self._browser
            if self._starting is None:
                await self._discard_browser()
                self.executable = find_browser(self._setting)
                self._starting = asyncio.create_task(_start_browser(self.executable.path, exact=self.exact))
                self._starting.add_done_callback(lambda one: one.cancelled() or one.exception())
            starting = self._starting
            try:
                # Whoever is cancelled leaves the start to the next who asks.
                browser = await asyncio.shield(starting)
            except asyncio.CancelledError:
                if self._closed and starting.cancelled():
                    raise BrowserFailed(_CLOSED) from None
                raise
            finally:
                if starting.done():
                    self._starting = None
            self._browser = browser
            self.start_count += 1
            return browser

    async def _discard_browser(self) -> None:
        spares, self._spares = self._spares, []
        for spare in spares:
            spare.cancel()
        browser, self._browser = self._browser, None
        if browser is not None:
            self.close_in_background(browser.close())
        # Whoever waits may be cancelled; a browser that is half closed would leave its process or its folder behind.
        if self._closing:
            await asyncio.shield(asyncio.gather(*self._closing))

    async def acquire_tab(self) -> Tab:
        """A fresh page in a fresh context, a warm one where there is one. Raises ``BrowserFailed`` and
        ``NoFonts``."""
        while spares := self._spares:
            spare = spares[0]
            await asyncio.wait({spare})
            if spare not in spares:  # another call was faster, or all were discarded
                continue
            spares.remove(spare)
            alive = self._browser is not None and self._browser.alive
            if alive and not spare.cancelled() and spare.exception() is None:
                return spare.result()
        return await self._open_tab()

    def open_spare_tabs(self) -> None:
        """Begin to open pages for later ``tab`` calls."""
        while len(self._spares) < SPARES:
            task = asyncio.create_task(self._open_tab())
            self._spares.append(task)
            task.add_done_callback(lambda t: t.cancelled() or t.exception())

    def close_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Close something without anybody waiting for it."""
        closing = asyncio.create_task(work)
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _open_tab(self) -> Tab:
        for attempt in (1, 2):
            browser = await self._running_browser()
            try:
                async with asyncio.timeout(20):
                    tab = await browser.open_tab()
                    if self._lettered is not browser:
                        await self._require_letters(tab)
                        self._lettered = browser
                    return tab
            except (CdpError, TimeoutError) as error:
                if attempt == 2:
                    raise BrowserFailed(f"The browser did not open a page ({error}); run 'relook doctor'.") from error
                async with self._lock:
                    # Another page may have found it dead already, and started a new one.
                    if self._browser is browser:
                        await self._discard_browser()
        raise AssertionError("unreachable")

    async def _require_letters(self, tab: Tab) -> None:
        try:
            await require_letters(tab)
        except BaseException:
            await asyncio.shield(tab.close())
            raise

    async def close(self) -> None:
        """Close the browser for good, also one that is being started; may be called again. Every later ``tab`` raises
        ``BrowserFailed``, so that work which is still being cancelled starts no other browser."""
        self._closed = True
        starting = self._starting
        if starting is not None:
            starting.cancel()
            await asyncio.wait({starting})
            self._starting = None
            if not starting.cancelled() and starting.exception() is None:
                self.close_in_background(starting.result().close())
        async with self._lock:
            await self._discard_browser()


async def _start_browser(path: str, *, exact: bool) -> Browser:
    # Playwright and its driver process are heavy; the exact path does without them, where pipes can be passed on.
    if exact and os.name == "posix":
        from relook_lsp.browser.backends.headless_shell import HeadlessShell

        return await HeadlessShell.start(path)
    from relook_lsp.browser.backends.playwright import PlaywrightBrowser

    return await PlaywrightBrowser.start(path, exact=exact)
