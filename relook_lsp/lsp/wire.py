"""Which message each of ReLook's own methods is, and how a message is wrapped (JSON-RPC 2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from relook_lsp.lsp import protocol

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Request(Generic[P]):
    """A request on the wire."""

    id: int | str
    method: str
    params: P
    jsonrpc: str = "2.0"


@dataclass(frozen=True)
class Bare:
    """A request that needs no parameters."""

    id: int | str
    method: str
    params: Any = None
    jsonrpc: str = "2.0"


@dataclass(frozen=True)
class Response(Generic[R]):
    """An answer on the wire."""

    id: int | str
    result: R | None = None
    jsonrpc: str = "2.0"


@dataclass(frozen=True)
class Notification(Generic[P]):
    """A notification on the wire."""

    method: str
    params: P
    jsonrpc: str = "2.0"


MESSAGES: dict[str, Any] = {
    protocol.STATUS: Notification[protocol.Status],
    protocol.REVIEWED: Notification[protocol.Reviewed],
    protocol.PROGRESS: Notification[protocol.Progress],
    protocol.COMPLETE: Request[protocol.Complete],
    protocol.TRUSTED: Notification[protocol.Trusted],
    protocol.REVIEW: Request[protocol.Document],
    protocol.REFINE: Request[protocol.Refine],
    protocol.PREVIEW: Request[protocol.About],
    protocol.ACCEPT: Request[protocol.Reference],
    protocol.DISCARD: Request[protocol.Reference],
    protocol.WHY: Request[protocol.About],
    protocol.ELEMENT_AT: Request[protocol.ElementAt],
    protocol.PAGES: Request[protocol.Document],
    protocol.REPORT: Request[protocol.Document],
    protocol.SUPPRESS: Request[protocol.Suppress],
    protocol.DOCTOR: Bare,
}
"""Every method with the type of its message."""

RESULTS: dict[str, Any] = {
    protocol.COMPLETE: Response[protocol.Completed],
    protocol.REVIEW: Response[protocol.Reviewed],
    protocol.REFINE: Response[protocol.Refined],
    protocol.PREVIEW: Response[protocol.Preview],
    protocol.ACCEPT: Response[protocol.Applied],
    protocol.DISCARD: Response[None],
    protocol.WHY: Response[protocol.Why],
    protocol.ELEMENT_AT: Response[protocol.Element],
    protocol.PAGES: Response[protocol.Pages],
    protocol.REPORT: Response[protocol.Written],
    protocol.SUPPRESS: Response[protocol.Applied],
    protocol.DOCTOR: Response[protocol.Doctor],
}
"""Every request with the type of its answer."""
