"""One capture: several viewports at several moments of one page, and answers to later questions about it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from relook_lsp.browser import evidence_queries, resource_access
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.capture_sequence import CaptureSequence, OnView
from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.clock import Hang
from relook_lsp.browser.delivered import refusal
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.page_session import NO_TRANSITIONS, PageSession
from relook_lsp.browser.request_interceptor import RequestLog
from relook_lsp.core.errors import BrowserFailed, CaptureTimeout, PageNotFound
from relook_lsp.core.finding import Need, NeedFlicker, NeedFocus, NeedPaint, NeedPicture, NeedStyles, NeedView
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Evidence, Snapshot, View, Viewport

FOCUSED = ":focus"
"""End of the keys under which declarations of focused elements are asked for (``ByDeclaration.state``)."""


class Capture:
    """A snapshot and the live pages behind it. Close it when nothing more is to be asked."""

    def __init__(self, snapshot: Snapshot, page_sessions: dict[bool, PageSession]) -> None:
        self.snapshot = snapshot
        self.sessions = page_sessions

    def with_only_view(self, view: View) -> Capture:
        """The same live pages with one view and nothing asked yet."""
        return Capture(replace(self.snapshot, views=(view,), evidence=Evidence()), self.sessions)

    async def capture_layout(self, view: View) -> View:
        """The view's layout as it is now; scripts hear of its size where they had heard of it when it was looked at. Raises
        ``BrowserFailed`` and ``CaptureTimeout``."""
        page_session = self._session_of(view)
        if page_session is None:
            raise BrowserFailed("The page is no longer open; try again.")
        with BrowserErrorBoundary():
            return await page_session.capture_layout(
                view.viewport, view.moment, view.role, notify_scripts=view.role == "configured"
            )

    def _session_of(self, view: View | None) -> PageSession | None:
        return None if view is None else self.sessions.get(view.viewport.touch)

    def _view_by_id(self, identity: str) -> View | None:
        return next((view for view in self.snapshot.views if view.id == identity), None)

    def _find_node(self, identity: str, key: str) -> tuple[PageSession, View, int] | None:
        """An element of a view, and the page in which it can be asked about; None where either is gone."""
        view = self._view_by_id(identity)
        node = None if view is None else view.layout.nodes_by_key.get(key)
        page_session = self._session_of(view)
        return None if view is None or node is None or page_session is None else (page_session, view, node)

    def _add_evidence(self, **answers: Any) -> None:
        self.snapshot = replace(self.snapshot, evidence=replace(self.snapshot.evidence, **answers))

    async def answer_needs(self, needs: Sequence[Need], until: float | None = None) -> Snapshot:
        """Look again at what critics could not tell; the answers join the snapshot, as many as there are by ``until``
        (time of the event loop). Raises ``BrowserFailed``."""
        asked = tuple(dict.fromkeys(needs))

        async def answer(page_session: PageSession) -> None:
            mine = [need for need in asked if self._session_of(self._view_of_need(need)) is page_session]
            focus = [need for need in mine if isinstance(need, NeedFocus)]
            for need in mine:
                if need not in focus:
                    await self._answer_need(need)
            # Handlers of the focus may change the page: nothing else is asked after it in this round. A ring that fades
            # in would not be there yet while time stands still.
            async with page_session.with_style_sheet(NO_TRANSITIONS) if focus else contextlib.nullcontext():
                for need in focus:
                    await self._answer_need(need)

        await self._for_each_session(answer, until)
        return self.snapshot

    async def _for_each_session(self, work: Callable[[PageSession], Awaitable[None]], until: float | None) -> None:
        """Questions about one device class in turn, for they share its page; the classes side by side."""
        with contextlib.suppress(TimeoutError), BrowserErrorBoundary():
            async with asyncio.timeout_at(until):
                await asyncio.gather(*map(work, self.sessions.values()))

    def _view_of_need(self, need: Need) -> View | None:
        """The view that a question is about; None where it is gone."""
        if isinstance(need, NeedView):
            return next(
                (view for view in self.snapshot.views_in_roles("sweep") if view.viewport.width == need.width), None
            )
        return self._view_by_id(need.view)

    async def _answer_need(self, need: Need) -> None:
        match need:
            case NeedView():
                await self._capture_confirming_view(need)
            case NeedPicture(view):
                await self._add_frame(view)
            case NeedPaint(view, key):
                await self._measure_paint(view, key)
            case NeedStyles(view, keys):
                await self.collect_styles((view, key) for key in keys)
            case NeedFlicker(view, key):
                await self._measure_flicker(view, key)
            case NeedFocus(view, key):
                await self._measure_focus(view, key)

    async def _measure_focus(self, identity: str, key: str) -> None:
        if place := self._find_node(identity, key):
            changed = await evidence_queries.measure_focus_change(*place)
            self._add_evidence(focus={**self.snapshot.evidence.focus, (identity, key): changed})

    async def _measure_flicker(self, identity: str, key: str) -> None:
        if place := self._find_node(identity, key):
            seen = await evidence_queries.record_flicker(*place)
            self._add_evidence(flicker={**self.snapshot.evidence.flicker, (identity, key): seen})

    async def _measure_paint(self, identity: str, key: str) -> None:
        place = self._find_node(identity, key)
        paint = None if place is None else await evidence_queries.measure_paint_change(*place)
        if paint is not None:
            self._add_evidence(paints={**self.snapshot.evidence.paints, (identity, key): paint})

    async def _capture_confirming_view(self, need: NeedView) -> None:
        swept = self._view_of_need(need)
        page_session = self._session_of(swept)
        if swept is not None and page_session is not None:
            view = await page_session.capture_full_view(swept.viewport, swept.moment, "confirm")
            # Which of two pages answers first is chance.
            views = sorted((*self.snapshot.views, view), key=lambda v: v.viewport.width if v.role == "confirm" else 0)
            self.snapshot = replace(self.snapshot, views=tuple(views))

    async def _add_frame(self, identity: str) -> None:
        bare = self._view_by_id(identity)
        page_session = self._session_of(bare)
        if bare is not None and page_session is not None and bare.frame is None:
            view = await page_session.capture_full_view(bare.viewport, bare.moment, bare.role)
            views = tuple(view if each is bare else each for each in self.snapshot.views)
            self.snapshot = replace(self.snapshot, views=views)

    async def collect_styles(self, wanted: Iterable[tuple[str, str]], until: float | None = None) -> Snapshot:
        """Matched declarations for (view id, node key) pairs, and who made those nodes that scripts made; the answers
        join the snapshot, as many as there are by ``until`` (time of the event loop)."""
        pairs = dict.fromkeys(wanted)

        async def answer(page_session: PageSession) -> None:
            for view, key in pairs:
                if self._session_of(self._view_by_id(view)) is page_session:
                    await self._collect_styles_of(view, key)

        await self._for_each_session(answer, until)
        return self.snapshot

    async def _collect_styles_of(self, identity: str, key: str) -> None:
        place = self._find_node(identity, key.removesuffix(FOCUSED))
        if place is None or (identity, key) in self.snapshot.evidence.styles:
            return
        page_session, view, node = place
        found = await evidence_queries.matched_declarations(page_session, view, node, focused=key.endswith(FOCUSED))
        element = view.layout.nearest_element(node)
        made = (
            await evidence_queries.find_creator(page_session, view, node)
            if view.layout.source_offset(element) is None
            else None
        )
        evidence = self.snapshot.evidence
        creators = {**evidence.creators, view.layout.key(element): made} if made else evidence.creators
        self._add_evidence(styles={**evidence.styles, (identity, key): found}, creators=creators)

    async def close(self) -> None:
        await asyncio.gather(*(page_session.close() for page_session in self.sessions.values()))


class BrowserErrorBoundary:
    """What goes wrong in the browser is the browser's failure, not the page's."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Hang):
            raise CaptureTimeout("The page stopped responding during the review; try again.") from error
        if isinstance(error, CdpError):
            first = str(error).strip().splitlines()[0]
            raise BrowserFailed(f"The browser failed during the capture ({first}); try again.") from error


