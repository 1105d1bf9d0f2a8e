"""What lies over something else: solid boxes, and whether one is there to be."""

from __future__ import annotations

import re
from collections.abc import Container

from relook_lsp.core.colour import parse_computed_colour
from relook_lsp.critics.box_traits import is_opaque, is_transformed
from relook_lsp.critics.view_context import ViewContext

WINDOW = 0.5
"""Share of the window from which a box is a window, a curtain or a page of its own."""

_ON_PURPOSE = re.compile(
    r"modal|dialog|overlay|backdrop|popup|popover|menu|dropdown|drawer|sidebar|tooltip|toast|banner|cookie|splash|loader"
    r"|loading|preload|lightbox|slide|carousel|card|stack|panel|tab|screen|game|start|intro|cover|curtain",
    re.IGNORECASE,
)
"""Names of things that lie over the page until they are dismissed or moved."""
_ROLES = frozenset(("dialog", "alertdialog", "menu", "listbox", "tooltip", "tabpanel", "alert", "status"))
_SOLID = frozenset(("img", "video", "canvas", "iframe"))


def solid_boxes(context: ViewContext) -> list[int]:
    """Boxes that nothing shows through, in document order."""
    layout = context.layout
    return [n for n in layout.elements if (layout.names[n] in _SOLID or is_opaque(context, n)) and context.is_shown(n)]


def translucent_bars(context: ViewContext) -> list[int]:
    """Boxes with a ground that stay in the window, though something shows through: what lies under one on the picture of
    the whole page is scrolled out from there."""
    layout = context.layout
    grounds = ((n, parse_computed_colour(layout.style(n, "background-color"))) for n in context.window_fixed_elements)
    return [n for n, ground in grounds if ground is not None and ground.alpha > 0]


def is_intended_overlay(context: ViewContext, node: int, cover: int, controls: Container[int]) -> bool:
    """Whether ``cover`` lies over ``node`` on purpose: a window over the page, a drawn form of the same control, a
    slide."""
    layout, view = context.layout, context.view.viewport
    if (
        context.stays_in_window(cover)
        or is_transformed(context, cover)
        or is_transformed(context, node)
        or cover in controls
    ):
        return True
    if layout.rect(cover).area >= WINDOW * view.width * view.height or context.is_disabled(node):
        return True
    over = [cover, *(a for a in layout.ancestors(cover) if layout.types[a] == 1 and not layout.is_within(node, a))]
    under = {a for a in layout.ancestors(node) if layout.types[a] == 1}
    for each in over:
        words = f"{layout.attribute(each, 'class') or ''} {layout.attribute(each, 'id') or ''}"
        if layout.names[each] in ("label", "dialog") or _ON_PURPOSE.search(words) or layout.is_clickable(each):
            return True
        if (layout.attribute(each, "role") or "") in _ROLES or each in controls:
            return True
        # Siblings of one kind in one place take turns.
        if any(
            layout.parents[u] == layout.parents[each]
            and layout.attribute(u, "class") == layout.attribute(each, "class")
            for u in under
        ):
            return True
    return any(layout.names[u] == "label" and layout.is_within(cover, u) for u in under)
