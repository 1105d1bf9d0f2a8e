"""The one browser of a session: started by its first use, closed when nobody has used it for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from relook_lsp.core.errors import BrowserFailed
from relook_lsp.core.process_memory import release_unused_memory

if TYPE_CHECKING:
    from relook_lsp.browser.driver import Driver

IDLE = 300.0
"""Seconds without use after which the browser is closed."""


class SharedBrowser:
    """Every use is counted, so that whoever is done last starts the clock."""

    def __init__(self, resting: Callable[[], None] = lambda: None, idle: float = IDLE) -> None:
        """``resting`` is called before the browser closes: its pages are of no use any more."""
        self._resting = resting
        self._idle = idle
        self._driver: Driver | None = None
        self._made = ""
        """The setting that the driver was made for."""
        self._setting: str = ""
        """That of those who use it now, or used it last."""
        self._users = 0
        self._left = asyncio.Event()
        """Set when the last user has gone."""
        self._timer: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._ended = False

    @asynccontextmanager
    async def borrow_driver(self, setting: str) -> AsyncGenerator[Driver]:
        """The driver for the browser that the setting names. Who asks for another one than is in use waits until nobody
        is at that. Raises ``BrowserFailed`` after ``close``."""
        while self._users and setting != self._setting:
            await self._left.wait()
        self._refuse_after_end()
        self._setting = setting
        self._stop_timer()
        self._users += 1
        self._left.clear()
        try:
            if self._closing is None and self._driver is not None and setting != self._made:
                self._start_idle_timer()
            if self._closing is not None:
                # To its end, also where whoever waits is cancelled.
                await asyncio.shield(self._closing)
            self._refuse_after_end()
            if self._driver is None:
                # On first use: it brings Playwright with it, and an idle server has no need of that.
                from relook_lsp.browser.driver import Driver

                self._driver, self._made = Driver(setting), setting
            yield self._driver
        finally:
            self._users -= 1
            if self._users == 0:
                self._left.set()
                self._stop_timer()
            if self._users == 0 and not self._ended:
                self._timer = asyncio.get_running_loop().call_later(self._idle, self._start_idle_timer)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_idle_timer(self) -> None:
        self._timer = None
        self._resting()
        self._closing = asyncio.ensure_future(self._close_driver())

    async def _close_driver(self) -> None:
        driver, self._driver = self._driver, None
        try:
            if driver is not None:
                await driver.close()
                await asyncio.to_thread(release_unused_memory)
        finally:
            self._closing = None

    def _refuse_after_end(self) -> None:
        if self._ended:
            raise BrowserFailed("ReLook is ending and starts no browser.")

    async def close(self) -> None:
        """Close it now and for good: every later ``borrow_driver`` raises ``BrowserFailed``."""
        self._ended = True
        self._stop_timer()
        if self._closing is not None:
            await asyncio.shield(self._closing)
        await self._close_driver()
