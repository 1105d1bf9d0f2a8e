"""What a browser gives: pages, each in a context of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from relook_lsp.browser.cdp import Cdp


@dataclass(frozen=True)
class Tab:
    """One page in one context of its own, with the protocol session everything is sent over. ``turn`` is what frames
    of one browser are made under; None where the browser makes them by itself, in real time."""

    cdp: Cdp
    frame_lock: asyncio.Lock | None
    close: Callable[[], Awaitable[None]]

    @property
    def is_exact(self) -> bool:
        return self.frame_lock is not None


class Browser(Protocol):
    """A running Chromium."""

    @property
    def alive(self) -> bool: ...

    async def open_tab(self) -> Tab:
        """A fresh page in a fresh context. Raises ``CdpError``."""
        ...

    async def close(self) -> None: ...
