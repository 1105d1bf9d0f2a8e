"""The line of a script that never returns."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from relook_lsp.browser.aside import Aside
from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.core.snapshot import ScriptPlace

_BOUND = 5.0
"""Seconds in which a running script must be interrupted."""

_MARK = "globalThis[Symbol.for('relook: between tasks')]"
_ENDS = f"scheduler.postTask(() => {{ {_MARK} = true }}, {{ priority: 'user-blocking' }}), true"
"""Before any task that waits, but not before the one that runs has come to its end."""
_ENDED = f"{_MARK} === true"


class Interrupter:
    """The debugger of one page. Only one that is there before a script starts can interrupt it."""

    def __init__(self, cdp: Cdp, aside: Aside) -> None:
        self._cdp = cdp
        self._aside = aside
        self._scripts: dict[str, str] = {}
        self._wanted = False
        self._paused = asyncio.Event()
        self._place: ScriptPlace | None = None
        self._frame = ""
        cdp.on("Debugger.paused", self._on_paused)
        cdp.on("Debugger.scriptParsed", lambda event: self._scripts.update({event["scriptId"]: event["url"]}))

    async def enable(self) -> None:
        # `debugger` statements of the page pass.
        await asyncio.gather(
            self._cdp.send("Debugger.enable"), self._cdp.send("Debugger.setBreakpointsActive", {"active": False})
        )

    async def find(self, patience: float) -> ScriptPlace | None:
        """Interrupt the script that runs now, end it, and say where it was; None where none was running, or where the task
        that it belongs to came to its end within so many seconds: then it goes on."""
        self._wanted = True
        place = await self._endless(patience)
        self._wanted = False  # a pause that comes late passes
        if place is not None:
            # Not awaited: while the script is paused, the answer to the first comes only after the second.
            self._aside.start(self._cdp.send("Runtime.terminateExecution"))
        self._aside.start(self._cdp.send("Debugger.resume"))
        return place

    async def _endless(self, patience: float) -> ScriptPlace | None:
        """Where a script stands still now whose task did not come to its end."""
        if not await self._pause():
            return None
        place = self._place
        await self._tell(_ENDS)
        self._aside.start(self._cdp.send("Debugger.resume"))
        await asyncio.sleep(patience)
        return place if await self._pause() and not await self._tell(_ENDED) else None

    async def _pause(self) -> bool:
        """Whether a script was running, and stands still now."""
        self._paused.clear()
        with contextlib.suppress(CdpError, TimeoutError):
            async with asyncio.timeout(_BOUND):
                await self._cdp.send("Debugger.pause")
                await self._paused.wait()
        return self._paused.is_set()

    async def _tell(self, expression: str) -> bool:
        """Evaluate it where the script stands; whether it holds."""
        with contextlib.suppress(CdpError, TimeoutError):
            async with asyncio.timeout(_BOUND):
                question = {"callFrameId": self._frame, "expression": expression, "returnByValue": True, "silent": True}
                reply = await self._cdp.send("Debugger.evaluateOnCallFrame", question)
                return reply["result"].get("value") is True
        return False

    def _on_paused(self, event: dict[str, Any]) -> None:
        if not self._wanted:  # a `debugger` statement that ran before breakpoints were off
            self._aside.start(self._cdp.send("Debugger.resume"))
            return
        self._frame = next((frame["callFrameId"] for frame in event.get("callFrames", [])), "")
        for frame in event.get("callFrames", []):
            place = frame["location"]
            url = self._scripts.get(place["scriptId"])
            if url:
                self._place = ScriptPlace(url, place["lineNumber"], place.get("columnNumber", 0))
                break
        self._paused.set()
