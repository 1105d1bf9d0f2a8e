"""One capture: several viewports at several moments of one page, and answers to later questions about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from relook_lsp.browser import serve
from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.clock import Hang
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.look import Look, Record
from relook_lsp.browser.plan import Plan
from relook_lsp.core.errors import BrowserFailed, CaptureTimeout, PageNotFound
from relook_lsp.core.finding import Need, NeedFlicker, NeedFocus, NeedPaint, NeedPicture, NeedStyles, NeedView
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Evidence, Message, Snapshot, View, Viewport

FOCUSED = ":focus"
"""End of the keys under which declarations of focused elements are asked for (``ByDeclaration.state``)."""


class Capture:
    """A snapshot and the live pages behind it. Close it when nothing more is to be asked."""

    def __init__(self, snapshot: Snapshot, looks: dict[bool, Look]) -> None:
        self.snapshot = snapshot
        self.looks = looks

    def only(self, view: View) -> Capture:
        """The same live pages with one view and nothing asked yet."""
        return Capture(replace(self.snapshot, views=(view,), evidence=Evidence()), self.looks)

    def _look(self, view: View) -> Look | None:
        return self.looks.get(view.viewport.touch)

    def _view(self, identity: str) -> View | None:
        return next((view for view in self.snapshot.views if view.id == identity), None)

    async def supply(self, needs: Sequence[Need]) -> Snapshot:
        """Look again at what critics could not tell; the answers join the snapshot. Raises ``BrowserFailed``."""
        with Boundary():
            for need in dict.fromkeys(needs):
                match need:
                    case NeedView(width):
                        await self._confirm(width)
                    case NeedPicture(view):
                        await self._picture(view)
                    case NeedPaint(view, key):
                        await self._paint(view, key)
                    case NeedStyles(view, keys):
                        await self.styles((view, key) for key in keys)
                    case NeedFlicker(view, key):
                        await self._flicker(view, key)
                    case NeedFocus():
                        pass
            # Handlers of the focus may change the page: nothing else is asked after it in this round.
            for need in dict.fromkeys(needs):
                if isinstance(need, NeedFocus):
                    await self._focus(need.view, need.key)
        return self.snapshot

    async def _focus(self, identity: str, key: str) -> None:
        view = self._view(identity)
        node = None if view is None else view.layout.by_key.get(key)
        look = None if view is None else self._look(view)
        if view is None or node is None or look is None:
            return
        evidence = self.snapshot.evidence
        focus = {**evidence.focus, (identity, key): await look.focus(view, node)}
        self.snapshot = replace(self.snapshot, evidence=replace(evidence, focus=focus))

    async def _flicker(self, identity: str, key: str) -> None:
        view = self._view(identity)
        node = None if view is None else view.layout.by_key.get(key)
        look = None if view is None else self._look(view)
        if view is None or node is None or look is None:
            return
        evidence = self.snapshot.evidence
        seen = {**evidence.flicker, (identity, key): await look.flicker(view, node)}
        self.snapshot = replace(self.snapshot, evidence=replace(evidence, flicker=seen))

    async def _confirm(self, width: int) -> None:
        swept = next((v for v in self.snapshot.roles("sweep") if v.viewport.width == width), None)
        look = None if swept is None else self._look(swept)
        if swept is None or look is None:
            return
        view = await look.view(swept.viewport, swept.moment, "confirm")
        view = await look.without_text(view)
        self.snapshot = replace(self.snapshot, views=(*self.snapshot.views, view))

    async def _picture(self, identity: str) -> None:
        bare = self._view(identity)
        look = None if bare is None else self._look(bare)
        if bare is None or look is None or bare.frame is not None:
            return
        view = await look.without_text(await look.view(bare.viewport, bare.moment, bare.role))
        views = tuple(view if each is bare else each for each in self.snapshot.views)
        self.snapshot = replace(self.snapshot, views=views)

    async def _paint(self, identity: str, key: str) -> None:
        view = self._view(identity)
        node = None if view is None else view.layout.by_key.get(key)
        look = None if view is None else self._look(view)
        if view is None or node is None or look is None:
            return
        paint = await look.paint(view, node)
        if paint is not None:
            evidence = self.snapshot.evidence
            paints = {**evidence.paints, (identity, key): paint}
            self.snapshot = replace(self.snapshot, evidence=replace(evidence, paints=paints))

    async def styles(self, wanted: Iterable[tuple[str, str]]) -> Snapshot:
        """Matched declarations for (view id, node key) pairs, and who made those nodes that scripts made; the answers
        join the snapshot."""
        known = dict(self.snapshot.evidence.styles)
        creators = dict(self.snapshot.evidence.creators)
        with Boundary():
            for identity, key in dict.fromkeys(wanted):
                view = self._view(identity)
                focused = key.endswith(FOCUSED)
                node = None if view is None else view.layout.by_key.get(key.removesuffix(FOCUSED))
                look = None if view is None else self._look(view)
                if (identity, key) not in known and view is not None and node is not None and look is not None:
                    known[identity, key] = await look.declarations(view, node, focused=focused)
                    if view.layout.origin(view.layout.element_of(node)) is None:
                        place = await look.creator(view, node)
                        creators.update({view.layout.key(view.layout.element_of(node)): place} if place else {})
        evidence = replace(self.snapshot.evidence, styles=known, creators=creators)
        self.snapshot = replace(self.snapshot, evidence=evidence)
        return self.snapshot

    async def close(self) -> None:
        await asyncio.gather(*(look.close() for look in self.looks.values()))


class Boundary:
    """What goes wrong in the browser is the browser's failure, not the page's."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Hang):
            raise CaptureTimeout("The page stopped answering while it was looked at; try again.") from error
        if isinstance(error, CdpError):
            first = str(error).strip().splitlines()[0]
            raise BrowserFailed(f"The browser failed during the capture ({first}); try again.") from error


