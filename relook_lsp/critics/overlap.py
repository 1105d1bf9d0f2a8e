"""Which of many boxes lie over each other: a page may have ten thousand lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from relook_lsp.core.geometry import Rect

_CHUNK = 128
"""Boxes that are compared with all others at once."""


def overlapping_pairs(boxes: Sequence[Rect], owners: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of indices whose boxes have an area in common and are not of the same owner, each once; by the tops of the
    boxes."""
    if not boxes:
        return
    box = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    order = np.argsort(box[:, 1], kind="stable")
    left, top, width, height = box[order].T
    owner = np.array(owners)[order]
    index: list[int] = order.tolist()
    right, bottom = left + width, top + height
    for start in range(0, len(order), _CHUNK):
        rows = slice(start, start + _CHUNK)
        # What begins below all of these overlaps none of them.
        columns = slice(start, int(np.searchsorted(top, float(np.max(bottom[rows])))))
        across = np.minimum(right[rows, None], right[columns]) > np.maximum(left[rows, None], left[columns])
        down = np.minimum(bottom[rows, None], bottom[columns]) > np.maximum(top[rows, None], top[columns])
        apart = owner[rows, None] != owner[columns]
        pairs: list[list[int]] = np.argwhere(np.triu(across & down & apart, 1)).tolist()
        yield from ((index[start + one], index[start + two]) for one, two in pairs)
