"""Work that is begun and not waited for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any

from relook_lsp.browser.cdp import CdpError


class Aside:
    """What a page's events call for. Where the browser refuses, the page is gone, and so is the reason to ask."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Awaitable[Any]) -> None:
        async def run() -> None:
            with contextlib.suppress(CdpError):
                await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
