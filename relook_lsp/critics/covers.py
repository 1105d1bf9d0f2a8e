"""What lies over something else: solid boxes, and whether one is there to be."""

from __future__ import annotations

import re
from collections.abc import Container

from relook_lsp.core.colour import parse_computed
from relook_lsp.critics.boxes import opaque, turned
from relook_lsp.critics.scene import Scene

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


def solid(scene: Scene) -> list[int]:
    """Boxes that nothing shows through, in document order."""
    layout = scene.layout
    return [n for n in layout.elements if (layout.names[n] in _SOLID or opaque(scene, n)) and scene.shown(n)]


def bars(scene: Scene) -> list[int]:
    """Boxes with a ground that stay in the window, though something shows through: what lies under one on the picture of
    the whole page is scrolled out from there."""
    layout = scene.layout
    grounds = ((n, parse_computed(layout.style(n, "background-color"))) for n in scene.bars)
    return [n for n, ground in grounds if ground is not None and ground.alpha > 0]


def meant(scene: Scene, node: int, cover: int, controls: Container[int]) -> bool:
    """Whether ``cover`` lies over ``node`` on purpose: a window over the page, a drawn form of the same control, a
    slide."""
    layout, view = scene.layout, scene.view.viewport
    if scene.fixed(cover) or turned(scene, cover) or turned(scene, node) or cover in controls:
        return True
    if layout.rect(cover).area >= WINDOW * view.width * view.height or scene.disabled(node):
        return True
    over = [cover, *(a for a in layout.ancestors(cover) if layout.types[a] == 1 and not layout.within(node, a))]
    under = {a for a in layout.ancestors(node) if layout.types[a] == 1}
    for each in over:
        words = f"{layout.attribute(each, 'class') or ''} {layout.attribute(each, 'id') or ''}"
        if layout.names[each] in ("label", "dialog") or _ON_PURPOSE.search(words) or layout.clickable(each):
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
    return any(layout.names[u] == "label" and layout.within(cover, u) for u in under)
