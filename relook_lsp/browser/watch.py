"""All views of one device class, in the order in which they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from relook_lsp.browser.clock import Hang
from relook_lsp.browser.look import Look
from relook_lsp.core.snapshot import View, Viewport

Seen = Callable[[View], object]
"""Is told of every view that rules judge, as soon as nothing joins it any more."""


class Watch:
    """The moments, then backgrounds, then the widths that are only laid out, then zoom and dark scheme."""

    def __init__(self, look: Look, viewports: tuple[Viewport, ...], only: bool, seen: Seen, until: float) -> None:
        """``only``: there is no other device class, all widths are this one's. ``until``, in time of the event loop, is
        when widths that are only laid out end: what is left is for the rules."""
        self._look = look
        self._viewports = viewports
        self._only = only
        self._seen = seen
        self._until = until
        self.unswept = False
        self._views: list[View] = []
        self._now = 0

    async def run(self) -> list[View]:
        """What was seen, as far as the page did not stop answering."""
        await self._look.open(self._viewports[0])
        if self._look.hung:
            return []
        try:
            await self._moments()
            await self._sweep()
            await self._special()
        except Hang:
            # A timer that never returns: what was seen before it counts.
            await self._look.find_hang()
        return self._views

    def _add(self, view: View) -> None:
        self._views.append(view)
        self._seen(view)

    async def _moments(self) -> None:
        look, last = self._look, dict[Viewport, View]()
        for moment in look.plan.moments:
            if moment > self._now:
                await look.clock.advance(moment - self._now)
                self._now = moment
            look.recorder.moment = moment
            last = await self._moment(moment, last)
            self._views += last.values()
        settled = list(last.values())
        if look.plan.backgrounds:
            for view, full in zip(settled, await look.without_text(settled, self._seen), strict=True):
                self._views[self._views.index(view)] = full
        else:
            for view in settled:
                self._seen(view)

    async def _moment(self, moment: int, before: dict[Viewport, View]) -> dict[Viewport, View]:
        """All sizes now, first the one that the window still has: where nothing has changed in it, nothing has in the
        others, and they are not looked at."""
        look = self._look
        first, *others = sorted(self._viewports, key=lambda size: size != look.camera.viewport)
        now = {first: await look.view(first, moment, "configured", before.get(first))}
        if before and now[first] == replace(before[first], moment=moment):
            return {size: replace(view, moment=moment) for size, view in before.items()}
        for size in others:
            now[size] = await look.view(size, moment, "configured", before.get(size))
        return now

    async def _sweep(self) -> None:
        plan, height = self._look.plan, self._viewports[0].height
        for width in plan.sweep:
            if self._only or (width < plan.touch_below) is self._look.touch:
                if asyncio.get_running_loop().time() > self._until:
                    self.unswept = True
                    return
                viewport = Viewport(width, height, self._look.touch)
                self._add(await self._look.bare(viewport, self._now, "sweep"))

    async def _special(self) -> None:
        """The widest window zoomed to 200 % (layout only: a rule that suspects something asks for its picture), and in
        the dark scheme where the page declares one. Of the desktop only."""
        look = self._look
        if look.touch:
            return
        widest = max(self._viewports, key=lambda v: v.width)
        if look.plan.zoom:
            # Zooming halves the window in CSS pixels; what the page does with that is the same.
            zoomed = widest._replace(width=widest.width // 2, height=widest.height // 2)
            self._add(await look.bare(zoomed, self._now, "zoom"))
        if look.plan.dark and look.declares_dark:
            self._add(await look.full(widest._replace(scheme="dark"), self._now, "dark"))
