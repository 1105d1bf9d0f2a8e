"""Pictures of the whole document."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from relook_lsp.browser.cdp import Cdp
from relook_lsp.browser.clock import Hang
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Frame, Paint

MAX_HEIGHT = 8000
"""Frames end here (CSS pixels); what lies deeper is not judged on pixels."""

FRAME_BOUND = 10.0
"""Seconds of wall-clock time for one picture."""

_BEGIN_BOUND = 6.0
"""Seconds for a frame without a picture: only what runs in it (``requestAnimationFrame``) takes time."""

_SHOTS = 3
"""Pictures taken at most until two agree."""

_TRIES = 8
"""Frames asked for after the size of the picture has changed; the first one only applies the size."""


async def begin(cdp: Cdp, turn: asyncio.Lock) -> None:
    """Make one frame. Raises ``Hang``."""
    try:
        await _frame(cdp, turn, {}, _BEGIN_BOUND)
    except TimeoutError as error:
        raise Hang from error


async def _frame(cdp: Cdp, turn: asyncio.Lock, wanted: Mapping[str, Any], bound: float | None = None) -> dict[str, Any]:
    """Frames of one browser are made in turn: its display refuses overlapping ones and crashes. So the turn is kept until
    the browser has answered, even where whoever asked was cancelled meanwhile. Raises ``TimeoutError`` after ``bound``
    seconds."""

    async def ask() -> dict[str, Any]:
        async with turn, asyncio.timeout(bound):
            return await cdp.send("HeadlessExperimental.beginFrame", wanted)

    asked = asyncio.ensure_future(ask())
    asked.add_done_callback(lambda one: one.cancelled() or one.exception())
    return await asyncio.shield(asked)


async def expose(cdp: Cdp, turn: asyncio.Lock) -> bytes:
    """A PNG of what the metrics override makes visible (its ``viewport`` member), in exact mode. Time does not move.
    Under load a tile outside the window may be painted a frame late: two frames in a row must agree.

    The browser is started so that it does not clip the document to its window (``driver``): what lies below the
    fold is painted too, while the page sees a window of the same size as before.
    """
    last, shots = "", 0
    for _ in range(_TRIES):
        reply = await _frame(cdp, turn, {"screenshot": {"format": "png", "optimizeForSpeed": True}})
        data: str = reply.get("screenshotData", "")
        if data and data == last:
            break
        last, shots = data or last, shots + bool(data)
        if shots == _SHOTS:  # an animation that moves with every frame
            break
    if not last:
        raise Hang
    return base64.b64decode(last)


async def snap(cdp: Cdp, clip: Rect) -> bytes:
    """A PNG of ``clip`` (document coordinates) from a browser that makes frames by itself (real time)."""
    request = {
        "format": "png",
        "optimizeForSpeed": True,
        "captureBeyondViewport": True,
        "clip": {"x": clip.x, "y": clip.y, "width": clip.width, "height": clip.height, "scale": 1},
    }
    return base64.b64decode((await cdp.send("Page.captureScreenshot", request))["data"])


_VISIBLE = 12
"""Sum of channel differences from which a change of a pixel counts."""


def difference(one: Frame, other: Frame, clip: Rect) -> Paint:
    """Pixels in which two pictures of the same clip differ."""
    first, second = (
        np.asarray(Image.open(io.BytesIO(frame.png)).convert("RGB"), dtype=np.int16) for frame in (one, other)
    )
    if first.shape != second.shape:
        return Paint(int(clip.area), clip)
    rows, columns = np.nonzero(np.abs(first - second).sum(axis=2) >= _VISIBLE)
    if rows.size == 0:
        return Paint(0, Rect(0, 0, 0, 0))
    left, top, right, bottom = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    return Paint(int(rows.size), Rect(clip.x + left, clip.y + top, right - left, bottom - top))
