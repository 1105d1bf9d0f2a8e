"""Work that is begun and not waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from relook_lsp.browser.cdp import CdpError

log = logging.getLogger(__name__)


class BackgroundTasks:
    """What a page's events call for. Where the browser refuses, the page is gone, and so is the reason to ask."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        # The work is the task itself: what is cancelled before it begins would else be a coroutine nobody awaited.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, CdpError):
            log.error("work aside failed", exc_info=error)

    def cancel_all(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
