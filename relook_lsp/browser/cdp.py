"""The Chrome DevTools Protocol with types: messages are JSON objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Handler = Callable[[dict[str, Any]], object]


class CdpError(Exception):
    """Any failure of a protocol call: the page is gone, the browser died, or the call was refused."""


class Cdp(Protocol):
    """One protocol session."""

    async def send(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to one call. Raises ``CdpError``."""
        ...

    def on(self, event: str, handler: Handler) -> None:
        """Call ``handler`` with the parameters of every such event."""
        ...
