"""The Chrome DevTools Protocol with types: messages are JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from playwright.async_api import CDPSession, Error

CdpError = Error
"""Any failure of a protocol call: the page is gone, the browser died, or the call was refused."""


class Cdp:
    """One protocol session."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    async def send(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to one call. Raises ``CdpError``."""
        reply = cast("dict[str, Any] | None", await self._session.send(method, dict(params or {})))  # pyright: ignore[reportUnknownMemberType]
        return reply or {}

    def on(self, event: str, handler: Callable[[dict[str, Any]], object]) -> None:
        """Call ``handler`` with the parameters of every such event."""
        self._session.on(event, handler)  # pyright: ignore
