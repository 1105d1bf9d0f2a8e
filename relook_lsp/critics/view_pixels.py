"""Arithmetic on frames, as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from relook_lsp.core.geometry import Rect
from relook_lsp.core.pixels import Pixels, decode_frame
from relook_lsp.core.snapshot import Frame

INK = 24
"""Sum of channel differences from which a pixel shows ink; below it lies the noise of compression and dithering."""


def contrast_ratios(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """WCAG contrast ratio of two luminance arrays, element by element."""
    ratio: NDArray[np.float32] = (np.maximum(one, other) + np.float32(0.05)) / (
        np.minimum(one, other) + np.float32(0.05)
    )
    return ratio


def grouped_quantiles(
    values: NDArray[np.float32], group: NDArray[np.intp], counts: NDArray[np.intp], share: float
) -> NDArray[np.float64]:
    """The quantile of each group's values, interpolated between neighbours; anything for an empty group. ``group`` is
    the group (from 0) of every value, ``counts`` the size of every group."""
    ordered = values[np.lexsort((values, group))]
    place = np.cumsum(counts) - counts + share * np.maximum(counts - 1, 0)
    low = np.minimum(place.astype(np.intp), len(ordered) - 1)
    high = np.minimum(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True)
class ViewPixels:
    """Frame and background of one view; rectangles outside the frame are cut off."""

    frame: Frame
    behind: Frame | None

    @cached_property
    def shown(self) -> Pixels:
        return decode_frame(self.frame)

    @cached_property
    def background(self) -> Pixels | None:
        if self.behind is None:
            return None
        pixels = decode_frame(self.behind)
        return pixels if pixels.shape == self.shown.shape else None

    @cached_property
    def _ink_mask(self) -> NDArray[np.bool_] | None:
        if self.background is None:
            return None
        # Sums along an axis of three are slow, and wider integers cost memory traffic.
        apart = np.maximum(self.shown, self.background) - np.minimum(self.shown, self.background)
        return apart[..., 0].astype(np.uint16) + apart[..., 1] + apart[..., 2] >= INK

    def pixel_window(self, rect: Rect) -> tuple[slice, slice]:
        """Rows and columns of a rectangle (document coordinates)."""
        height, width = self.shown.shape[:2]
        rows, columns = (math.floor(rect.y), math.ceil(rect.bottom)), (math.floor(rect.x), math.ceil(rect.right))
        top, bottom = (min(max(value - self.frame.top, 0), height) for value in rows)
        left, right = (min(max(value - self.frame.left, 0), width) for value in columns)
        return slice(top, max(top, bottom)), slice(left, max(left, right))

    def is_inside_frame(self, rect: Rect) -> bool:
        """Whether the whole rectangle is on the picture."""
        height, width = self.shown.shape[:2]
        left, top = self.frame.left, self.frame.top
        return rect.x >= left and rect.y >= top and rect.right <= left + width and rect.bottom <= top + height

    def text_ink(self, rect: Rect) -> NDArray[np.bool_] | None:
        """Where text paints inside the rectangle; None without a background picture."""
        return None if self._ink_mask is None else self._ink_mask[self.pixel_window(rect)]

    def crop(self, rect: Rect) -> Pixels:
        return self.shown[self.pixel_window(rect)]
