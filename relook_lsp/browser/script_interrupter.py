"""The line of a script that never returns."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from relook_lsp.browser.background_tasks import BackgroundTasks
from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.core.snapshot import ScriptPlace

_BOUND = 8.0
"""Seconds in which a running script must be interrupted."""

_STEP = 0.5
"""Seconds between two questions to a task."""

_SINCE_ASKED = 0.5
"""Seconds of processor time that a task has at least to end after it was asked."""

_MARK = "globalThis[Symbol.for('relook: between tasks')]"
_ENDS = f"scheduler.postTask(() => {{ {_MARK} = true }}, {{ priority: 'user-blocking' }}), true"
"""Before any task that waits, but not before the one that runs has come to its end."""
_ENDED = f"{_MARK} === true"


class ScriptInterrupter:
    """The debugger of one page. Only one that is there before a script starts can interrupt it."""

    def __init__(self, cdp: Cdp, background_tasks: BackgroundTasks) -> None:
        self._cdp = cdp
        self._aside = background_tasks
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
            self._cdp.send("Debugger.enable"),
            self._cdp.send("Debugger.setBreakpointsActive", {"active": False}),
            self._cdp.send("Performance.enable"),
        )

    async def find_endless_script(self, processor: float, seconds: float) -> ScriptPlace | None:
        """Interrupt the script that runs now, end it, and say where it was. None where no script runs or where its task
        ends by itself: then the script goes on.

        A task is endless when it still runs after the page's main thread has used ``processor`` seconds of processor
        time, whatever time of the clock that takes. So the answer is the same on a busy machine. After ``seconds`` of
        the clock without an answer it is None."""
        self._wanted = True
        place = await self._locate_endless_task(processor, seconds)
        self._wanted = False  # a pause that comes late passes
        if place is not None:
            # Not awaited: while the script is paused, the answer to the first comes only after the second.
            self._aside.start(self._cdp.send("Runtime.terminateExecution"))
        self._resume()
        return place

    async def _locate_endless_task(self, processor: float, seconds: float) -> ScriptPlace | None:
        """The place of a script whose task does not end; it is paused there."""
        until = asyncio.get_running_loop().time() + seconds
        if not await self._pause_script(until):
            return None
        place, asked = self._place, await self._used()
        await self._evaluate_in_frame(_ENDS)
        while True:
            self._resume()
            await asyncio.sleep(_STEP)
            if not await self._pause_script(until) or await self._evaluate_in_frame(_ENDED):
                return None
            used = await self._used()
            if used >= processor and used - asked >= _SINCE_ASKED:
                return place

    async def _used(self) -> float:
        """Seconds of processor time that the page's main thread has used since ``enable``."""
        with contextlib.suppress(CdpError, TimeoutError):
            async with asyncio.timeout(_BOUND):
                metrics = (await self._cdp.send("Performance.getMetrics"))["metrics"]
                return next((one["value"] for one in metrics if one["name"] == "ThreadTime"), 0.0)
        return 0.0

    async def _pause_script(self, until: float) -> bool:
        """Whether a script runs, and stands still now. Neither is so where the page's main thread answers a question that
        only an idle one or a paused one answers, without having said that it is paused; nor after ``until``."""
        if not self._paused.is_set():  # one request may pause a script twice
            self._aside.start(self._cdp.send("Debugger.pause"))
            idle = asyncio.ensure_future(self._cdp.send("Runtime.evaluate", {"expression": "0", "disableBreaks": True}))
            idle.add_done_callback(lambda one: one.cancelled() or one.exception())
            paused = asyncio.ensure_future(self._paused.wait())
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(until):
                        await asyncio.wait({idle, paused}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                idle.cancel()
                paused.cancel()
        return self._paused.is_set()

    def _resume(self) -> None:
        self._paused.clear()
        self._aside.start(self._cdp.send("Debugger.resume"))

    async def _evaluate_in_frame(self, expression: str) -> bool:
        """Evaluate it where the script stands; whether it holds."""
        with contextlib.suppress(CdpError, TimeoutError):
            async with asyncio.timeout(_BOUND):
                question = {"callFrameId": self._frame, "expression": expression, "returnByValue": True, "silent": True}
                reply = await self._cdp.send("Debugger.evaluateOnCallFrame", question)
                return reply["result"].get("value") is True
        return False

    def _on_paused(self, event: dict[str, Any]) -> None:
        if not self._wanted:  # a `debugger` statement that ran before breakpoints were off
            self._resume()
            return
        self._frame = next((frame["callFrameId"] for frame in event.get("callFrames", [])), "")
        for frame in event.get("callFrames", []):
            place = frame["location"]
            url = self._scripts.get(place["scriptId"])
            if url:
                self._place = ScriptPlace(url, place["lineNumber"], place.get("columnNumber", 0))
                break
        self._paused.set()
