"""One load of a page in one device class: what it looks like at any size, for as long as it is kept open."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from relook_lsp.browser import serve, spoken
from relook_lsp.browser.aside import Aside
from relook_lsp.browser.camera import Camera
from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.browser.clock import Hang, RealClock, VirtualClock
from relook_lsp.browser.delivered import refusal
from relook_lsp.browser.gather import columns, dom
from relook_lsp.browser.gather.runtime import Recorder
from relook_lsp.browser.gather.styles import Sheets
from relook_lsp.browser.interrupt import Interrupter
from relook_lsp.browser.plan import Plan
from relook_lsp.browser.requests import Record, Requests
from relook_lsp.browser.spoken import Spoken
from relook_lsp.browser.tab import Tab
from relook_lsp.core.errors import PageNotFound
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Layout, ScriptPlace, View, Viewport

_START = (Path(__file__).parent / "page_start.js").read_text("utf-8")

_HANG_BOUND = 120.0
"""Seconds of the clock in which a script that does not return must have used its processor time: enough on a machine
with twenty times the work that it has processors for."""

STILL = "*, *::before, *::after, *::marker, *::placeholder { transition: none !important }"
HIDE_TEXT = """*, *::before, *::after, *::marker, *::placeholder {
  transition: none !important; color: transparent !important; -webkit-text-fill-color: transparent !important;
  -webkit-text-stroke-color: transparent !important; text-shadow: none !important; caret-color: transparent !important;
  text-decoration-color: transparent !important; text-emphasis-color: transparent !important }
