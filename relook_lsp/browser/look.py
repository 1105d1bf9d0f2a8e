"""One load of a page in one device class, kept open for later questions."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from relook_lsp.browser import devserver, serve
from relook_lsp.browser.camera import MAX_HEIGHT, Camera
from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.browser.clock import Hang, RealClock, VirtualClock
from relook_lsp.browser.difference import difference
from relook_lsp.browser.gather import dom
from relook_lsp.browser.gather.axe import violations
from relook_lsp.browser.gather.creator import creator
from relook_lsp.browser.gather.flicker import RESUME, SEEK, STEP, STEPS, flicker
from relook_lsp.browser.gather.focus import force, leave_focus, take_focus
from relook_lsp.browser.gather.runtime import Recorder
from relook_lsp.browser.gather.styles import Sheets, declarations
from relook_lsp.browser.plan import Plan
from relook_lsp.browser.tab import Tab
from relook_lsp.core.errors import PageNotFound
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Declaration, Flicker, Frame, Paint, Request, ScriptPlace, Source, View, Viewport
from relook_lsp.source.html import Document, parse
from relook_lsp.source.stamp import stamp

log = logging.getLogger(__name__)

_START = (Path(__file__).parent / "page_start.js").read_text("utf-8")

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
_HIDE = """function () {
  const rule = 'visibility: hidden !important; transition: none !important; ';
  this.relookStyle = this.getAttribute('style');
  this.setAttribute('style', (this.relookStyle || '') + ';' + rule);
}"""
_SHOW = """function () {
  if (this.relookStyle === null) this.removeAttribute('style'); else this.setAttribute('style', this.relookStyle);
  delete this.relookStyle;
}"""


@dataclass
class Record:
    """What all loads of one capture share."""

    document: Document | None = None
    requests: dict[tuple[str, str], Request] = field(default_factory=dict[tuple[str, str], Request])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])


class Look:
    """One load of the page in one device class, kept open for later questions."""

    def __init__(self, page: Page, plan: Plan, tab: Tab, touch: bool, record: Record) -> None:
        self.page = page
        self.plan = plan
        self.tab = tab
        self.touch = touch
        self.cdp: Cdp = tab.cdp
        self.recorder = Recorder(tab.cdp, full=lambda: self._later(self.cdp.send("Runtime.disable")))
        self.sheets = Sheets(tab.cdp)
        bound = min(6.0, plan.timeout / 3)
        self.clock = VirtualClock(tab.cdp, bound) if tab.exact else RealClock(tab.cdp, bound)
        self.camera = Camera(tab, touch)
        self._record = record
        self._loaded = asyncio.Event()
        self._navigated = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.crashed = False
        self.world = 0
        self.hang: ScriptPlace | None = None
        self.hung = False
        self._main_frame: str | None = None
        self._scripts: dict[str, str] = {}
        self._interrupting = False
        self._interrupted = asyncio.Event()

    # -- load

    async def open(self, viewport: Viewport) -> None:
        """Load the page up to its load event. A script that never returns sets ``hung``."""
        cdp = self.cdp
        cdp.on("Fetch.requestPaused", self._paused)
        cdp.on("Page.loadEventFired", lambda _event: self._loaded.set())
        cdp.on("Inspector.targetCrashed", lambda _event: setattr(self, "crashed", True))
        cdp.on("Page.javascriptDialogOpening", self._dialog)
        cdp.on("Debugger.paused", self._debugger_paused)
        cdp.on("Debugger.scriptParsed", lambda event: self._scripts.update({event["scriptId"]: event["url"]}))
        if self.plan.scripts:
            # Only a debugger that is there before the script starts can interrupt it; `debugger` statements pass.
            # Where scripts are off, the browser refuses to have one.
            await asyncio.gather(
                cdp.send("Debugger.enable"), cdp.send("Debugger.setBreakpointsActive", {"active": False})
            )
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
                await self.camera.begin()
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
        reply = await self.cdp.send(
            "Runtime.evaluate", {"expression": _EAGER, "contextId": self.world, "returnByValue": True}
        )
        if reply["result"].get("value"):
            with contextlib.suppress(Hang):
                await self.clock.advance(20)

    async def _advance_to_load(self, navigation: asyncio.Task[Any]) -> None:
        deadline = asyncio.get_running_loop().time() + self.plan.timeout / 2
        step = 20
        while not self._loaded.is_set():
            if navigation.done() and navigation.exception() is None and navigation.result().get("errorText"):
                raise PageNotFound(f"{self.page.entry} could not be loaded ({navigation.result()['errorText']}).")
            await self.clock.advance(step)
            if asyncio.get_running_loop().time() > deadline:
                # Something never finishes loading; what is there is looked at.
                return
            step = min(step + 5, 200)

    async def find_hang(self) -> None:
        """Interrupt a script that never returns, note its line, and end it. Raises ``Hang`` where no script is
        running: then it was not the page that stood still."""
        self._interrupting = True
        with contextlib.suppress(CdpError, TimeoutError):
            async with asyncio.timeout(5):
                await self.cdp.send("Debugger.pause")
                await self._interrupted.wait()
        # Not awaited: while the script is paused, the answer to the first comes only after the second.
        self._later(self.cdp.send("Runtime.terminateExecution"))
        self._later(self.cdp.send("Debugger.resume"))
        if self.hang is None:
            raise Hang
        self.hung = True

    def _debugger_paused(self, event: dict[str, Any]) -> None:
        if not self._interrupting:  # a `debugger` statement that ran before breakpoints were off
            self._later(self.cdp.send("Debugger.resume"))
            return
        for frame in event.get("callFrames", []):
            place = frame["location"]
            url = self._scripts.get(place["scriptId"])
            if url:
                self.hang = ScriptPlace(url, place["lineNumber"], place.get("columnNumber", 0))
                break
        self._interrupted.set()

    def _dialog(self, _event: dict[str, Any]) -> None:
        self._later(self.cdp.send("Page.handleJavaScriptDialog", {"accept": False}))

    def _later(self, work: Awaitable[Any]) -> None:
        async def run() -> None:
            with contextlib.suppress(CdpError):
                await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- requests

    def _paused(self, event: dict[str, Any]) -> None:
        self._later(self._reply(event))

    async def _reply(self, event: dict[str, Any]) -> None:
        request, identity = event["request"], event["requestId"]
        url, kind = request["url"].split("#")[0], event.get("resourceType", "Other").lower()
        entry = url == serve.page_url(self.page).split("#")[0] and kind == "document"
        if kind == "document" and self._navigated and not entry and event.get("frameId") == self._main_frame:
            await self.cdp.send("Fetch.failRequest", {"requestId": identity, "errorReason": "Aborted"})
            return
        if kind == "document" and not self._navigated:
            self._navigated = True
            self._main_frame = event.get("frameId")
        elif entry and event.get("frameId") == self._main_frame:
            # The page reloads itself; what it showed first is what is judged.
            await self.cdp.send("Fetch.failRequest", {"requestId": identity, "errorReason": "Aborted"})
            return
        try:
            answer = await serve.answer(self.page, url, self.plan.allowed_hosts, devserver.ask)
        except Exception:
            log.exception("serving %s", url)
            answer = serve.Answer("failed", 0)
        self._note(url, kind, answer)
        if answer is None:
            await self.cdp.send("Fetch.continueRequest", {"requestId": identity})
            return
        if answer.outcome == "remote" or answer.status == 0:
            await self.cdp.send("Fetch.failRequest", {"requestId": identity, "errorReason": "BlockedByClient"})
            return
        body = answer.body
        if entry and event.get("frameId") == self._main_frame and answer.text is not None:
            if self._record.document is None or self._record.document.text != answer.text:
                self._record.document = await asyncio.to_thread(parse, answer.text)
            body = stamp(self._record.document).text.encode("utf-8", "replace")
        headers = [
            {"name": "Content-Type", "value": answer.content_type},
            {"name": "Access-Control-Allow-Origin", "value": "*"},
            {"name": "Cache-Control", "value": "no-store"},
        ]
        await self.cdp.send(
            "Fetch.fulfillRequest",
            {
                "requestId": identity,
                "responseCode": answer.status,
                "responseHeaders": headers,
                "body": base64.b64encode(body).decode("ascii"),
            },
        )

    def _note(self, url: str, kind: str, answer: serve.Answer | None) -> None:
        outcome = "ok" if answer is None else answer.outcome
        status = 0 if answer is None else answer.status
        path = None if answer is None else answer.path
        self._record.requests.setdefault((url, kind), Request(url, kind, outcome, status, path))
        if answer is not None and answer.text is not None:
            own = Source(url, answer.path, answer.text, answer.version, answer.kind, answer.map)
            for source in (own, *answer.originals):
                self._record.sources.setdefault(source.url, source)

    # -- looking

    async def resize(self, viewport: Viewport) -> None:
        """Set the window's size and colour scheme in place."""
        if self.camera.viewport is not None and self.camera.viewport.scheme != viewport.scheme:
            await self._prefer(viewport.scheme)
        await self.camera.resize(viewport)

    async def _prefer(self, scheme: str) -> None:
        """Change the colour scheme, at once: a transition would stand still at its beginning."""
        async with self.styled(STILL):
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            await self.cdp.send("Emulation.setEmulatedMedia", {"features": features})
            await self._restyle()

    async def _restyle(self) -> None:
        """Have styles computed now."""
        await self._evaluate("document.documentElement.offsetWidth")

    async def _evaluate(self, expression: str) -> None:
        await self.cdp.send("Runtime.evaluate", {"expression": expression, "contextId": self.world, "silent": True})

    @property
    def declares_dark(self) -> bool:
        """Whether a style of the page asks for the colour scheme."""
        return any("prefers-color-scheme" in source.text for source in self._record.sources.values())

    async def view(self, viewport: Viewport, moment: int, role: str, previous: View | None = None) -> View:
        """The page at this size, now. The frame of ``previous`` is taken over where nothing can have changed."""
        await self.resize(viewport)
        layout = await dom.layout(self.cdp)
        images = await dom.images(self.cdp, layout, self.world)
        if previous is not None and previous.layout.raw == layout.raw and not await self._moving():
            return replace(previous, moment=moment, role=role, images=images)
        return View(viewport, moment, role, layout, await self.camera.frame(layout, viewport), None, images)

    async def _moving(self) -> bool:
        """Whether pixels may change without layout: running animations, canvas, video, animated pictures."""
        expression = (
            "document.querySelector('canvas,video,iframe,object,embed,img[src*=\".gif\"],svg animate,svg animateTransform') !== null"
            " || document.getAnimations().some(a => a.playState === 'running')"
        )
        reply = await self.cdp.send(
            "Runtime.evaluate", {"expression": expression, "contextId": self.world, "returnByValue": True}
        )
        return reply["result"].get("value") is not False

    async def without_text(self, view: View) -> View:
        """The same view with its background: the picture with all text transparent."""
        await self.resize(view.viewport)
        tree = await self.cdp.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        await self.sheets.enable()
        sheet = await self.cdp.send("CSS.createStyleSheet", {"frameId": frame})
        await self.cdp.send("CSS.setStyleSheetText", {"styleSheetId": sheet["styleSheetId"], "text": HIDE_TEXT})
        try:
            return replace(view, background=await self.camera.frame(view.layout, view.viewport))
        finally:
            # The way back must not start colour transitions, which would stand still at transparent.
            await self.cdp.send("CSS.setStyleSheetText", {"styleSheetId": sheet["styleSheetId"], "text": STILL})
            await self._restyle()
            await self.cdp.send("CSS.setStyleSheetText", {"styleSheetId": sheet["styleSheetId"], "text": ""})

    async def again(self, view: View) -> View:
        """The same size and moment, as the page is now: layout, and the pictures that the view had."""
        if view.frame is None:
            return await self.bare(view.viewport, view.moment, view.role)
        new = await self.view(view.viewport, view.moment, view.role)
        return new if view.background is None else await self.without_text(new)

    async def bare(self, viewport: Viewport, moment: int, role: str) -> View:
        """Layout only."""
        await self.resize(viewport)
        return View(viewport, moment, role, await dom.layout(self.cdp))

    async def declarations(self, view: View, node: int, *, focused: bool = False) -> tuple[Declaration, ...]:
        await self.resize(view.viewport)
        if not focused:
            return await declarations(self.cdp, self.sheets, view.layout, node)
        await self.sheets.enable()
        backend = view.layout.backend_ids[node]
        await force(self.cdp, backend, on=True)
        try:
            return await declarations(self.cdp, self.sheets, view.layout, node)
        finally:
            await force(self.cdp, backend, on=False)

    async def focus(self, view: View, node: int) -> int:
        """Pixels that change around the element when it gets keyboard focus; -1 where it does not take it."""
        rect = view.layout.rect(node).inflate(24).intersect(Rect(0, 0, 4 * view.viewport.width, MAX_HEIGHT))
        clip = Rect(int(rect.x), int(rect.y), int(rect.width) + 1, int(rect.height) + 1)
        await self.resize(view.viewport)
        try:
            remote = await self.cdp.send("DOM.resolveNode", {"backendNodeId": view.layout.backend_ids[node]})
        except CdpError:
            return -1
        thing = remote["object"]["objectId"]
        # A ring that fades in would not be there yet while time stands still.
        async with self.styled(STILL):
            before = await self.camera.frame(view.layout, view.viewport, clip)
            taken = await take_focus(self.cdp, thing)
            after = await self.camera.frame(view.layout, view.viewport, clip)
            await leave_focus(self.cdp, thing)
        return difference(before, after, clip).changed if taken else -1

    async def flicker(self, view: View, node: int) -> Flicker:
        """How bright the element's part of the window is, picture by picture, within one second of its animations.
        They are set to each moment: time does not pass, and stands where it stood afterwards."""
        window = Rect(0, 0, view.viewport.width, view.viewport.height)
        rect = view.layout.rect(node).intersect(window)
        clip = Rect(int(rect.x), int(rect.y), int(rect.width) + 1, int(rect.height) + 1)
        await self.resize(view.viewport)
        frames: list[Frame] = []
        try:
            for step in range(STEPS):
                await self._evaluate(SEEK % (step * STEP))
                frames.append(await self.camera.frame(view.layout, view.viewport, clip))
        finally:
            await self._evaluate(RESUME)
        return await asyncio.to_thread(flicker, frames)

    @contextlib.asynccontextmanager
    async def styled(self, text: str) -> AsyncGenerator[None]:
        """With one more style sheet, for as long as the block runs."""
        await self.sheets.enable()
        tree = await self.cdp.send("Page.getFrameTree")
        sheet = await self.cdp.send("CSS.createStyleSheet", {"frameId": tree["frameTree"]["frame"]["id"]})
        await self.cdp.send("CSS.setStyleSheetText", {"styleSheetId": sheet["styleSheetId"], "text": text})
        try:
            yield
        finally:
            await self.cdp.send("CSS.setStyleSheetText", {"styleSheetId": sheet["styleSheetId"], "text": ""})

    async def axe(self, viewport: Viewport) -> tuple[Mapping[str, Any], ...] | None:
        """What axe-core finds in the page as it stands."""
        await self.resize(viewport)
        return await violations(self.cdp, self.world, self.clock.advance)

    async def creator(self, view: View, node: int) -> ScriptPlace | None:
        """The script line that made a node; None for nodes of the parser."""
        await self.sheets.enable()
        return await creator(self.cdp, view.layout.backend_ids[view.layout.element_of(node)])

    async def paint(self, view: View, node: int) -> Paint | None:
        """What hiding this element changes in the picture; None where the node is gone."""
        layout = view.layout
        rect = layout.rect(node)
        for child in range(node + 1, len(layout)):
            if not layout.within(child, node):
                break
            if layout.has_box(child) and layout.rect(child).area:
                rect = rect.union(layout.rect(child))
        size = Rect(0, 0, 4 * view.viewport.width, MAX_HEIGHT)
        clip = rect.inflate(4).intersect(size)
        clip = Rect(int(clip.x), int(clip.y), int(clip.width) + 1, int(clip.height) + 1)
        if clip.area <= 4:
            return Paint(0, Rect(0, 0, 0, 0))
        await self.resize(view.viewport)
        try:
            remote = await self.cdp.send("DOM.resolveNode", {"backendNodeId": layout.backend_ids[node]})
        except CdpError:
            return None
        shown = await self.camera.frame(layout, view.viewport, clip)
        await self._call(remote["object"]["objectId"], _HIDE)
        try:
            hidden = await self.camera.frame(layout, view.viewport, clip)
        finally:
            await self._call(remote["object"]["objectId"], _SHOW)
        return difference(shown, hidden, clip)

    async def _call(self, thing: str, function: str) -> None:
        await self.cdp.send(
            "Runtime.callFunctionOn", {"objectId": thing, "functionDeclaration": function, "silent": True}
        )

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await self.tab.close()
