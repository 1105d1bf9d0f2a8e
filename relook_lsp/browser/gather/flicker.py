"""How the brightness of a place changes within one second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from relook_lsp.core.pixels import decode_frame, pixel_luminance
from relook_lsp.core.snapshot import Flicker, Frame

STEP = 40
"""Virtual milliseconds between two pictures: changes up to twelve times a second are told apart."""

STEPS = 25
"""Pictures: one second. All of them take about one second of real time, two where the whole window is looked at."""

CELL = 32
"""Side in pixels of the squares whose mean luminance is kept."""

SEEK = """(() => {
  globalThis.relookHeld ??= document.getAnimations().map((a) => [a, a.currentTime, a.playState]);
  for (const [a, since] of relookHeld) { a.pause(); a.currentTime = (since ?? 0) + %d; }
})()"""
"""Hold every animation at so many milliseconds after now."""

RESUME = """(() => {
  for (const [a, since, state] of globalThis.relookHeld ?? []) {
    if (since !== null) a.currentTime = since;
    if (state === "running") a.play();
  }
  delete globalThis.relookHeld;
})()"""


def measure_flicker(frames: list[Frame]) -> Flicker:
    """Mean relative luminance of every whole square, picture by picture."""
    seen = [_mean_luminance_by_cell(frame) for frame in frames]
    series = [cells for cells in seen if cells.shape == seen[0].shape]
    return Flicker(STEP, CELL, tuple(tuple(round(float(v), 3) for v in cells.ravel()) for cells in series))


def _mean_luminance_by_cell(frame: Frame) -> NDArray[np.float32]:
    light = pixel_luminance(decode_frame(frame))
    rows, columns = light.shape[0] // CELL, light.shape[1] // CELL
    whole = light[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    means: NDArray[np.float32] = whole.mean(axis=(1, 3))
    return means
