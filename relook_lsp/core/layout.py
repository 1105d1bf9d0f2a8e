"""Where the nodes of a document are and how they are styled, at one size and moment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple, cast

from relook_lsp.core.geometry import Rect
from relook_lsp.core.tree import ELEMENT, Tree


class TextRun(NamedTuple):
    """One line box of one text node: ``text`` is what this line shows, ``element`` the node that holds it, ``start`` where
    it begins in the node's laid-out text (UTF-16 units)."""

    element: int
    node: int
    text: str
    rect: Rect
    start: int = 0


class Layout(Tree):
    """The DOM and its boxes. ``properties`` are the computed styles that were asked for, in order."""

    def __init__(self, raw: Mapping[str, Any], properties: tuple[str, ...]) -> None:
        super().__init__(raw)
        document: dict[str, Any] = raw["documents"][0]
        self.raw = raw
        self.properties = properties
        self._layout: dict[str, Any] = document["layout"]
        self._text_boxes: dict[str, Any] = document["textBoxes"]
        self._column = {name: index for index, name in enumerate(properties)}
        self._styles: list[list[int]] = self._layout["styles"]
        self.content_size = (float(document["contentWidth"]), float(document["contentHeight"]))
        """Width and height of what the document scrolls over."""

    @cached_property
    def _row(self) -> dict[int, int]:
        rows: list[int] = self._layout["nodeIndex"]
        return {node: row for row, node in reversed(list(enumerate(rows)))}

    @cached_property
    def elements(self) -> tuple[int, ...]:
        """All elements that have a box, in document order, pseudo-elements left out."""
        types, pseudo, row = self.types, self._pseudo, self._row
        return tuple(n for n in range(len(types)) if types[n] == ELEMENT and n in row and n not in pseudo)

    def has_box(self, node: int) -> bool:
        return node in self._row

    def rect(self, node: int) -> Rect:
        """Border box, transforms included; zero where the node has none."""
        row = self._row.get(node)
        return Rect(0, 0, 0, 0) if row is None else Rect(*self._layout["bounds"][row])

    def _optional_box(self, name: str, node: int) -> Rect:
        row = self._row.get(node)
        values = self._layout.get(name)
        box = values[row] if row is not None and values else ()
        return Rect(*box) if len(box) == 4 else Rect(0, 0, 0, 0)

    def client_box(self, node: int) -> Rect:
        """``clientLeft, clientTop, clientWidth, clientHeight``: padding box inside the border, untransformed."""
        return self._optional_box("clientRects", node)

    def scroll_box(self, node: int) -> Rect:
        """``scrollLeft, scrollTop, scrollWidth, scrollHeight``, untransformed."""
        return self._optional_box("scrollRects", node)

    def paint_order(self, node: int) -> int:
        """Larger is painted later (nearer to the eye); -1 without a box."""
        row = self._row.get(node)
        return -1 if row is None else self._layout["paintOrders"][row]

    def box_and_styles(self, node: int) -> tuple[object, ...]:
        """Box and computed values, to be compared with those of another layout; empty without a box."""
        row = self._row.get(node)
        strings = self._strings
        return () if row is None else (*self._layout["bounds"][row], *map(strings.__getitem__, self._styles[row]))

    def style(self, node: int, name: str) -> str:
        """Computed value of one of ``properties``; empty for a node without a box. Raises KeyError otherwise."""
        column = self._column[name]
        row = self._row.get(node)
        if row is None:
            return ""
        values = self._styles[row]
        return self._strings[values[column]] if column < len(values) else ""

    def style_px(self, node: int, name: str) -> float:
        """Computed length in pixels; 0 where the value is not a length."""
        value = self.style(node, name)
        try:
            return float(value[:-2]) if value.endswith("px") else float(value)
        except ValueError:
            return 0.0

    def nearest_block(self, node: int) -> int:
        """The nearest element, from the node on, that is not laid out within a line; the node where there is none."""
        return next((n for n in (node, *self.ancestors(node)) if self.style(n, "display") != "inline"), node)

    @cached_property
    def text_runs(self) -> tuple[TextRun, ...]:
        """Every line of text that has a box, in document order; blank ones left out."""
        boxes, layout = self._text_boxes, self._layout
        texts: list[int] = layout["text"]
        runs: list[TextRun] = []
        rows, starts = cast("list[int]", boxes["layoutIndex"]), cast("list[int]", boxes["start"])
        rects, lengths = cast("list[list[float]]", boxes["bounds"]), cast("list[int]", boxes["length"])
        for row, bounds, start, length in zip(rows, rects, starts, lengths, strict=True):
            index = texts[row]
            # Offsets are UTF-16 units of the laid-out text.
            whole = self._strings[index] if index >= 0 else ""
            text = whole[start : start + length] if whole.isascii() else _utf16_slice(whole, start, length)
            if text.strip() and bounds[2] > 0 and bounds[3] > 0:
                node = layout["nodeIndex"][row]
                runs.append(TextRun(self.parents[node], node, text, Rect(*bounds), start))
        return tuple(runs)


def _utf16_slice(text: str, start: int, length: int) -> str:
    data = text.encode("utf-16-le", "surrogatepass")
    return data[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
