"""Virtual time: moments that are exact, repeatable and faster than waiting.

``Emulation.setVirtualTimePolicy`` grants the page a budget of virtual milliseconds; the browser says when it
is used up. Timers, animations and ``performance.now()`` see only virtual time. A wall-clock bound stands above
every grant, because a script that never returns never uses up its budget.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from relook_lsp.browser.cdp import Cdp

EPOCH = 1_735_732_800.0
"""``Date`` starts here in exact captures: 2025-01-01 12:00 UTC, so that pages that show the date repeat."""


class Hang(Exception):
    """The page did not come to the end of a grant within the wall-clock bound."""


class Clock(Protocol):
    exact: bool

    async def start(self) -> None: ...

    async def advance(self, milliseconds: int) -> None: ...


class VirtualClock:
    """Time that moves only when granted."""

    exact = True

    def __init__(self, cdp: Cdp, bound: float) -> None:
        self._cdp = cdp
        self._bound = bound
        self._expired = asyncio.Event()
        cdp.on("Emulation.virtualTimeBudgetExpired", lambda _event: self._expired.set())

    async def start(self) -> None:
        """Stop time. To be called before the navigation."""
        await self._cdp.send("Emulation.setVirtualTimePolicy", {"policy": "pause", "initialVirtualTime": EPOCH})

    async def advance(self, milliseconds: int) -> None:
        """Let this much virtual time pass; waits for pending requests. Raises ``Hang``."""
        self._expired.clear()
        grant = {"policy": "pauseIfNetworkFetchesPending", "budget": milliseconds}
        try:
            async with asyncio.timeout(self._bound):
                await self._cdp.send("Emulation.setVirtualTimePolicy", grant)
                await self._expired.wait()
        except TimeoutError as error:
            raise Hang from error


class RealClock:
    """The fallback for browsers without frame control: waits."""

    exact = False

    def __init__(self, cdp: Cdp, bound: float) -> None:
        self._cdp = cdp
        self._bound = bound

    async def start(self) -> None:
        pass

    async def advance(self, milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1000)
        try:
            async with asyncio.timeout(self._bound):
                await self._cdp.send("Runtime.evaluate", {"expression": "0"})
        except TimeoutError as error:
            raise Hang from error
