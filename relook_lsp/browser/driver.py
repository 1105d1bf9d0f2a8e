"""One Chromium: started when first needed, started again after a crash, closed when idle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, async_playwright

from relook_lsp.browser.cdp import Cdp
from relook_lsp.browser.find import Executable, find
from relook_lsp.core.errors import BrowserFailed

_COMMON = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--hide-scrollbars",
    "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text", "--mute-audio",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # Which hosts may be asked is decided by interception; a host on this machine needs no question on top.
    "--disable-features=Translate,OptimizationHints,LocalNetworkAccessChecks",
    "--js-flags=--max-old-space-size=1024",
)  # fmt: skip

# Playwright passes settings of its own, and the last switch of a name wins: both are in this one.
_BLINK = "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"

_EXACT = (
    f"--blink-settings={_BLINK},mainFrameClipsContent=false",
    "--enable-begin-frame-control", "--run-all-compositor-stages-before-draw", "--disable-threaded-animation",
    "--disable-threaded-scrolling", "--disable-checker-imaging", "--deterministic-mode",
)  # fmt: skip

_NO_PROXY = "127.0.0.1:9"
"""Where requests go that slip past interception: nobody listens there (RFC 863, discard)."""


class Tab:
    """One page in one context of its own, with the protocol session everything is sent over."""

    def __init__(self, context: BrowserContext, page: Page, cdp: Cdp, turn: asyncio.Lock | None) -> None:
        self.context = context
        self.page = page
        self.cdp = cdp
        self.turn = turn

    @property
    def exact(self) -> bool:
        return self.turn is not None

    async def close(self) -> None:
        with contextlib.suppress(Error, TimeoutError):
            async with asyncio.timeout(5):
                await self.context.close()


class Driver:
    """Owner of the browser process. Not shared between event loops."""

    def __init__(self, setting: str = "", *, exact: bool = True) -> None:
        self._setting = setting
        self._want_exact = exact
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._lock = asyncio.Lock()
        self._spares: dict[tuple[str, ...], asyncio.Task[Tab]] = {}
        self._warming: set[asyncio.Task[Tab]] = set()
        self._turn = asyncio.Lock()
        self.executable: Executable | None = None
        self.starts = 0

    @property
    def exact(self) -> bool:
        """Whether captures are made in virtual time (known after the first start)."""
        return self.executable is not None and self.executable.shell and self._want_exact

    async def _connected(self) -> Browser:
        async with self._lock:
            if self._browser is not None and self._browser.is_connected():
                return self._browser
            await self._discard()
            self.executable = find(self._setting)
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            arguments = [*_COMMON, *(_EXACT if self.exact else ())]
            root = hasattr(os, "geteuid") and os.geteuid() == 0
            try:
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self.executable.path,
                    args=arguments,
                    chromium_sandbox=sys.platform != "linux" or not root,
                    timeout=30_000,
                    handle_sigint=False,
                )
            except Error as error:
                first = str(error).strip().splitlines()[0]
                raise BrowserFailed(f"{self.executable.path} did not start ({first}); run 'relook doctor'.") from error
            self.starts += 1
            return self._browser

    async def _discard(self) -> None:
        spares, self._spares = self._spares, {}
        for spare in spares.values():
            spare.cancel()
        browser, self._browser = self._browser, None
        if browser is not None:
            with contextlib.suppress(Error, TimeoutError):
                async with asyncio.timeout(5):
                    await browser.close()

    async def tab(self, allowed: tuple[str, ...] = ()) -> Tab:
        """A fresh page in a fresh context; one is kept warm for the next call. Raises ``BrowserFailed``."""
        spare = self._spares.pop(allowed, None)
        tab = None
        if spare is not None and self._browser is not None and self._browser.is_connected():
            with contextlib.suppress(Error, BrowserFailed, asyncio.CancelledError):
                tab = await asyncio.shield(spare)
        if tab is None:
            tab = await self._open(allowed)
        return tab

    def warm(self, allowed: tuple[str, ...] = ()) -> None:
        """Begin to open a page for a later ``tab`` call."""
        if allowed not in self._spares:
            task = asyncio.create_task(self._open(allowed))
            self._spares[allowed] = task
            task.add_done_callback(lambda t: t.cancelled() or t.exception())

    async def _open(self, allowed: tuple[str, ...]) -> Tab:
        for attempt in (1, 2):
            browser = await self._connected()
            try:
                async with asyncio.timeout(20):
                    # By itself the browser would reach loopback addresses without the proxy; the last match wins.
                    bypass = ",".join(("<-loopback>", *(f"{host},.{host}" for host in allowed)))
                    context = await browser.new_context(
                        service_workers="block",
                        accept_downloads=False,
                        bypass_csp=False,
                        proxy={"server": _NO_PROXY, "bypass": bypass},
                        viewport=None,
                        no_viewport=True,
                    )
                    page = await context.new_page()
                    return Tab(
                        context, page, Cdp(await context.new_cdp_session(page)), self._turn if self.exact else None
                    )
            except (Error, TimeoutError) as error:
                if attempt == 2:
                    raise BrowserFailed(f"The browser did not open a page ({error}); run 'relook doctor'.") from error
                async with self._lock:
                    await self._discard()
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close browser and driver; may be called again, and the next ``tab`` starts them again."""
        async with self._lock:
            await self._discard()
            playwright, self._playwright = self._playwright, None
            if playwright is not None:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(5):
                        await playwright.stop()
