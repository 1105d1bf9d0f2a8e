"""One view as critics see it: the layout and the picture, and what several critics derive from them, once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Paint, Snapshot, TextRun, View
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.view_pixels import ViewPixels

_CONTROLS = frozenset(("button", "select", "textarea", "summary"))
_STAYS = frozenset(("fixed", "sticky"))
"""Values of ``position`` with which an element stays in the window while the page scrolls."""

_CAN_BE_OFF = frozenset(("button", "input", "select", "textarea", "fieldset", "option", "optgroup"))
_ROLES = frozenset(
    ("button", "link", "checkbox", "radio", "switch", "tab", "menuitem", "menuitemcheckbox", "menuitemradio", "option",
     "slider", "spinbutton", "combobox", "textbox", "searchbox", "treeitem")
)  # fmt: skip


class SnapshotNotReady(Exception):
    """Only one view is known so far, and a rule asks about the whole page."""


class ViewContext:
    """Everything a rule may ask about one view."""

    def __init__(self, snapshot: Snapshot | None, view: View, options: CriticOptions) -> None:
        self._snapshot = snapshot
        self.view = view
        self.layout = view.layout
        self.options = options

    @property
    def snapshot(self) -> Snapshot:
        """The whole page. Raises ``NotYetSeen``."""
        if self._snapshot is None:
            raise SnapshotNotReady
        return self._snapshot

    def attach_snapshot(self, snapshot: Snapshot) -> None:
        """The whole page is known now, or more of it than before."""
        self._snapshot = snapshot

    def threshold(self, rule: Rule, name: str) -> float:
        return rule.thresholds[name]

    @cached_property
    def pixels(self) -> ViewPixels | None:
        """None in the layout-only views of the width sweep."""
        return None if self.view.frame is None else ViewPixels(self.view.frame, self.view.background)

    @property
    def width(self) -> int:
        return self.view.viewport.width

    @cached_property
    def layout_width(self) -> float:
        """Width of the layout viewport: larger than the window where a phone page has no viewport meta."""
        root = self.layout.find_first("html")
        client = self.layout.client_box(root).width if root is not None else 0.0
        return client or float(self.width)

    def paint_evidence(self, node: int) -> Paint | None:
        """What hiding the node changes, where it was asked for (``NeedPaint``)."""
        return self.snapshot.evidence.paints.get((self.view.id, self.layout.key(node)))

    # -- visibility

    @cached_property
    def _shown_cache(self) -> dict[int, bool]:
        return {}

    def is_shown(self, node: int) -> bool:
        """Whether the node has a box that is painted at all: not hidden, not transparent, not of zero size."""
        known = self._shown_cache.get(node)
        if known is None:
            known = self._shown_cache[node] = self._compute_shown(node)
        return known

    def _compute_shown(self, node: int) -> bool:
        layout = self.layout
        if not layout.has_box(node) or layout.style(node, "visibility") not in ("visible", ""):
            return False
        return self.total_opacity(node) > 0.05

    @cached_property
    def _opacity_cache(self) -> dict[int, float]:
        return {-1: 1.0}

    def total_opacity(self, node: int) -> float:
        """Product of the opacities of the node and everything above it."""
        chain: list[int] = []
        at = node
        while at not in self._opacity_cache:
            chain.append(at)
            at = self.layout.parents[at]
        value = self._opacity_cache[at]
        for each in reversed(chain):
            own = self.layout.style(each, "opacity") if self.layout.types[each] == 1 else ""
            value *= float(own) if own else 1.0
            self._opacity_cache[each] = value
        return value

    # -- clipping

    def containing_element(self, node: int) -> int:
        """The element whose box clips and positions this one: the parent, or for absolute and fixed boxes the
        nearest positioned (transformed) ancestor; -1 for the viewport."""
        layout = self.layout
        position = layout.style(node, "position")
        for ancestor in layout.ancestors(node):
            if layout.types[ancestor] != 1 or not layout.has_box(ancestor):
                continue
            moved = layout.style(ancestor, "transform") != "none" or layout.style(ancestor, "filter") != "none"
            if position == "fixed" and not moved:
                continue
            if position == "absolute" and layout.style(ancestor, "position") == "static" and not moved:
                continue
            return ancestor
        return -1

    @cached_property
    def _clip_cache(self) -> dict[int, Rect | None]:
        return {-1: None}

    def clip_rect(self, node: int) -> Rect | None:
        """The part of the document in which the node can show (its ancestors' overflow); None: everywhere.
        What the document or a scroll container lets one scroll to is not cut off."""
        if node not in self._clip_cache:
            above = self.containing_element(node)
            outer = self.clip_rect(above)
            layout = self.layout
            if above >= 0 and layout.names[above] not in ("html", "body"):
                x, y = (layout.style(above, f"overflow-{axis}") for axis in "xy")
                if x != "visible" or y != "visible":
                    box = self.padding_box(above)
                    everything = Rect(-1e6, -1e6, 2e6, 2e6)
                    left, width = (box.x, box.width) if x != "visible" else (everything.x, everything.width)
                    top, height = (box.y, box.height) if y != "visible" else (everything.y, everything.height)
                    box = Rect(left, top, width, height)
                    outer = box if outer is None else outer.intersect(box)
            self._clip_cache[node] = outer
        return self._clip_cache[node]

    @cached_property
    def common_ancestor_boxes(self) -> dict[int, Rect]:
        """Element -> the common part of its ancestors' boxes: what lies within it pokes out of none of them."""
        layout, everything = self.layout, Rect(-1e6, -1e6, 2e6, 2e6)
        found: dict[int, Rect] = {}
        for node in layout.elements:  # parents come before their children
            above = layout.parents[node]
            while above >= 0 and above not in found:
                above = layout.parents[above]
            found[node] = found[above].intersect(layout.rect(above)) if above >= 0 else everything
        return found

    def padding_box(self, node: int) -> Rect:
        """Border box without the borders."""
        rect, layout = self.layout.rect(node), self.layout
        top, right, bottom, left = (
            layout.style_px(node, f"border-{side}-width") for side in ("top", "right", "bottom", "left")
        )
        return Rect(
            rect.x + left, rect.y + top, max(0.0, rect.width - left - right), max(0.0, rect.height - top - bottom)
        )

    def content_box(self, node: int) -> Rect:
        box, layout = self.padding_box(node), self.layout
        top, right, bottom, left = (
            layout.style_px(node, f"padding-{side}") for side in ("top", "right", "bottom", "left")
        )
        return Rect(box.x + left, box.y + top, max(0.0, box.width - left - right), max(0.0, box.height - top - bottom))

    def visible_rect(self, node: int) -> Rect:
        """The part of the node's box that its ancestors do not cut off."""
        rect, clip = self.layout.rect(node), self.clip_rect(node)
        return rect if clip is None else rect.intersect(clip)

    def nearest_scroller(self, node: int, axis: str = "x") -> int | None:
        """The nearest ancestor (inside html/body) in which the user scrolls along the axis."""
        at = node
        while (at := self.containing_element(at)) >= 0:
            if self.layout.names[at] in ("html", "body"):
                continue
            if self.layout.style(at, f"overflow-{axis}") in ("auto", "scroll"):
                return at
        return None

    def is_on_page(self, rect: Rect) -> bool:
        """Whether any of the rectangle can be scrolled to."""
        width, height = self.layout.content_size
        return rect.right > 0 and rect.bottom > 0 and rect.x < max(width, self.width) and rect.y < max(height, 1)

    def stays_in_window(self, node: int) -> bool:
        """Whether the node stays in the window while the page scrolls (itself or something above it)."""
        layout = self.layout
        return any(
            layout.types[n] == 1 and layout.style(n, "position") in _STAYS for n in (node, *layout.ancestors(node))
        )

    @cached_property
    def window_fixed_elements(self) -> tuple[int, ...]:
        """Shown elements that stay in the window themselves, in document order."""
        layout = self.layout
        return tuple(n for n in layout.elements if layout.style(n, "position") in _STAYS and self.is_shown(n))

    # -- text and controls

    @cached_property
    def visible_text_runs(self) -> tuple[TextRun, ...]:
        """Lines of text a user can see: shown, on the page, and not cut off entirely."""
        found: list[TextRun] = []
        for run in self.layout.text_runs:
            if not self.is_shown(run.element):
                continue
            clip = self.text_clip_rect(run.element)
            rect = run.rect if clip is None else run.rect.intersect(clip)
            if rect.width >= 1 and rect.height >= 1 and self.is_on_page(rect):
                found.append(run)
        return tuple(found)

    def text_clip_rect(self, element: int) -> Rect | None:
        """Like ``clip``, for what is inside the element."""
        layout = self.layout
        outer = self.clip_rect(element)
        x, y = (layout.style(element, f"overflow-{axis}") for axis in "xy")
        if layout.names[element] in ("html", "body") or (x in ("visible", "") and y in ("visible", "")):
            return outer
        box = self.padding_box(element)
        return box if outer is None else outer.intersect(box)

    def controls(self) -> Iterator[int]:
        """Elements a user can operate: links, form controls, and what has a widget role; in document order."""
        for node in self.layout.elements:
            if self.is_control(node) and self.is_shown(node):
                yield node

    def is_control(self, node: int) -> bool:
        layout, name = self.layout, self.layout.names[node]
        if name in _CONTROLS:
            return True
        if name == "a":
            return layout.attribute(node, "href") is not None
        if name == "input":
            return layout.attribute(node, "type") != "hidden"
        return (layout.attribute(node, "role") or "") in _ROLES

    def is_disabled(self, node: int) -> bool:
        """Whether the node belongs to a control that is switched off (WCAG "inactive component")."""
        return self._disabled_nodes[node]

    @cached_property
    def _disabled_nodes(self) -> list[bool]:
        found: list[bool] = []
        for node, parent in enumerate(self.layout.parents):  # parents come before their children
            above = parent >= 0 and found[parent]
            found.append(above or (self.layout.types[node] == 1 and self._declares_disabled(node)))
        return found

    def _declares_disabled(self, node: int) -> bool:
        layout = self.layout
        if layout.attribute(node, "aria-disabled") == "true" or layout.attribute(node, "inert") is not None:
            return True
        return layout.names[node] in _CAN_BE_OFF and layout.attribute(node, "disabled") is not None
