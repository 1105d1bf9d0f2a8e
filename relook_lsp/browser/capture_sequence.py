"""All views of one device class, in the order in which they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from relook_lsp.browser.clock import Hang
from relook_lsp.browser.page_session import PageSession
from relook_lsp.core.snapshot import View, Viewport

OnView = Callable[[View], object]
"""Is told of every view that rules judge, as soon as nothing joins it any more."""


class CaptureSequence:
    """The moments, then backgrounds, then the widths that are only laid out, then zoom and dark scheme."""

    def __init__(
        self, page_session: PageSession, viewports: tuple[Viewport, ...], only: bool, seen: OnView, until: float
    ) -> None:
        """``only``: there is no other device class, all widths are this one's. ``until``, in time of the event loop, is
        when widths that are only laid out end: what is left is for the rules."""
        self._page_session = page_session
        self._viewports = viewports
        self._only = only
        self._seen = seen
        self._until = until
        self.sweep_cut_short = False
        self._views: list[View] = []
        self._now = 0

    async def run(self) -> list[View]:
        """What was seen, as far as the page did not stop answering."""
        await self._page_session.load(self._viewports[0])
        if self._page_session.hung:
            return []
        try:
            await self._capture_moments()
            await self._capture_sweep()
            await self._capture_special_views()
        except Hang:
            # A timer that never returns: what was seen before it counts.
            await self._page_session.find_hang()
        return self._views

    def _add_view(self, view: View) -> None:
        self._views.append(view)
        self._seen(view)

    async def _capture_moments(self) -> None:
        page_session, last = self._page_session, dict[Viewport, View]()
        for moment in page_session.plan.moments:
            if moment > self._now:
                await page_session.clock.advance(moment - self._now)
                self._now = moment
            page_session.recorder.moment = moment
            last = await self._capture_moment(moment, last)
            self._views += last.values()
        settled = list(last.values())
        if page_session.plan.backgrounds:
            for view, full in zip(settled, await page_session.capture_backgrounds(settled, self._seen), strict=True):
                self._views[self._views.index(view)] = full
        else:
            for view in settled:
                self._seen(view)

    async def _capture_moment(self, moment: int, before: dict[Viewport, View]) -> dict[Viewport, View]:
        """All sizes now, first the one that the window still has: where nothing has changed in it, nothing has in the
        others, and they are not looked at."""
        page_session = self._page_session
        first, *others = sorted(self._viewports, key=lambda size: size != page_session.camera.viewport)
        now = {first: await page_session.capture_view(first, moment, "configured", before.get(first))}
        if before and now[first] == replace(before[first], moment=moment):
            return {size: replace(view, moment=moment) for size, view in before.items()}
        for size in others:
            now[size] = await page_session.capture_view(size, moment, "configured", before.get(size))
        return now

    async def _capture_sweep(self) -> None:
        plan, height = self._page_session.plan, self._viewports[0].height
        for width in plan.sweep:
            if self._only or (width < plan.touch_below) is self._page_session.touch:
                if asyncio.get_running_loop().time() > self._until:
                    self.sweep_cut_short = True
                    return
                viewport = Viewport(width, height, self._page_session.touch)
                self._add_view(await self._page_session.capture_layout(viewport, self._now, "sweep"))

    async def _capture_special_views(self) -> None:
        """The widest window zoomed to 200 % (layout only: a rule that suspects something asks for its picture), and in
        the dark scheme where the page declares one. Of the desktop only."""
        page_session = self._page_session
        if page_session.touch:
            return
        widest = max(self._viewports, key=lambda v: v.width)
        if page_session.plan.zoom:
            # Zooming halves the window in CSS pixels; what the page does with that is the same.
            zoomed = widest._replace(width=widest.width // 2, height=widest.height // 2)
            self._add_view(await page_session.capture_layout(zoomed, self._now, "zoom"))
        if page_session.plan.dark and page_session.declares_dark:
            self._add_view(await page_session.capture_full_view(widest._replace(scheme="dark"), self._now, "dark"))
