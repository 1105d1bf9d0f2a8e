"""What a click on a page meets, by paint order."""

from __future__ import annotations

import numpy as np

from relook_lsp.core.geometry import Rect
from relook_lsp.critics.view_context import ViewContext


class HitTester:
    """The boxes of a view that answer to the pointer, read once for all that asks."""

    def __init__(self, context: ViewContext) -> None:
        layout = context.layout
        self._layout = layout
        self._nodes = [
            n for n in layout.elements if layout.style(n, "pointer-events") != "none" and context.is_shown(n)
        ]
        boxes = [context.visible_rect(n) for n in self._nodes]
        self._edges = np.array([(b.x, b.y, b.right, b.bottom) for b in boxes], dtype=np.float64).reshape(-1, 4).T
        self._orders = np.array([layout.paint_order(n) for n in self._nodes])

    def hits_node(self, node: int, rect: Rect) -> bool:
        """Whether a click on the centre of ``rect`` reaches the node, or what is inside or around it."""
        layout = self._layout
        if layout.style(node, "pointer-events") == "none":
            return False
        x, y = rect.centre
        left, top, right, bottom = self._edges
        later = self._orders > layout.paint_order(node)
        over = np.flatnonzero(later & (left <= x) & (x < right) & (top <= y) & (y < bottom))
        others = (self._nodes[index] for index in over.tolist())
        return all(layout.is_within(other, node) or layout.is_within(node, other) for other in others)
