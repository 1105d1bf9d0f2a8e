"""What the page's scripts say and ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relook_lsp.browser.cdp import Cdp
from relook_lsp.core.snapshot import ConsoleMessage, ScriptPlace

_LIMIT = 200
"""Messages kept; a page that logs in a loop is told once, not a million times."""


class RuntimeRecorder:
    """Collects exceptions, rejections and console errors of one load, in order. What documents in frames say is left
    out: only the page itself is judged. ``full`` is called when no more are kept: a page that logs without end must not
    drown the protocol."""

    def __init__(self, cdp: Cdp, full: Callable[[], object]) -> None:
        self._full = full
        self.messages: list[ConsoleMessage] = []
        self.moment = 0
        self._main: str | None = None
        self._foreign: set[int] = set()
        cdp.on("Runtime.executionContextCreated", self._on_context_created)
        cdp.on("Runtime.exceptionThrown", self._on_exception)
        cdp.on("Runtime.consoleAPICalled", self._on_console_call)

    def _on_context_created(self, event: dict[str, Any]) -> None:
        """The first context is that of the tab's own frame, which keeps its id when the page is loaded."""
        context = event["context"]
        frame = context.get("auxData", {}).get("frameId")
        self._main = self._main or frame
        if frame != self._main:
            self._foreign.add(context["id"])

    def _record(self, kind: str, text: str, place: ScriptPlace | None) -> None:
        if len(self.messages) < _LIMIT:
            self.messages.append(ConsoleMessage(kind, text[:2000], place, self.moment))
            if len(self.messages) == _LIMIT:
                self._full()

    def _on_exception(self, event: dict[str, Any]) -> None:
        details = event["exceptionDetails"]
        if details.get("executionContextId") in self._foreign:
            return
        text = details.get("exception", {}).get("description") or details.get("text", "")
        prefix = details.get("text", "")
        kind = "rejection" if "(in promise)" in prefix else "exception"
        self._record(kind, text.split("\n    at ")[0], _script_place(details))

    def _on_console_call(self, event: dict[str, Any]) -> None:
        if event["type"] not in ("error", "assert") or event.get("executionContextId") in self._foreign:
            return
        words = [str(a.get("value", a.get("description", a.get("type", "")))) for a in event.get("args", [])]
        frames = event.get("stackTrace", {}).get("callFrames", [])
        place = next((ScriptPlace(f["url"], f["lineNumber"], f["columnNumber"]) for f in frames if f["url"]), None)
        self._record("console", " ".join(words), place)


def _script_place(details: dict[str, Any]) -> ScriptPlace | None:
    for frame in details.get("stackTrace", {}).get("callFrames", []):
        if frame["url"]:
            return ScriptPlace(frame["url"], frame["lineNumber"], frame["columnNumber"])
    if details.get("url"):
        return ScriptPlace(details["url"], details["lineNumber"], details["columnNumber"])
    return None