async def capture_page(
    driver: Driver, page: Page, plan: CapturePlan, seen: OnView = lambda _view: None, until: float | None = None
) -> Capture:
    """Load and look, until the plan's time is up or, where it is given, that of ``until`` (time of the event loop).
    Raises ``PageNotFound``, ``BrowserMissing``, ``BrowserFailed``, ``CaptureTimeout``."""
    if not page.is_url and resource_access.resolve_url(page, resource_access.page_url(page))[1] is None:
        raise PageNotFound(f"{page.entry} is not a file below {page.root} that may be read.")
    record = RequestLog()
    classes = {touch: tuple(v for v in plan.viewports if v.touch is touch) for touch in (True, False)}
    page_sessions: dict[bool, PageSession] = {}
    try:
        end = asyncio.get_running_loop().time() + plan.timeout if until is None else until
        async with asyncio.timeout_at(end) as limit:

            def extend(seconds: float) -> None:
                limit.reschedule(max(end, asyncio.get_running_loop().time() + seconds))

            with BrowserErrorBoundary():
                for touch, viewports in classes.items():
                    if viewports:
                        tab = await driver.acquire_tab()
                        page_sessions[touch] = PageSession(page, plan, tab, touch, record)
                        page_sessions[touch].extend = extend
                half = end - plan.timeout / 2
                watches = [
                    CaptureSequence(page_session, classes[touch], len(page_sessions) == 1, seen, half)
                    for touch, page_session in page_sessions.items()
                ]
                parts = await asyncio.gather(*(watch.run() for watch in watches))
        if (refused := refusal(page, record.entry)) is not None:
            raise refused
    except BaseException as error:
        for page_session in page_sessions.values():
            driver.close_in_background(page_session.close())
        if isinstance(error, TimeoutError):
            raise CaptureTimeout(
                f"The review of {page.entry} took more than {plan.timeout:g} s; raise --timeout or reduce the page."
            ) from error
        raise
    snapshot = _build_snapshot(page, plan, page_sessions, record, [view for part in parts for view in part])
    snapshot = replace(snapshot, unswept=any(watch.sweep_cut_short for watch in watches))
    if plan.axe and not snapshot.hung:
        found = await _run_axe(page_sessions[min(page_sessions)], max(plan.viewports, key=lambda v: v.width), end)
        snapshot = replace(snapshot, axe=found, axe_silent=found is None)
    return Capture(snapshot, page_sessions)