text, tspan, textPath { fill: transparent !important; stroke: transparent !important }"""

_EAGER = """(() => {
  const lazy = document.querySelectorAll('img[loading=lazy i], iframe[loading=lazy i]');
  for (const one of lazy) one.loading = 'eager';
  return lazy.length;
})()"""
_MOVING = """document.querySelector('canvas,video,iframe,object,embed,img[src*=".gif"],svg animate,svg animateTransform')
  !== null || document.getAnimations().some(a => a.playState === 'running')"""

_ARRIVE = """(again => {
  if (!again) globalThis.sizedAt = document.timeline.currentTime;
  for (let round = 0; round < 3; round++) {
    const begun = document.getAnimations().filter(
      a => a instanceof CSSTransition && (a.startTime === null || a.startTime >= sizedAt));
    if (begun.length === 0) return;
    for (const one of begun) one.finish();
  }
})(%s)"""
"""Ends the transitions that have begun since the size changed; ``true`` where that is asked again, some frames later.
What inherits from their elements may begin others."""


class Look:
    """The page in one tab."""

    def __init__(self, page: Page, plan: Plan, tab: Tab, touch: bool, record: Record) -> None:
        self.page = page
        self.plan = plan
        self.tab = tab
        self.touch = touch
        self.cdp: Cdp = tab.cdp
        self._aside = Aside()
        self.recorder = Recorder(tab.cdp, full=lambda: self._aside.start(self.cdp.send("Runtime.disable")))
        self.sheets = Sheets(tab.cdp)
        bound = min(6.0, plan.timeout / 3)
        self._bound = bound
        self.clock = VirtualClock(tab.cdp, bound) if tab.exact else RealClock(tab.cdp, bound)
        self.camera = Camera(tab, touch)
        self._requests = Requests(tab.cdp, page, plan, record, self._aside)
        self._interrupter = Interrupter(tab.cdp, self._aside)
        self._loaded = asyncio.Event()
        self._sheets = 0
        self._spoken = Spoken(record)
        self.world = 0
        """The execution context in which questions are put to the page; its own scripts do not see it."""
        self.extend: Callable[[float], None] = lambda _seconds: None
        """Called before a search that may take so many seconds beyond the time of the capture."""
        self.hang: ScriptPlace | None = None
        self.hung = False

    # -- load

    async def open(self, viewport: Viewport) -> None:
        """Load the page up to its load event. A script that never returns sets ``hung``."""
        cdp = self.cdp
        cdp.on("Page.loadEventFired", lambda _event: self._loaded.set())
        cdp.on("Page.javascriptDialogOpening", self._dialog)
        if self.plan.scripts:  # where they are off, the browser refuses to have a debugger
            await self._interrupter.enable()
        await asyncio.gather(
            cdp.send("Page.enable"),
            cdp.send("Runtime.enable"),
            cdp.send("DOM.enable"),
            cdp.send("DOM.setNodeStackTracesEnabled", {"enable": True}),
            cdp.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}),
            cdp.send("Page.addScriptToEvaluateOnNewDocument", {"source": _START}),
            cdp.send("Emulation.setScriptExecutionDisabled", {"value": not self.plan.scripts}),
            cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": self.touch}),
            cdp.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]}),
            cdp.send("Emulation.setTimezoneOverride", {"timezoneId": "UTC"}),
            cdp.send("Emulation.setLocaleOverride", {"locale": "en-US"}),
        )
        await self.resize(viewport)
        await self.clock.start()
        navigation = asyncio.create_task(cdp.send("Page.navigate", {"url": serve.page_url(self.page)}))
        try:
            await self._advance_to_load(navigation)
            if not self.hung:
                await self.camera.tick()
        except Hang:
            await self.find_hang()
        finally:
            if not navigation.done():
                navigation.cancel()
            with contextlib.suppress(asyncio.CancelledError, CdpError):
                await navigation
        if not self.hung:
            tree = await cdp.send("Page.getFrameTree")
            reply = await cdp.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
            self.world = reply["executionContextId"]
            await self._load_lazy()

    async def _load_lazy(self) -> None:
        """Load what waits to be scrolled to: whoever scrolls sees it."""
        if await self.value(_EAGER):
            with contextlib.suppress(Hang):
                await self.clock.advance(20)

    async def _advance_to_load(self, navigation: asyncio.Task[Any]) -> None:
        deadline = asyncio.get_running_loop().time() + self.plan.timeout / 2
        step = 20
        while not self._loaded.is_set():
            if navigation.done() and navigation.exception() is None and navigation.result().get("errorText"):
                raise refusal(self.page, self._requests.record.entry) or PageNotFound(
                    f"{self.page.entry} could not be loaded ({navigation.result()['errorText']})."
                )
            await self.clock.advance(step)
            if asyncio.get_running_loop().time() > deadline:
                # Something never finishes loading; what is there is looked at.
                return
            step = min(step + 5, 200)

    async def find_hang(self) -> None:
        """Interrupt a script that never returns, note its line, and end it. Raises ``Hang`` where no script runs, where its
        task ends and others follow, or where the page gets next to no processor time: then it is slow, or the machine
        stands still."""
        self.extend(_HANG_BOUND)
        self.hang = await self._interrupter.find(self._bound, _HANG_BOUND)
        if self.hang is None:
            raise Hang
        self.hung = True

    def _dialog(self, _event: dict[str, Any]) -> None:
        self._aside.start(self.cdp.send("Page.handleJavaScriptDialog", {"accept": False}))

    # -- the page itself

    async def resize(self, viewport: Viewport, *, told: bool = False) -> None:
        """Set the window's size and colour scheme in place. What a style sheet moves because of it arrives at once: in
        stopped time it would stand still at its beginning. ``told``: scripts hear of it first, in a few frames."""
        before = self.camera.viewport
        if before is not None and before.scheme != viewport.scheme:
            await self._prefer(viewport.scheme)
        await self.camera.resize(viewport)
        if not self.world or before is None or before[:2] == viewport[:2]:
            return
        moves, hears = self._spoken.of(spoken.MOVES), told and self._spoken.of(spoken.HEARS)
        if moves:
            await self.evaluate(_ARRIVE % "false")
        if hears:
            await self.camera.settle()
            if moves:
                await self.evaluate(_ARRIVE % "true")

    async def _prefer(self, scheme: str) -> None:
        """Change the colour scheme, at once: a transition would stand still at its beginning."""
        async with self.styled(STILL):
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            await self.cdp.send("Emulation.setEmulatedMedia", {"features": features})
            await self.restyle()

    async def restyle(self) -> None:
        """Have styles computed now."""
        await self.evaluate("document.documentElement.offsetWidth")

    async def evaluate(self, expression: str) -> dict[str, Any]:
        """The browser's reply; it has ``exceptionDetails`` where the page stands in the way."""
        question = {"expression": expression, "contextId": self.world, "silent": True}
        return await self.cdp.send("Runtime.evaluate", question)

    async def value(self, expression: str) -> Any:
        """What the expression gives; None where the page stands in its way."""
        question = {"expression": expression, "contextId": self.world, "returnByValue": True}
        return (await self.cdp.send("Runtime.evaluate", question))["result"].get("value")

    @contextlib.asynccontextmanager
    async def styled(self, text: str) -> AsyncGenerator[Callable[[str], Awaitable[None]]]:
        """With one more style sheet, for as long as the block runs; what it gives replaces the sheet's text. Not by the
        ``CSS`` domain: enabling that costs as much as a picture, and many pages are never asked for their styles.
        Raises ``CdpError``."""
        self._sheets += 1
        sheet = f"sheet{self._sheets}"

        async def write(text: str) -> None:
            await self._must(f"{sheet}.replaceSync({json.dumps(text)})")

        await self._must(f"globalThis.{sheet} = new CSSStyleSheet(); document.adoptedStyleSheets.push({sheet})")
        try:
            await write(text)
            yield write
        finally:
            await self._must(f"document.adoptedStyleSheets = document.adoptedStyleSheets.filter(s => s !== {sheet})")

    async def _must(self, expression: str) -> None:
        """Evaluate what no page can stand in the way of."""
        reply = await self.evaluate(expression)
        if "exceptionDetails" in reply:
            raise CdpError(f"{expression}: {reply['exceptionDetails'].get('text', '')}")

    @property
    def declares_dark(self) -> bool:
        """Whether a style of the page asks for the colour scheme."""
        return self._spoken.of(spoken.SCHEME)

    # -- views

    async def view(self, viewport: Viewport, moment: int, role: str, previous: View | None = None) -> View:
        """The page at this size, now. The frame of ``previous`` is taken over where nothing can have changed."""
        await self.resize(viewport, told=True)
        layout = await self._layout()
        images = await dom.images(self.cdp, layout, self.world)
        if previous is not None and previous.layout.raw == layout.raw and not await self._moving():
            return replace(previous, moment=moment, role=role, images=images)
        return View(viewport, moment, role, layout, await self.camera.frame(layout, viewport), None, images)

    async def _moving(self) -> bool:
        """Whether pixels may change without layout: running animations, canvas, video, animated pictures."""
        return await self.value(_MOVING) is not False

    async def without_text(
        self, views: Sequence[View], ready: Callable[[View], object] = lambda _: None, clip: Rect | None = None
    ) -> list[View]:
        """The same views with their backgrounds: the pictures (or what ``clip`` shows of them) with all text transparent.
        ``ready`` is told of each as soon as it has one."""
        seen: list[View] = []
        if not views:
            return seen
        await self.resize(views[0].viewport)
        async with self.styled(HIDE_TEXT) as write:
            try:
                for view in views:
                    await self.resize(view.viewport)
                    seen.append(replace(view, background=await self.camera.frame(view.layout, view.viewport, clip)))
                    ready(seen[-1])
            finally:
                # The way back must not start colour transitions, which would stand still at transparent.
                await write(STILL)
                await self.restyle()
        return seen

    async def again(self, view: View) -> View:
        """The same size and moment, as the page is now: layout, and the pictures that the view had."""
        if view.frame is None:
            return await self.bare(view.viewport, view.moment, view.role)
        new = await self.view(view.viewport, view.moment, view.role)
        return new if view.background is None else (await self.without_text([new]))[0]

    async def pictured(self, view: View, clip: Rect) -> View:
        """The view, which is as the page is now, with its pictures of a part of the document (whole pixels)."""
        images = await dom.images(self.cdp, view.layout, self.world)
        shown = replace(view, images=images, frame=await self.camera.frame(view.layout, view.viewport, clip))
        return (await self.without_text([shown], clip=clip))[0]

    async def full(self, viewport: Viewport, moment: int, role: str) -> View:
        """Layout, picture and background."""
        return (await self.without_text([await self.view(viewport, moment, role)]))[0]

    async def bare(self, viewport: Viewport, moment: int, role: str, *, told: bool = False) -> View:
        """Layout only; ``told`` as in ``resize``."""
        await self.resize(viewport, told=told)
        return View(viewport, moment, role, await self._layout())

    async def _layout(self) -> Layout:
        """The page's boxes as they are now."""
        layout = await dom.layout(self.cdp)
        return await columns.placed(self.cdp, layout, self.world) if self._spoken.of(spoken.COLUMNS) else layout

    async def close(self) -> None:
        self._aside.cancel()
        await self._requests.close()
        await self.tab.close()
