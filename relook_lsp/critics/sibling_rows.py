"""Siblings that are set out in one row or one column: what alignment and gaps are measured on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from relook_lsp.critics.box_traits import (
    has_visible_box,
    is_inside_replaced_content,
    is_out_of_normal_place,
    is_transformed,
)
from relook_lsp.critics.view_context import ViewContext

_LEAST = 8.0


def sibling_sets(context: ViewContext, least: int) -> Iterator[list[int]]:
    """Siblings of one kind (tag and classes) whose edges the eye can see, in document order."""
    layout = context.layout
    for parent in layout.elements:
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for child in layout.children[parent]:
            if layout.types[child] == 1 and layout.has_box(child) and not layout.pseudo_type(child):
                kind = layout.names[child], layout.attribute(child, "class") or ""
                groups[kind].append(child)
        for group in groups.values():
            if len(group) >= least and all(_has_clear_edges(context, n) for n in group):
                yield group


def _has_clear_edges(context: ViewContext, node: int) -> bool:
    rect = context.layout.rect(node)
    if min(rect.width, rect.height) < _LEAST or not context.is_shown(node) or is_inside_replaced_content(context, node):
        return False
    placed = is_out_of_normal_place(context, node) and context.layout.style(node, "position") in ("absolute", "fixed")
    return has_visible_box(context, node) and not is_transformed(context, node) and not placed


def is_column(context: ViewContext, nodes: list[int]) -> bool:
    """Whether each box lies wholly below the one before it."""
    rects = [context.layout.rect(n) for n in nodes]
    return all(after.y >= before.bottom - 0.5 for before, after in pairwise(rects))


def is_row(context: ViewContext, nodes: list[int]) -> bool:
    """Whether each box lies wholly to the right of the one before it, all at one height."""
    rects = [context.layout.rect(n) for n in nodes]
    level = max(r.y for r in rects) < min(r.bottom for r in rects)
    return level and all(after.x >= before.right - 0.5 for before, after in pairwise(rects))
