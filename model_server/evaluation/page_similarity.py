"""Similarity of a repaired page to the page before the defect was injected."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from relook_lsp.core.pixels import decode_frame
from relook_lsp.core.snapshot import ELEMENT, Frame, Layout, Snapshot, View

_VISIBLE = 12
"""Sum of channel differences from which a pixel counts as different."""


def pixel_similarity(one: Snapshot, other: Snapshot) -> float:
    """Share of equal pixels (0-1), the mean over the viewports; where one picture is larger, its rest differs."""
    pairs = [(a.frame, b.frame) for a, b in _paired_views(one, other) if a.frame and b.frame]
    return float(np.mean([_equal_pixels(a, b) for a, b in pairs])) if pairs else 0.0


def _equal_pixels(one: Frame, other: Frame) -> float:
    first, second = (decode_frame(frame).astype(np.int16) for frame in (one, other))
    height, width = (min(a, b) for a, b in zip(first.shape[:2], second.shape[:2], strict=True))
    equal = np.abs(first[:height, :width] - second[:height, :width]).sum(axis=2) < _VISIBLE
    return float(equal.sum()) / max(first.shape[0] * first.shape[1], second.shape[0] * second.shape[1])


def has_same_structure(one: Snapshot, other: Snapshot) -> bool:
    """Whether the bodies have the same elements, in the same tree, with the same attributes but ``style``. (A viewport
    meta can only be mended in the head.)"""
    return all(_structure(a) == _structure(b) for a, b in _paired_views(one, other))


def _structure(view: View) -> list[tuple[object, ...]]:
    """Elements in the order of the document; with their depths that is the tree."""
    layout = view.layout
    head = layout.find_first("head")
    return [
        (layout.names[n], len(list(layout.ancestors(n))), *sorted(_attributes(layout, n)))
        for n in range(len(layout))
        if layout.types[n] == ELEMENT
        and layout.pseudo_type(n) is None
        and (head is None or not layout.is_within(n, head))
    ]


def _attributes(layout: Layout, node: int) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in layout.attributes(node).items() if name != "style")


def _paired_views(one: Snapshot, other: Snapshot) -> Iterator[tuple[View, View]]:
    later = {view.viewport: view for view in other.settled_views}
    return ((view, later[view.viewport]) for view in one.settled_views if view.viewport in later)
