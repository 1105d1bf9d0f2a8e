"""One capture: several viewports at several moments of one page, and answers to later questions about it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from relook_lsp.browser import questions, serve
from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.clock import Hang
from relook_lsp.browser.delivered import refusal
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.look import STILL, Look
from relook_lsp.browser.plan import Plan
from relook_lsp.browser.requests import Record
from relook_lsp.browser.watch import Seen, Watch
from relook_lsp.core.errors import BrowserFailed, CaptureTimeout, PageNotFound
from relook_lsp.core.finding import Need, NeedFlicker, NeedFocus, NeedPaint, NeedPicture, NeedStyles, NeedView
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Evidence, Snapshot, View, Viewport

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

    async def bare(self, view: View) -> View:
        """The view's layout as it is now; scripts hear of its size where they had heard of it when it was looked at. Raises
        ``BrowserFailed`` and ``CaptureTimeout``."""
        look = self._look(view)
        if look is None:
            raise BrowserFailed("The page is no longer open; try again.")
        with Boundary():
            return await look.bare(view.viewport, view.moment, view.role, told=view.role == "configured")

    def _look(self, view: View | None) -> Look | None:
        return None if view is None else self.looks.get(view.viewport.touch)

    def _view(self, identity: str) -> View | None:
        return next((view for view in self.snapshot.views if view.id == identity), None)

    def _place(self, identity: str, key: str) -> tuple[Look, View, int] | None:
        """An element of a view, and the page in which it can be asked about; None where either is gone."""
        view = self._view(identity)
        node = None if view is None else view.layout.by_key.get(key)
        look = self._look(view)
        return None if view is None or node is None or look is None else (look, view, node)

    def _know(self, **answers: Any) -> None:
        self.snapshot = replace(self.snapshot, evidence=replace(self.snapshot.evidence, **answers))

    async def supply(self, needs: Sequence[Need], until: float | None = None) -> Snapshot:
        """Look again at what critics could not tell; the answers join the snapshot, as many as there are by ``until``
        (time of the event loop). Raises ``BrowserFailed``."""
        asked = tuple(dict.fromkeys(needs))

        async def answer(look: Look) -> None:
            mine = [need for need in asked if self._look(self._about(need)) is look]
            focus = [need for need in mine if isinstance(need, NeedFocus)]
            for need in mine:
                if need not in focus:
                    await self._ask(need)
            # Handlers of the focus may change the page: nothing else is asked after it in this round. A ring that fades
            # in would not be there yet while time stands still.
            async with look.styled(STILL) if focus else contextlib.nullcontext():
                for need in focus:
                    await self._ask(need)

        await self._side_by_side(answer, until)
        return self.snapshot

    async def _side_by_side(self, work: Callable[[Look], Awaitable[None]], until: float | None) -> None:
        """Questions about one device class in turn, for they share its page; the classes side by side."""
        with contextlib.suppress(TimeoutError), Boundary():
            async with asyncio.timeout_at(until):
                await asyncio.gather(*map(work, self.looks.values()))

    def _about(self, need: Need) -> View | None:
        """The view that a question is about; None where it is gone."""
        if isinstance(need, NeedView):
            return next((view for view in self.snapshot.roles("sweep") if view.viewport.width == need.width), None)
        return self._view(need.view)

    async def _ask(self, need: Need) -> None:
        match need:
            case NeedView():
                await self._confirm(need)
            case NeedPicture(view):
                await self._picture(view)
            case NeedPaint(view, key):
                await self._paint(view, key)
            case NeedStyles(view, keys):
                await self.styles((view, key) for key in keys)
            case NeedFlicker(view, key):
                await self._flicker(view, key)
            case NeedFocus(view, key):
                await self._focus(view, key)

    async def _focus(self, identity: str, key: str) -> None:
        if place := self._place(identity, key):
            changed = await questions.focus(*place)
            self._know(focus={**self.snapshot.evidence.focus, (identity, key): changed})

    async def _flicker(self, identity: str, key: str) -> None:
        if place := self._place(identity, key):
            seen = await questions.flicker(*place)
            self._know(flicker={**self.snapshot.evidence.flicker, (identity, key): seen})

    async def _paint(self, identity: str, key: str) -> None:
        place = self._place(identity, key)
        paint = None if place is None else await questions.paint(*place)
        if paint is not None:
            self._know(paints={**self.snapshot.evidence.paints, (identity, key): paint})

    async def _confirm(self, need: NeedView) -> None:
        swept = self._about(need)
        look = self._look(swept)
        if swept is not None and look is not None:
            view = await look.full(swept.viewport, swept.moment, "confirm")
            # Which of two pages answers first is chance.
            views = sorted((*self.snapshot.views, view), key=lambda v: v.viewport.width if v.role == "confirm" else 0)
            self.snapshot = replace(self.snapshot, views=tuple(views))

    async def _picture(self, identity: str) -> None:
        bare = self._view(identity)
        look = self._look(bare)
        if bare is not None and look is not None and bare.frame is None:
            view = await look.full(bare.viewport, bare.moment, bare.role)
            views = tuple(view if each is bare else each for each in self.snapshot.views)
            self.snapshot = replace(self.snapshot, views=views)

    async def styles(self, wanted: Iterable[tuple[str, str]], until: float | None = None) -> Snapshot:
        """Matched declarations for (view id, node key) pairs, and who made those nodes that scripts made; the answers
        join the snapshot, as many as there are by ``until`` (time of the event loop)."""
        pairs = dict.fromkeys(wanted)

        async def answer(look: Look) -> None:
            for view, key in pairs:
                if self._look(self._view(view)) is look:
                    await self._styles(view, key)

        await self._side_by_side(answer, until)
        return self.snapshot

    async def _styles(self, identity: str, key: str) -> None:
        place = self._place(identity, key.removesuffix(FOCUSED))
        if place is None or (identity, key) in self.snapshot.evidence.styles:
            return
        look, view, node = place
        found = await questions.declarations(look, view, node, focused=key.endswith(FOCUSED))
        element = view.layout.element_of(node)
        made = await questions.creator(look, view, node) if view.layout.origin(element) is None else None
        evidence = self.snapshot.evidence
        creators = {**evidence.creators, view.layout.key(element): made} if made else evidence.creators
        self._know(styles={**evidence.styles, (identity, key): found}, creators=creators)

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


async def capture(
    driver: Driver, page: Page, plan: Plan, seen: Seen = lambda _view: None, until: float | None = None
) -> Capture:
    """Load and look, until the plan's time is up or, where it is given, that of ``until`` (time of the event loop).
    Raises ``PageNotFound``, ``BrowserMissing``, ``BrowserFailed``, ``CaptureTimeout``."""
    if not page.is_url and serve.resolve(page, serve.page_url(page))[1] is None:
        raise PageNotFound(f"{page.entry} is not a file below {page.root} that may be read.")
    record = Record()
    classes = {touch: tuple(v for v in plan.viewports if v.touch is touch) for touch in (True, False)}
    looks: dict[bool, Look] = {}
    try:
        end = asyncio.get_running_loop().time() + plan.timeout if until is None else until
        async with asyncio.timeout_at(end) as limit:

            def extend(seconds: float) -> None:
                limit.reschedule(max(end, asyncio.get_running_loop().time() + seconds))

            with Boundary():
                for touch, viewports in classes.items():
                    if viewports:
                        tab = await driver.tab()
                        looks[touch] = Look(page, plan, tab, touch, record)
                        looks[touch].extend = extend
                half = end - plan.timeout / 2
                watches = [Watch(look, classes[touch], len(looks) == 1, seen, half) for touch, look in looks.items()]
                parts = await asyncio.gather(*(watch.run() for watch in watches))
        if (refused := refusal(page, record.entry)) is not None:
            raise refused
    except BaseException as error:
        for look in looks.values():
            driver.leave(look.close())
        if isinstance(error, TimeoutError):
            raise CaptureTimeout(
                f"Looking at {page.entry} took more than {plan.timeout:g} s; give it more (--timeout) or less to look at."
            ) from error
        raise
    snapshot = _snapshot(page, plan, looks, record, [view for part in parts for view in part])
    snapshot = replace(snapshot, unswept=any(watch.unswept for watch in watches))
    if plan.axe and not snapshot.hung:
        found = await _axe(looks[min(looks)], max(plan.viewports, key=lambda v: v.width), end)
        snapshot = replace(snapshot, axe=found, axe_silent=found is None)
    return Capture(snapshot, looks)


async def _axe(look: Look, viewport: Viewport, until: float) -> tuple[Mapping[str, Any], ...] | None:
    """None where it does not answer in half of the time that is left: what was seen without it counts all the same."""
    now = asyncio.get_running_loop().time()
    with contextlib.suppress(TimeoutError), Boundary():
        async with asyncio.timeout_at(now + (until - now) / 2):
            return await questions.axe(look, viewport)
    return None


def _snapshot(page: Page, plan: Plan, looks: dict[bool, Look], record: Record, views: list[View]) -> Snapshot:
    order = {viewport: index for index, viewport in enumerate(plan.viewports)}
    # The same message of both loads is one, whenever it came.
    messages = dict.fromkeys(replace(m, moment=0) for look in looks.values() for m in look.recorder.messages)
    return Snapshot(
        page=page.entry,
        url=serve.page_url(page),
        capture="exact" if all(look.tab.exact for look in looks.values()) else "fallback",
        views=tuple(sorted(views, key=lambda view: _order(view, order))),
        messages=tuple(messages),
        requests=tuple(sorted(record.requests.values(), key=lambda r: (r.url, r.kind))),
        sources=dict(sorted(record.sources.items())),
        hang=next((look.hang for look in looks.values() if look.hang), None),
        hung=any(look.hung for look in looks.values()),
        evidence=Evidence(),
    )


def _order(view: View, order: dict[Viewport, int]) -> tuple[int, int, int, int]:
    return (view.role != "configured", order.get(view.viewport, 99), view.viewport.width, view.moment)
