"""One load of a page in one device class: what it looks like at any size, for as long as it is kept open."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from relook_lsp.browser import resource_access, source_features
from relook_lsp.browser.background_tasks import BackgroundTasks
from relook_lsp.browser.camera import Camera
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.browser.clock import Hang, RealClock, VirtualClock
from relook_lsp.browser.delivered import refusal
from relook_lsp.browser.gather import columns, dom
from relook_lsp.browser.gather.runtime import RuntimeRecorder
from relook_lsp.browser.gather.styles import StyleSheets
from relook_lsp.browser.request_interceptor import RequestInterceptor, RequestLog
from relook_lsp.browser.script_interrupter import ScriptInterrupter
from relook_lsp.browser.source_features import SourceFeatures
from relook_lsp.browser.tab import Tab
from relook_lsp.core.errors import PageNotFound
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Layout, ScriptPlace, View, Viewport

_START = (Path(__file__).parent / "page_start.js").read_text("utf-8")

_HANG_BOUND = 120.0
"""Seconds of the clock in which a script that does not return must have used its processor time: enough on a machine
with twenty times the work that it has processors for."""

NO_TRANSITIONS = "*, *::before, *::after, *::marker, *::placeholder { transition: none !important }"
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


class PageSession:
    """The page in one tab."""

    def __init__(self, page: Page, plan: CapturePlan, tab: Tab, touch: bool, record: RequestLog) -> None:
        self.page = page
        self.plan = plan
        self.tab = tab
        self.touch = touch
        self.cdp: Cdp = tab.cdp
        self._background = BackgroundTasks()
        self.recorder = RuntimeRecorder(tab.cdp, full=lambda: self._background.start(self.cdp.send("Runtime.disable")))
        self.sheets = StyleSheets(tab.cdp)
        bound = min(6.0, plan.timeout / 3)
        self._bound = bound
        self.clock = VirtualClock(tab.cdp, bound) if tab.is_exact else RealClock(tab.cdp, bound)
        self.camera = Camera(tab, touch)
        self._requests = RequestInterceptor(tab.cdp, page, plan, record, self._background)
        self._interrupter = ScriptInterrupter(tab.cdp, self._background)
        self._loaded = asyncio.Event()
        self._sheets = 0
        self._features = SourceFeatures(record)
        self.world = 0
        """The execution context in which questions are put to the page; its own scripts do not see it."""
        self.extend: Callable[[float], None] = lambda _seconds: None
        """Called before a search that may take so many seconds beyond the time of the capture."""
        self.hang: ScriptPlace | None = None
        self.hung = False

    # -- load

    async def load(self, viewport: Viewport) -> None:
        """Load the page up to its load event. A script that never returns sets ``hung``."""
        cdp = self.cdp
        cdp.on("Page.loadEventFired", lambda _event: self._loaded.set())
        cdp.on("Page.javascriptDialogOpening", self._dismiss_dialog)
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
        navigation = asyncio.create_task(cdp.send("Page.navigate", {"url": resource_access.page_url(self.page)}))
        try:
            await self._advance_to_load(navigation)
            if not self.hung:
                await self.camera.draw_frame()
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
        if await self.evaluate_value(_EAGER):
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
        self.hang = await self._interrupter.find_endless_script(self._bound, _HANG_BOUND)
        if self.hang is None:
            raise Hang
        self.hung = True

    def _dismiss_dialog(self, _event: dict[str, Any]) -> None:
        self._background.start(self.cdp.send("Page.handleJavaScriptDialog", {"accept": False}))

    # -- the page itself

    async def resize(self, viewport: Viewport, *, notify_scripts: bool = False) -> None:
        """Set the window's size and colour scheme in place. What a style sheet moves because of it arrives at once: in
        stopped time it would stand still at its beginning. ``told``: scripts hear of it first, in a few frames."""
        before = self.camera.viewport
        if before is not None and before.scheme != viewport.scheme:
            await self._set_colour_scheme(viewport.scheme)
        await self.camera.resize(viewport)
        if not self.world or before is None or before[:2] == viewport[:2]:
            return
        moves, hears = (
            self._features.mentions(source_features.MENTIONS_TRANSITION),
            notify_scripts and self._features.mentions(source_features.MENTIONS_RESIZE),
        )
        if moves:
            await self.evaluate(_ARRIVE % "false")
        if hears:
            await self.camera.draw_until_still()
            if moves:
                await self.evaluate(_ARRIVE % "true")

    async def _set_colour_scheme(self, scheme: str) -> None:
        """Change the colour scheme, at once: a transition would stand still at its beginning."""
        async with self.with_style_sheet(NO_TRANSITIONS):
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            await self.cdp.send("Emulation.setEmulatedMedia", {"features": features})
            await self.force_style_update()

    async def force_style_update(self) -> None:
        """Have styles computed now."""
        await self.evaluate("document.documentElement.offsetWidth")

    async def evaluate(self, expression: str) -> dict[str, Any]:
        """The browser's reply; it has ``exceptionDetails`` where the page stands in the way."""
        question = {"expression": expression, "contextId": self.world, "silent": True}
        return await self.cdp.send("Runtime.evaluate", question)

    async def evaluate_value(self, expression: str) -> Any:
        """What the expression gives; None where the page stands in its way."""
        question = {"expression": expression, "contextId": self.world, "returnByValue": True}
        return (await self.cdp.send("Runtime.evaluate", question))["result"].get("value")

    @contextlib.asynccontextmanager
    async def with_style_sheet(self, text: str) -> AsyncGenerator[Callable[[str], Awaitable[None]]]:
        """With one more style sheet, for as long as the block runs; what it gives replaces the sheet's text. Not by the
        ``CSS`` domain: enabling that costs as much as a picture, and many pages are never asked for their styles.
        Raises ``CdpError``."""
        self._sheets += 1
        sheet = f"sheet{self._sheets}"

        async def write(text: str) -> None:
            await self._evaluate_or_raise(f"{sheet}.replaceSync({json.dumps(text)})")

        await self._evaluate_or_raise(
            f"globalThis.{sheet} = new CSSStyleSheet(); document.adoptedStyleSheets.push({sheet})"
        )
        try:
            await write(text)
            yield write
        finally:
            await self._evaluate_or_raise(
                f"document.adoptedStyleSheets = document.adoptedStyleSheets.filter(s => s !== {sheet})"
            )

    async def _evaluate_or_raise(self, expression: str) -> None:
        """Evaluate what no page can stand in the way of."""
        reply = await self.evaluate(expression)
        if "exceptionDetails" in reply:
            raise CdpError(f"{expression}: {reply['exceptionDetails'].get('text', '')}")

    @property
    def declares_dark(self) -> bool:
        """Whether a style of the page asks for the colour scheme."""
        return self._features.mentions(source_features.MENTIONS_COLOUR_SCHEME)

    # -- views

    async def capture_view(self, viewport: Viewport, moment: int, role: str, previous: View | None = None) -> View:
        """The page at this size, now. The frame of ``previous`` is taken over where nothing can have changed."""
        await self.resize(viewport, notify_scripts=True)
        layout = await self._read_layout()
        images = await dom.read_images(self.cdp, layout, self.world)
        if previous is not None and previous.layout.raw == layout.raw and not await self._pixels_may_change():
            return replace(previous, moment=moment, role=role, images=images)
        return View(viewport, moment, role, layout, await self.camera.take_frame(layout, viewport), None, images)

    async def _pixels_may_change(self) -> bool:
        """Whether pixels may change without layout: running animations, canvas, video, animated pictures."""
        return await self.evaluate_value(_MOVING) is not False

    async def capture_backgrounds(
        self, views: Sequence[View], on_background: Callable[[View], object] = lambda _: None, clip: Rect | None = None
    ) -> list[View]:
        """The same views with their backgrounds: the pictures (or what ``clip`` shows of them) with all text transparent.
        ``ready`` is told of each as soon as it has one."""
        seen: list[View] = []
        if not views:
            return seen
        await self.resize(views[0].viewport)
        async with self.with_style_sheet(HIDE_TEXT) as write:
            try:
                for view in views:
                    await self.resize(view.viewport)
                    seen.append(
                        replace(view, background=await self.camera.take_frame(view.layout, view.viewport, clip))
                    )
                    on_background(seen[-1])
            finally:
                # The way back must not start colour transitions, which would stand still at transparent.
                await write(NO_TRANSITIONS)
                await self.force_style_update()
        return seen

    async def recapture_view(self, view: View) -> View:
        """The same size and moment, as the page is now: layout, and the pictures that the view had."""
        if view.frame is None:
            return await self.capture_layout(view.viewport, view.moment, view.role)
        new = await self.capture_view(view.viewport, view.moment, view.role)
        return new if view.background is None else (await self.capture_backgrounds([new]))[0]

    async def capture_clip(self, view: View, clip: Rect) -> View:
        """The view, which is as the page is now, with its pictures of a part of the document (whole pixels)."""
        images = await dom.read_images(self.cdp, view.layout, self.world)
        shown = replace(view, images=images, frame=await self.camera.take_frame(view.layout, view.viewport, clip))
        return (await self.capture_backgrounds([shown], clip=clip))[0]

    async def capture_full_view(self, viewport: Viewport, moment: int, role: str) -> View:
        """Layout, picture and background."""
        return (await self.capture_backgrounds([await self.capture_view(viewport, moment, role)]))[0]

    async def capture_layout(self, viewport: Viewport, moment: int, role: str, *, notify_scripts: bool = False) -> View:
        """Layout only; ``told`` as in ``resize``."""
        await self.resize(viewport, notify_scripts=notify_scripts)
        return View(viewport, moment, role, await self._read_layout())

    async def _read_layout(self) -> Layout:
        """The page's boxes as they are now."""
        layout = await dom.read_layout(self.cdp)
        return (
            await columns.place_column_text(self.cdp, layout, self.world)
            if self._features.mentions(source_features.MENTIONS_COLUMNS)
            else layout
        )

    async def close(self) -> None:
        self._background.cancel_all()
        await self._requests.close()
        await self.tab.close()
