"""What moved between two moments although nobody did anything."""

from __future__ import annotations

from dataclasses import dataclass

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout, View

_STILL = ("html", "body", "head")
_LEAST = 3.0
"""Pixels that count as a move (Layout Instability, 2.2: smaller ones are not noticed)."""


@dataclass(frozen=True)
class LayoutShift:
    """``moved`` are nodes of the later layout, outermost only; ``pusher`` is what came or grew before them."""

    score: float
    distance: float
    moved: tuple[int, ...]
    pusher: int | None
    box: Rect


def measure_shift(before: View, after: View) -> LayoutShift | None:
    """The layout shift between two moments of one viewport, scored as Cumulative Layout Shift does: impact (share of
    the window) times distance (share of its larger side). None where nothing in the flow moved."""
    old, new = before.layout, after.layout
    if old is new:
        return None
    window = Rect(0, 0, before.viewport.width, before.viewport.height)
    free: dict[int, bool] = {}
    moved: list[int] = []
    shifted: set[int] = set()
    distance = 0.0
    area = Rect(0, 0, 0, 0)
    for node in new.elements:
        parent = new.parents[node]
        out = free[node] = free.get(parent, False) or _is_out_of_flow(new, node)
        was = old.nodes_by_key.get(new.key(node))
        if out or was is None or new.names[node] in _STILL or not old.has_box(was) or _is_unseen(new, node):
            continue
        one, two = old.rect(was), new.rect(node)
        if not one.area or not two.area:
            continue
        by = max(abs(one.x - two.x), abs(one.y - two.y))
        if by < _LEAST or new.style(node, "position") == "sticky":
            continue
        if parent in shifted:
            shifted.add(node)
            continue
        seen = one.intersect(window)
        if seen.area:
            shifted.add(node)
            moved.append(node)
            distance = max(distance, by)
            for part in (seen, two.intersect(window)):
                area = area.union(part) if area.area and part.area else part if part.area else area
    if not moved:
        return None
    score = area.intersect(window).area / window.area * min(1.0, distance / max(window.width, window.height))
    return LayoutShift(score, distance, tuple(moved), _find_pusher(old, new, moved), area)


def _is_out_of_flow(layout: Layout, node: int) -> bool:
    """What is placed or animated by itself does not push, and moves because it is meant to."""
    return (
        layout.style(node, "position") in ("absolute", "fixed")
        or layout.style(node, "transform") not in ("none", "")
        or layout.style(node, "animation-name") not in ("none", "")
        or layout.names[node] in ("svg", "canvas", "marquee")
    )


def _is_unseen(layout: Layout, node: int) -> bool:
    return layout.style(node, "visibility") != "visible" or layout.style(node, "opacity") == "0"


def _find_pusher(old: Layout, new: Layout, moved: list[int]) -> int | None:
    """The innermost element that came or changed its height, in the flow and before the first that moved."""
    first = moved[0]
    found: int | None = None
    for node in new.elements:
        if node >= first:
            break
        if new.is_within(first, node) or _is_out_of_flow(new, node):
            continue
        was = old.nodes_by_key.get(new.key(node))
        height = old.rect(was).height if was is not None and old.has_box(was) else 0.0
        if abs(new.rect(node).height - height) >= _LEAST:
            if was is None or not old.has_box(was):
                # All of it is new: the outermost new element is what was put in.
                return node
            found = node
    return found
