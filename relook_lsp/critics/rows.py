"""Siblings that are set out in one row or one column: what alignment and gaps are measured on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from relook_lsp.critics.boxes import bounded, inner, moved, turned
from relook_lsp.critics.scene import Scene

_LEAST = 8.0


def sets(scene: Scene, least: int) -> Iterator[list[int]]:
    """Siblings of one kind (tag and classes) whose edges the eye can see, in document order."""
    layout = scene.layout
    for parent in layout.elements:
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for child in layout.children[parent]:
            if layout.types[child] == 1 and layout.has_box(child) and not layout.pseudo(child):
                kind = layout.names[child], layout.attribute(child, "class") or ""
                groups[kind].append(child)
        for group in groups.values():
            if len(group) >= least and all(_clear(scene, n) for n in group):
                yield group


def _clear(scene: Scene, node: int) -> bool:
    rect = scene.layout.rect(node)
    if min(rect.width, rect.height) < _LEAST or not scene.shown(node) or inner(scene, node):
        return False
    placed = moved(scene, node) and scene.layout.style(node, "position") in ("absolute", "fixed")
    return bounded(scene, node) and not turned(scene, node) and not placed


def column(scene: Scene, nodes: list[int]) -> bool:
    """Whether each box lies wholly below the one before it."""
    rects = [scene.layout.rect(n) for n in nodes]
    return all(after.y >= before.bottom - 0.5 for before, after in pairwise(rects))


def row(scene: Scene, nodes: list[int]) -> bool:
    """Whether each box lies wholly to the right of the one before it, all at one height."""
    rects = [scene.layout.rect(n) for n in nodes]
    level = max(r.y for r in rects) < min(r.bottom for r in rects)
    return level and all(after.x >= before.right - 0.5 for before, after in pairwise(rects))