async def capture(driver: Driver, page: Page, plan: Plan) -> Capture:
    """Load and look. Raises ``PageNotFound``, ``BrowserMissing``, ``BrowserFailed``, ``CaptureTimeout``."""
    if not page.is_url and serve.resolve(page, serve.page_url(page))[1] is None:
        raise PageNotFound(f"{page.entry} is not a file below {page.root} that may be read.")
    record = Record()
    classes = {touch: tuple(v for v in plan.viewports if v.touch is touch) for touch in (True, False)}
    looks: dict[bool, Look] = {}
    try:
        async with asyncio.timeout(plan.timeout):
            with Boundary():
                for touch, viewports in classes.items():
                    if viewports:
                        tab = await driver.tab(plan.allowed_hosts)
                        looks[touch] = Look(page, plan, tab, touch, record)
                only = len(looks) == 1
                seen = await asyncio.gather(
                    *(_watch(look, classes[touch], plan, only) for touch, look in looks.items())
                )
    except TimeoutError as error:
        await asyncio.gather(*(look.close() for look in looks.values()))
        raise CaptureTimeout(f"Looking at {page.entry} took more than {plan.timeout:g} s.") from error
    except BaseException:
        await asyncio.gather(*(look.close() for look in looks.values()))
        raise
    documents = [r for r in record.requests.values() if r.kind == "document"]
    if page.is_url and not any(r.outcome == "ok" for r in documents):
        await asyncio.gather(*(look.close() for look in looks.values()))
        raise PageNotFound(f"{page.entry} gives no page; is the development server running?")
    driver.warm(plan.allowed_hosts)
    order = {viewport: index for index, viewport in enumerate(plan.viewports)}
    views = sorted((view for part in seen for view in part), key=lambda v: _order(v, order))
    messages = dict.fromkeys(_plain(m) for look in looks.values() for m in look.recorder.messages)
    snapshot = Snapshot(
        page=page.entry,
        url=serve.page_url(page),
        capture="exact" if all(look.tab.exact for look in looks.values()) else "fallback",
        views=tuple(views),
        messages=tuple(messages),
        requests=tuple(sorted(record.requests.values(), key=lambda r: (r.url, r.kind))),
        sources=dict(sorted(record.sources.items())),
        hang=next((look.hang for look in looks.values() if look.hang), None),
        hung=any(look.hung for look in looks.values()),
        evidence=Evidence(),
    )
    if plan.axe and not snapshot.hung:
        with Boundary():
            snapshot = replace(snapshot, axe=await looks[min(looks)].axe(max(plan.viewports, key=lambda v: v.width)))
    return Capture(snapshot, looks)


def _order(view: View, order: dict[Viewport, int]) -> tuple[int, int, int, int]:
    return (view.role != "configured", order.get(view.viewport, 99), view.viewport.width, view.moment)


def _plain(message: Message) -> Message:
    """Line numbers of the served entry document are those of the source; columns are mapped later."""
    return replace(message, moment=0)


async def _special(look: Look, viewport: Viewport, plan: Plan, now: int) -> list[View]:
    """The same window zoomed to 200 % (layout only: a rule that suspects something asks for its picture), and in the
    dark scheme where the page declares one."""
    views: list[View] = []
    if plan.zoom:
        # Zooming halves the window in CSS pixels; what the page does with that is the same.
        zoomed = viewport._replace(width=viewport.width // 2, height=viewport.height // 2)
        views.append(await look.bare(zoomed, now, "zoom"))
    if plan.dark and look.declares_dark:
        view = await look.view(viewport._replace(scheme="dark"), now, "dark")
        views.append(await look.without_text(view))
    return views


async def _watch(look: Look, viewports: tuple[Viewport, ...], plan: Plan, only: bool) -> list[View]:
    """All views of one device class: the moments, then backgrounds, then the layout-only widths."""
    await look.open(viewports[0])
    if look.hung:
        return []
    views: list[View] = []
    last: dict[Viewport, View] = {}
    now = 0
    try:
        for moment in plan.moments:
            if moment > now:
                await look.clock.advance(moment - now)
                now = moment
            look.recorder.moment = moment
            for viewport in viewports:
                view = await look.view(viewport, moment, "configured", last.get(viewport))
                last[viewport] = view
                views.append(view)
        if plan.backgrounds:
            for index, view in enumerate(views):
                if view is last[view.viewport]:
                    views[index] = await look.without_text(view)
        for width in plan.sweep:
            if only or (width < plan.touch_below) is look.touch:
                viewport = Viewport(width, viewports[0].height, look.touch)
                views.append(await look.bare(viewport, now, "sweep"))
        if not look.touch:
            views += await _special(look, max(viewports, key=lambda v: v.width), plan, now)
    except Hang:
        # A timer that never returns: what was seen before it counts.
        await look.find_hang()
    return views
