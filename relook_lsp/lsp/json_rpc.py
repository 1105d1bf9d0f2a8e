"""Which message each of ReLook's own methods is, and how a message is wrapped (JSON-RPC 2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from relook_lsp.lsp import protocol

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True)
class JsonRpcRequest(Generic[P]):
    """A request on the wire."""

    id: int | str
    method: str
    params: P
    jsonrpc: str = "2.0"


@dataclass(frozen=True)
class JsonRpcRequestWithoutParams:
    """A request that needs no parameters."""

    id: int | str
    method: str
    params: Any = None
    jsonrpc: str = "2.0"


@dataclass(frozen=True)
class JsonRpcResponse(Generic[R]):
    """An answer on the wire."""

    id: int | str
    result: R | None = None
    jsonrpc: str = "2.0"


@dataclass(frozen=True)
class JsonRpcNotification(Generic[P]):
    """A notification on the wire."""

    method: str
    params: P
    jsonrpc: str = "2.0"


MESSAGES: dict[str, Any] = {
    protocol.STATUS: JsonRpcNotification[protocol.StatusParams],
    protocol.REVIEWED: JsonRpcNotification[protocol.ReviewPayload],
    protocol.PROGRESS: JsonRpcNotification[protocol.ProgressParams],
    protocol.COMPLETE: JsonRpcRequest[protocol.CompleteParams],
    protocol.TRUSTED: JsonRpcNotification[protocol.TrustedParams],
    protocol.REVIEW: JsonRpcRequest[protocol.DocumentParams],
    protocol.REFINE: JsonRpcRequest[protocol.RefineParams],
    protocol.PREVIEW: JsonRpcRequest[protocol.FindingParams],
    protocol.ACCEPT: JsonRpcRequest[protocol.PreviewParams],
    protocol.DISCARD: JsonRpcRequest[protocol.PreviewParams],
    protocol.WHY: JsonRpcRequest[protocol.FindingParams],
    protocol.ELEMENT_AT: JsonRpcRequest[protocol.ElementAtParams],
    protocol.PAGES: JsonRpcRequest[protocol.DocumentParams],
    protocol.REPORT: JsonRpcRequest[protocol.DocumentParams],
    protocol.SUPPRESS: JsonRpcRequest[protocol.SuppressParams],
    protocol.DOCTOR: JsonRpcRequestWithoutParams,
}
"""Every method with the type of its message."""

RESULTS: dict[str, Any] = {
    protocol.COMPLETE: JsonRpcResponse[protocol.CompleteResult],
    protocol.REVIEW: JsonRpcResponse[protocol.ReviewPayload],
    protocol.REFINE: JsonRpcResponse[protocol.RefineResult],
    protocol.PREVIEW: JsonRpcResponse[protocol.PreviewPayload],
    protocol.ACCEPT: JsonRpcResponse[protocol.ApplyResult],
    protocol.DISCARD: JsonRpcResponse[None],
    protocol.WHY: JsonRpcResponse[protocol.WhyResult],
    protocol.ELEMENT_AT: JsonRpcResponse[protocol.ElementResult],
    protocol.PAGES: JsonRpcResponse[protocol.PagesResult],
    protocol.REPORT: JsonRpcResponse[protocol.WrittenResult],
    protocol.SUPPRESS: JsonRpcResponse[protocol.ApplyResult],
    protocol.DOCTOR: JsonRpcResponse[protocol.DoctorResult],
}
"""Every request with the type of its answer."""
