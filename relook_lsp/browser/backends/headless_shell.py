"""The headless shell over its own pipe: the exact path."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from relook_lsp.browser.backends.pipe import ERRORS, CdpPipe, CdpSession
from relook_lsp.browser.backends.switches import ALONE, COMMON, EXACT, can_use_sandbox
from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.fatal import fatal_line, read_errors
from relook_lsp.browser.network import DeadProxy, no_network
from relook_lsp.browser.tab import Tab
from relook_lsp.core.errors import BrowserFailed
from relook_lsp.core.failures import SCARCE, attribute_error
from relook_lsp.core.scratch import ScratchFolder

_START = 30.0
"""Seconds until a browser that was started must answer."""


class HeadlessShell:
    """A running headless shell. Every target that is not one of our pages (popups, service and shared workers) is
    stopped before it starts and closed."""

    def __init__(self, pipe: CdpPipe, scratch: ScratchFolder, proxy: DeadProxy) -> None:
        self._pipe = pipe
        self._proxy = proxy
        self._scratch = scratch
        self._turn = asyncio.Lock()
        self._expected: dict[str, asyncio.Future[CdpSession]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        pipe.browser_session.on("Target.attachedToTarget", self._on_target_attached)

    @classmethod
    async def start(cls, path: str) -> HeadlessShell:
        """Raises ``BrowserFailed``."""
        try:
            scratch = ScratchFolder("browser")
        except OSError as error:
            raise attribute_error(error) from error
        pipe, proxy, shell = None, None, None
        try:
            sandbox = () if can_use_sandbox() else ("--no-sandbox",)
            command = [path, *ALONE, *COMMON, *EXACT, *sandbox, f"--user-data-dir={scratch.path}/profile"]
            async with asyncio.timeout(_START):
                proxy = DeadProxy()
                pipe = await CdpPipe.start([*command, *no_network(proxy)], scratch.path)
                scratch.group = pipe.pid
                shell = cls(pipe, scratch, proxy)
                watch = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
                await pipe.browser_session.send("Target.setAutoAttach", watch)
                return shell
        except (CdpError, OSError, TimeoutError) as error:
            shell = None
            said = fatal_line(read_errors(scratch.path / ERRORS))
            if not said and isinstance(error, OSError) and error.errno in SCARCE:
                raise attribute_error(error) from error
            why = said or str(error) or f"it did not answer in {_START:g} s"
            raise BrowserFailed(f"{path} did not start ({why}); run 'relook doctor'.") from error
        except BaseException:
            shell = None
            raise
        finally:
            if shell is None:
                # At once, and without waiting: whoever is cancelled here would be cancelled there too.
                if pipe is not None:
                    pipe.kill()
                if proxy is not None:
                    proxy.close()
                scratch.group = 0
                scratch.remove()

    @property
    def alive(self) -> bool:
        return not self._pipe.ended.is_set()

    def _on_target_attached(self, event: dict[str, Any]) -> None:
        target = event["targetInfo"]
        waiting = self._expected.pop(target.get("browserContextId", ""), None)
        if waiting is not None and target["type"] == "page":
            waiting.set_result(self._pipe.session_for(event["sessionId"]))
            return
        task = asyncio.create_task(self._close_target(target["targetId"]))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close_target(self, target: str) -> None:
        with contextlib.suppress(CdpError):
            await self._pipe.browser_session.send("Target.closeTarget", {"targetId": target})

    async def open_tab(self) -> Tab:
        browser = self._pipe.browser_session
        made = await browser.send("Target.createBrowserContext", {"disposeOnDetach": True})
        context = {"browserContextId": made["browserContextId"]}

        async def close() -> None:
            self._expected.pop(context["browserContextId"], None)
            with contextlib.suppress(CdpError, TimeoutError):
                async with asyncio.timeout(5):
                    await browser.send("Target.disposeBrowserContext", context)

        try:
            waiting: asyncio.Future[CdpSession] = asyncio.get_running_loop().create_future()
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
        return Tab(page, self._turn, close)

    async def close(self) -> None:
        try:
            await self._pipe.close()
        finally:
            # Not before the browser has ended: another process could listen on the port then.
            self._proxy.close()
            self._scratch.group = 0
            self._scratch.remove()
