"""Frames as arrays, for whoever takes pictures and whoever judges them."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from relook_lsp.core.colour import channel_luminance
from relook_lsp.core.snapshot import Frame

Pixels = NDArray[np.uint8]
"""(height, width, 3) sRGB."""

_LINEAR = np.array([channel_luminance(value) for value in range(256)], dtype=np.float32)

_WEIGHTS = np.array((0.2126, 0.7152, 0.0722), dtype=np.float32)


def decode_frame(frame: Frame) -> Pixels:
    picture = Image.open(io.BytesIO(frame.png))
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))


def pixel_luminance(pixels: Pixels) -> NDArray[np.float32]:
    """Relative luminance (WCAG 2.2) of every pixel."""
    linear = _LINEAR[pixels]
    return linear @ _WEIGHTS
