"""Pictures of the whole document."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io

import numpy as np
from PIL import Image

from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.browser.clock import Hang
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Frame, Paint

MAX_HEIGHT = 8000
"""Frames end here (CSS pixels); what lies deeper is not judged on pixels."""

_PUMPS = 12


async def begin(cdp: Cdp, turn: asyncio.Lock) -> None:
    """Make one frame. Frames of one browser are made in turn: its display refuses overlapping ones and crashes."""
    async with turn:
        await cdp.send("HeadlessExperimental.beginFrame", {})


async def take(cdp: Cdp, clip: Rect, turn: asyncio.Lock | None, bound: float = 8.0) -> Frame:
    """A PNG of ``clip`` (document coordinates), beyond the viewport too; layout does not change.

    With frame control (``turn`` is the browser's frame lock) nothing is painted by itself: the request is sent
    first and frames are then made until it is answered. Raises ``Hang`` where the browser does not answer within ``bound`` seconds.
    """
    request = {
        "format": "png",
        "optimizeForSpeed": True,
        "captureBeyondViewport": True,
        "fromSurface": True,
        "clip": {"x": clip.x, "y": clip.y, "width": max(1, clip.width), "height": max(1, clip.height), "scale": 1},
    }
    shot = asyncio.ensure_future(cdp.send("Page.captureScreenshot", request))
    try:
        async with asyncio.timeout(bound):
            if turn is not None:
                for _ in range(_PUMPS):
                    await begin(cdp, turn)
                    if shot.done():
                        break
            reply = await shot
    except TimeoutError as error:
        raise Hang from error
    finally:
        if not shot.done():
            shot.cancel()
            with contextlib.suppress(asyncio.CancelledError, CdpError):
                await shot
    return Frame(base64.b64decode(reply["data"]))


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