async def _run_axe(page_session: PageSession, viewport: Viewport, until: float) -> tuple[Mapping[str, Any], ...] | None:
    """None where it does not answer in half of the time that is left: what was seen without it counts all the same."""
    now = asyncio.get_running_loop().time()
    with contextlib.suppress(TimeoutError), BrowserErrorBoundary():
        async with asyncio.timeout_at(now + (until - now) / 2):
            return await evidence_queries.run_axe(page_session, viewport)
    return None


def _build_snapshot(
    page: Page, plan: CapturePlan, page_sessions: dict[bool, PageSession], record: RequestLog, views: list[View]
) -> Snapshot:
    order = {viewport: index for index, viewport in enumerate(plan.viewports)}
    # The same message of both loads is one, whenever it came.
    messages = dict.fromkeys(
        replace(m, moment=0) for page_session in page_sessions.values() for m in page_session.recorder.messages
    )
    return Snapshot(
        page=page.entry,
        url=resource_access.page_url(page),
        capture="exact" if all(page_session.tab.is_exact for page_session in page_sessions.values()) else "fallback",
        views=tuple(sorted(views, key=lambda view: _view_order(view, order))),
        messages=tuple(messages),
        requests=tuple(sorted(record.requests.values(), key=lambda r: (r.url, r.kind))),
        sources=dict(sorted(record.sources.items())),
        hang=next((page_session.hang for page_session in page_sessions.values() if page_session.hang), None),
        hung=any(page_session.hung for page_session in page_sessions.values()),
        evidence=Evidence(),
    )


def _view_order(view: View, order: dict[Viewport, int]) -> tuple[int, int, int, int]:
    return (view.role != "configured", order.get(view.viewport, 99), view.viewport.width, view.moment)
