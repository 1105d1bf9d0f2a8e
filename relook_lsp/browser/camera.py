"""The window of one page, and pictures of its document."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

from relook_lsp.browser.cdp import Cdp
from relook_lsp.browser.clock import Hang
from relook_lsp.browser.tab import Tab
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Frame, Layout, Viewport

MAX_HEIGHT = 8000
"""Frames end here (CSS pixels); what lies deeper is not judged on pixels."""

FRAME_BOUND = 10.0
"""Seconds of wall-clock time for one picture."""

_BEGIN_BOUND = 6.0
"""Seconds for a frame without a picture: only what runs in it (``requestAnimationFrame``) takes time."""

_SETTLE = 4
"""Frames without a picture until nothing is drawn any more; a page that draws in every frame is taken as it is."""

_QUIET = 2
"""Frames in a row that draw nothing: one alone may come before a scrolled part far below has been painted."""

_PAUSE = 0.002
"""Seconds until a picture is asked for again, doubled each time: after the size has changed the first frames may hold
none, until the page has been laid out anew."""


class Camera:
    """Sizes and frames of one page. Frames of one browser are made in turn: its display refuses overlapping ones and
    crashes."""

    def __init__(self, tab: Tab, touch: bool) -> None:
        self._cdp: Cdp = tab.cdp
        self._turn = tab.frame_lock
        self._touch = touch
        self._clip: Rect | None = None
        self.viewport: Viewport | None = None
        """The window's size now."""

    async def resize(self, viewport: Viewport, clip: Rect | None = None) -> None:
        """Set the window's size in place. ``clip`` is what pictures show (document coordinates); the page does not
        see it, so a clip that is left from before does no harm."""
        if viewport == self.viewport and clip in (None, self._clip):
            return
        self.viewport, self._clip = viewport, clip
        metrics: dict[str, Any] = {
            "width": viewport.width, "height": viewport.height, "deviceScaleFactor": 1, "mobile": self._touch,
            "screenWidth": viewport.width, "screenHeight": viewport.height,
        }  # fmt: skip
        if clip is not None:
            metrics["viewport"] = {"x": clip.x, "y": clip.y, "width": clip.width, "height": clip.height, "scale": 1}
        await self._cdp.send("Emulation.setDeviceMetricsOverride", metrics)

    async def take_frame(self, layout: Layout, viewport: Viewport, clip: Rect | None = None) -> Frame:
        """A picture of the whole document (down to ``MAX_HEIGHT``), or of ``clip`` (whole pixels). Raises ``Hang``."""
        width, height = layout.content_size
        # A runaway width (a 99999px box) would be a picture of gigabytes.
        right = min(max(width, viewport.width), 4 * viewport.width)
        clip = clip or Rect(0, 0, int(right), int(min(max(height, viewport.height), MAX_HEIGHT)))
        try:
            async with asyncio.timeout(FRAME_BOUND):
                if self._turn is None:
                    return Frame(await self._screenshot_in_real_time(clip), int(clip.x), int(clip.y))
                await self.resize(viewport, clip)
                return Frame(await self._screenshot_in_virtual_time(self._turn), int(clip.x), int(clip.y))
        except TimeoutError as error:
            raise Hang from error

    async def draw_frame(self) -> None:
        """A frame without a picture, where frames are made on command. Raises ``Hang``."""
        if self._turn is not None:
            await self._draw_without_picture(self._turn)

    async def draw_until_still(self) -> None:
        """Frames until one draws nothing new: a chart that follows the window needs several. Raises ``Hang``."""
        if self._turn is not None:
            await self._draw_until_still(self._turn, 1)

    async def _draw_until_still(self, turn: asyncio.Lock, frames: int) -> None:
        """Frames without a picture until so many in a row draw nothing new. Raises ``Hang``."""
        quiet = 0
        for _ in range(_SETTLE):
            quiet = 0 if await self._draw_without_picture(turn) else quiet + 1
            if quiet == frames:
                return

    async def _draw_without_picture(self, turn: asyncio.Lock) -> bool:
        """Make a frame without a picture; whether it drew anything new. Raises ``Hang``."""
        try:
            return (await self._begin_frame(turn, {}, _BEGIN_BOUND))["hasDamage"]
        except TimeoutError as error:
            raise Hang from error

    async def _begin_frame(self, turn: asyncio.Lock, wanted: Mapping[str, Any], bound: float) -> dict[str, Any]:
        """One frame. The turn is kept until the browser has answered, even where whoever asked was cancelled meanwhile.
        Raises ``TimeoutError`` after ``bound`` seconds.

        Not at the page's own virtual time, which would hold animations still: the browser drops (and never answers) a
        frame that is not later than the last one of any other page.
        """

        async def ask() -> dict[str, Any]:
            async with turn, asyncio.timeout(bound):
                return await self._cdp.send("HeadlessExperimental.beginFrame", wanted)

        asked = asyncio.ensure_future(ask())
        asked.add_done_callback(lambda one: one.cancelled() or one.exception())
        return await asyncio.shield(asked)

    async def _screenshot_in_virtual_time(self, turn: asyncio.Lock) -> bytes:
        """A PNG of what the metrics override makes visible (its ``viewport`` member), in exact mode. Time does not move.
        Under load a tile outside the window may be painted a frame late: the picture is taken once a frame draws
        nothing new. Such a frame costs a millisecond, a picture some thirty for a million pixels.

        The browser is started so that it does not clip the document to its window (``switches``): what lies below the
        fold is painted too, while the page sees a window of the same size as before.
        """
        await self._draw_until_still(turn, _QUIET)
        shot = {"screenshot": {"format": "png", "optimizeForSpeed": True}}
        pause = _PAUSE
        while not (reply := await self._begin_frame(turn, shot, FRAME_BOUND)).get("screenshotData"):
            await asyncio.sleep(pause)
            pause *= 2
        return base64.b64decode(reply["screenshotData"])

    async def _screenshot_in_real_time(self, clip: Rect) -> bytes:
        """A PNG of ``clip`` (document coordinates) from a browser that makes frames by itself (real time)."""
        request = {
            "format": "png",
            "optimizeForSpeed": True,
            "captureBeyondViewport": True,
            "clip": {"x": clip.x, "y": clip.y, "width": clip.width, "height": clip.height, "scale": 1},
        }
        return base64.b64decode((await self._cdp.send("Page.captureScreenshot", request))["data"])
