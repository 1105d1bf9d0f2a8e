"""What changed from one picture to another."""

from __future__ import annotations

import numpy as np

from relook_lsp.core.geometry import Rect
from relook_lsp.core.pixels import decode_frame
from relook_lsp.core.snapshot import Frame, Paint

_VISIBLE = 12
"""Sum of channel differences from which a change of a pixel counts."""


def frame_difference(one: Frame, other: Frame, clip: Rect) -> Paint:
    """Pixels in which two pictures of the same clip differ."""
    first, second = (decode_frame(frame).astype(np.int16) for frame in (one, other))
    if first.shape != second.shape:
        return Paint(int(clip.area), clip)
    rows, columns = np.nonzero(np.abs(first - second).sum(axis=2) >= _VISIBLE)
    if rows.size == 0:
        return Paint(0, Rect(0, 0, 0, 0))
    left, top, right, bottom = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
    return Paint(int(rows.size), Rect(clip.x + left, clip.y + top, right - left, bottom - top))
