"""The headless shell over its own pipe: the exact path."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.network import DeadProxy, no_network
from relook_lsp.browser.pipe import Pipe, Session
from relook_lsp.browser.switches import ALONE, COMMON, EXACT, sandboxed
from relook_lsp.browser.tab import Tab
from relook_lsp.core.errors import BrowserFailed

_START = 30.0
"""Seconds until a browser that was started must answer."""


class Shell:
    """A running headless shell. Every target that is not one of our pages (popups, service and shared workers) is
    stopped before it starts and closed."""

    def __init__(self, pipe: Pipe, folder: tempfile.TemporaryDirectory[str], proxy: DeadProxy) -> None:
        self._pipe = pipe
        self._proxy = proxy
        self._folder = folder
        self._turn = asyncio.Lock()
        self._expected: dict[str, asyncio.Future[Session]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        pipe.browser.on("Target.attachedToTarget", self._attached)

    @classmethod
    async def start(cls, path: str) -> Shell:
        """Raises ``BrowserFailed``."""
        folder = tempfile.TemporaryDirectory(prefix="relook-", ignore_cleanup_errors=True)
        errors = Path(folder.name) / "errors"
        sandbox = () if sandboxed() else ("--no-sandbox",)
        command = [path, *ALONE, *COMMON, *EXACT, *sandbox, f"--user-data-dir={folder.name}/profile"]
        pipe: Pipe | None = None
        proxy: DeadProxy | None = None
        try:
            async with asyncio.timeout(_START):
                proxy = DeadProxy()
                pipe = await Pipe.start([*command, *no_network(proxy)], errors)
                shell = cls(pipe, folder, proxy)
                watch = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
                await pipe.browser.send("Target.setAutoAttach", watch)
                return shell
        except (CdpError, OSError, TimeoutError) as error:
            said = await asyncio.to_thread(_first_line, errors)
            if pipe is not None:
                await pipe.close()
            if proxy is not None:
                proxy.close()
            folder.cleanup()
            raise BrowserFailed(
                f"{path} did not start ({said or error or 'no answer'}); run 'relook doctor'."
            ) from error
        except BaseException:
            if pipe is not None:
                await pipe.close()
            if proxy is not None:
                proxy.close()
            folder.cleanup()
            raise

    @property
    def alive(self) -> bool:
        return not self._pipe.ended.is_set()

    def _attached(self, event: dict[str, Any]) -> None:
        target = event["targetInfo"]
        waiting = self._expected.pop(target.get("browserContextId", ""), None)
        if waiting is not None and target["type"] == "page":
            waiting.set_result(self._pipe.session(event["sessionId"]))
            return
        task = asyncio.create_task(self._refuse(target["targetId"]))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _refuse(self, target: str) -> None:
        with contextlib.suppress(CdpError):
            await self._pipe.browser.send("Target.closeTarget", {"targetId": target})

    async def tab(self) -> Tab:
        browser = self._pipe.browser
        made = await browser.send("Target.createBrowserContext", {"disposeOnDetach": True})
        context = {"browserContextId": made["browserContextId"]}

        async def close() -> None:
            self._expected.pop(context["browserContextId"], None)
            with contextlib.suppress(CdpError, TimeoutError):
                async with asyncio.timeout(5):
                    await browser.send("Target.disposeBrowserContext", context)

        try:
            waiting: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
            self._expected[context["browserContextId"]] = waiting
            await asyncio.gather(
                browser.send("Browser.setDownloadBehavior", {"behavior": "deny", **context}),
                browser.send("Target.createTarget", {"url": "about:blank", **context}),
            )
            page = await waiting
            await page.send("Runtime.runIfWaitingForDebugger")
            # Like a window that is in front: pages ask whether they have the focus.
            await page.send("Emulation.setFocusEmulationEnabled", {"enabled": True})
        except BaseException:
            await close()
            raise
        return Tab(page, self._turn, close, self._processes)

    async def _processes(self) -> dict[str, Any]:
        return await self._pipe.browser.send("SystemInfo.getProcessInfo")

    async def close(self) -> None:
        await self._pipe.close()
        # Not before the browser has ended: another process could listen on the port then.
        self._proxy.close()
        await asyncio.to_thread(self._folder.cleanup)


def _first_line(path: Path) -> str:
    try:
        return next((line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()), "")[:200]
    except OSError:
        return ""
