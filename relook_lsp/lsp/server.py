"""The language server: what outlives a message, and nothing about single methods."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, cast

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from relook_lsp import __version__
from relook_lsp.core.errors import RelookError
from relook_lsp.core.text import Encoding
from relook_lsp.lsp import json_rpc, payloads, protocol
from relook_lsp.lsp.client_capabilities import ClientCapabilities
from relook_lsp.lsp.diagnostics import DiagnosticsPublisher
from relook_lsp.lsp.editor_process import wait_for_end
from relook_lsp.lsp.leave import leave_within
from relook_lsp.session.pages_of_document import PagesOfDocument
from relook_lsp.session.reviewed_page import PageId, ReviewedPage
from relook_lsp.session.state import Session

log = logging.getLogger(__name__)

CLOSING = 5.0
"""Seconds that a client waits at most for the browser to close."""

LEAVING = 15.0
"""Seconds after which a server that was told to stop ends, whatever still runs in it."""


class RelookProtocol(LanguageServerProtocol):
    """The Language Server Protocol and ReLook's own methods, with types."""

    def get_message_type(self, method: str) -> type[Any] | None:  # pyright: ignore[reportIncompatibleVariableOverride]
        return json_rpc.MESSAGES.get(method) or super().get_message_type(method)

    def get_result_type(self, method: str) -> type[Any] | None:  # pyright: ignore[reportIncompatibleVariableOverride]
        return json_rpc.RESULTS.get(method) or super().get_result_type(method)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A request that is not understood is refused; the framework would leave the client waiting."""
        asked = "id" in data and "method" in data and "jsonrpc" in data
        try:
            message = super().structure_message(data)
        except JsonRpcException as error:
            if asked:
                self._send_response(data["id"], error=JsonRpcInvalidParams().to_response_error())
            raise JsonRpcInvalidParams() from error
        if asked and not hasattr(message, "id"):  # the method is a notification, and those have no answer
            self._send_response(data["id"], error=JsonRpcInvalidRequest().to_response_error())
            raise JsonRpcInvalidRequest()
        return message

    def _send_response(
        self, msg_id: int | str, result: Any | None = None, error: lsp.ResponseError | None = None
    ) -> None:
        """The framework adds the traceback of a failure to its answer. It belongs to the log, not to the client."""
        if error is not None:
            error = lsp.ResponseError(code=error.code, message=error.message)
        super()._send_response(msg_id, result, error)

    @lsp_method(lsp.EXIT)
    def lsp_exit(self, *_args: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Ends with 0 only after a shutdown, as the protocol has it. The framework would end the process here, with the
        browser still open."""
        cast("RelookServer", self._server).leave(0 if self._shutdown else 1)

    def cancel_requests(self) -> set[asyncio.Future[Any]]:
        """Cancel every request but the one that is being answered; those that still have to end."""
        answering = cast("object", asyncio.current_task())
        others = [one for name, one in self._request_futures.items() if name != self.msg_id and one is not answering]
        for future in others:
            future.cancel()
        return {future for future in others if isinstance(future, asyncio.Future)}


class RelookServer(LanguageServer):
    """One client. It listens to the session and tells the client."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "relook", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full, protocol_cls=RelookProtocol
        )
        self.session = Session(self)
        self.diagnostics = DiagnosticsPublisher(self)
        self.caps = ClientCapabilities()
        self.client = protocol.ClientOptions()
        self._logged: set[str] = set()
        self.leave: Callable[[int], None] = sys.exit
        """Ends the process with this exit code, in order (``serve``)."""

    @property
    def encoding(self) -> Encoding:
        # The framework names the encoding by an enumeration whose text is the protocol's.
        name: Any = self.workspace.position_encoding
        return cast("Encoding", str(getattr(name, "value", name or "utf-16")))

    def watch_editor(self) -> None:
        """End when the editor's process does, where the client has named it."""
        if self.process_id is not None:
            self._watching = asyncio.create_task(wait_for_end(self.process_id))
            self._watching.add_done_callback(lambda task: None if task.cancelled() else self.leave(0))

    # -- what the session tells

    def on_review_started(self, page_id: PageId) -> None:
        self.send_status(protocol.StatusParams("rendering", page_id.entry, page=page_id.uri))

    async def on_reviewed(self, reviewed: ReviewedPage) -> None:
        self.diagnostics.publish_review(reviewed)
        report = reviewed.report
        if report.reviewed:
            self.send_status(payloads.idle(reviewed))
        else:
            problem = report.problems[0]
            self.send_status(protocol.StatusParams("problem", problem.message, problem.kind, reviewed.page_id.uri))
        self.send_review(reviewed)
        if self.caps.refresh_lens:
            self.protocol.send_request(lsp.WORKSPACE_CODE_LENS_REFRESH)

    def on_provisional_review(self, reviewed: ReviewedPage) -> None:
        self.diagnostics.publish_review(reviewed)

    def on_fixes_prepared(self, reviewed: ReviewedPage) -> None:
        self.send_review(reviewed)

    def abandoned(self, page_id: PageId) -> None:
        self.send_status(protocol.StatusParams("idle", page=page_id.uri))

    def withdrawn(self) -> None:
        self.diagnostics.publish()

    def on_no_page(self, belongs: PagesOfDocument) -> None:
        state = "idle" if belongs.page_ids else "problem"
        self.send_status(protocol.StatusParams(state, belongs.message, belongs.kind))
        # Editors that do not show the status have the sentence in their log.
        if not belongs.page_ids and belongs.message not in self._logged:
            self._logged.add(belongs.message)
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, f"ReLook: {belongs.message}"))

    def on_invalid_settings(self, message: str) -> None:
        self.send_status(protocol.StatusParams("settings", message))
        self.show_message(message, lsp.MessageType.Warning)

    def failed(self, error: RelookError) -> None:
        self.send_status(protocol.StatusParams("problem", str(error), error.kind))

    # -- out

    def send_status(self, status: protocol.StatusParams) -> None:
        self.protocol.notify(protocol.STATUS, status)

    def send_review(self, reviewed: ReviewedPage) -> None:
        """Only to clients that want it: it is long."""
        if self.client.reviewed:
            self.protocol.notify(protocol.REVIEWED, payloads.review_payload(self, reviewed))

    def show_message(self, message: str, kind: lsp.MessageType = lsp.MessageType.Info) -> None:
        self.window_show_message(lsp.ShowMessageParams(kind, f"ReLook: {message}"))

    # -- errors

    def report_server_error(self, error: Exception, source: object) -> None:
        """Into the log, never as a toast: the user did not ask for anything that failed."""
        log.error("in %s", source, exc_info=error)

    async def close_browser(self) -> None:
        """Cancel all work and close the browser for good; bounded, because a client waits for it, and nothing may keep
        the process after that."""
        leave_within(LEAVING, 0)
        try:
            async with asyncio.timeout(CLOSING):
                requests = cast("RelookProtocol", self.protocol).cancel_requests()
                await self.session.close()
                if requests:
                    await asyncio.wait(requests)
        except TimeoutError:
            log.warning("the browser did not close in time")
