"""Why something reaches too far to the right: the declaration that sets the width, not a box that merely follows.

A box that is too wide has usually been pushed by something inside it, and pushes others on its way. What sets the
width is what needs more room than the window leaves for it *by itself*: a fixed width, a line that may not break,
a picture of its natural size, a row whose items do not wrap, tracks of a grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from relook_lsp.core.finding import Blame, ByAttribute, ByDeclaration, ByTag
from relook_lsp.core.snapshot import Declaration
from relook_lsp.critics.box_traits import boxes_up_to
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.source.cascade import winning_declaration

_SIZED = frozenset(
    ("img", "video", "iframe", "canvas", "svg", "embed", "object", "input", "textarea", "select", "table")
)
_FOLLOWS = frozenset(
    ("", "auto", "initial", "unset", "inherit", "fit-content", "stretch", "-webkit-fill-available", "0", "0px", "none")
)
_PERCENT = re.compile(r"([\d.]+)%")
_LENGTH = re.compile(r"[1-9]\d*(?:\.\d+)?(?:px|rem|em|ch|vw|pt)\b")
_SLACK = 1.0
_RUNNING, _HUGE = 16.0, 40.0
"""CSS pixels: a word of this size, which would fit at the size of running text, is too large and not too long."""
_APART = 0.25
"""Share of the room that gaps may take before they are to blame, where the boxes alone would fit."""
_MAX_SUSPECTS = 40


class OverflowCause(NamedTuple):
    """The element that sets the width, and where to look for the declaration. ``excess``: pixels more than its room."""

    node: int
    blame: tuple[Blame, ...]
    excess: float = 0.0
    depth: int = 0


class OverflowCauseSearch:
    """The search for one overflow: ``leaf`` reaches beyond ``edge`` (x in the document, CSS pixels)."""

    def __init__(self, context: ViewContext, leaf: int, edge: float) -> None:
        self.context = context
        self.layout = context.layout
        self.leaf = context.layout.nearest_element(leaf)
        self.edge = edge
        self._rooms: dict[int, float] = {}
        self.suspects = self._find_suspects()

    def _find_suspects(self) -> list[int]:
        """Elements that may set the width: the lineage of the leaf, and what fills one of its boxes to the right."""
        layout = self.layout
        lineage = [n for n in boxes_up_to(self.context, self.leaf, -1) if layout.names[n] not in ("html", "body")]
        wide = [n for n in lineage if layout.rect(n).right > self.edge + _SLACK]
        top = wide[-1] if wide else self.leaf
        # A sibling that makes the column too wide widens the leaf with it.
        parent = self.context.containing_element(top)
        inside = [n for n in layout.elements if layout.is_within(n, parent)] if parent >= 0 else []
        pushing = [
            n
            for n in inside
            if n not in lineage
            and self._needed_width(n) > self.available_width(n) + _SLACK
            and self._pushes_container(n)
        ]
        return (lineage + pushing)[:_MAX_SUSPECTS]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the elements whose matched declarations must be known before ``find`` is asked."""
        return tuple(self.layout.key(n) for n in self.suspects)

    def available_width(self, node: int) -> float:
        """Width that the window leaves for the node, what surrounds it subtracted."""
        known = self._rooms.get(node)
        if known is None:
            above = self.context.containing_element(node)
            if above < 0:
                known = self.edge
            else:
                outer, inner = self.layout.rect(above).width, self.context.content_box(above).width
                known = max(0.0, min(inner, self.available_width(above) - (outer - inner)))
            self._rooms[node] = known
        return known

    def _needed_width(self, node: int) -> float:
        """Width that the node takes: its box's, or its widest line's where that is wider."""
        return max(self.layout.rect(node).width, self._widest_lines.get(node, ("", 0.0))[1])

    @cached_property
    def _widest_lines(self) -> dict[int, tuple[str, float]]:
        """Element -> text and width of its widest line."""
        widest: dict[int, tuple[str, float]] = {}
        for run in self.layout.text_runs:
            if run.rect.width > widest.get(run.element, ("", 0.0))[1]:
                widest[run.element] = (run.text, run.rect.width)
        return widest

    def _pushes_container(self, node: int) -> bool:
        """Whether the node's right side is what its containers, up to one that reaches too far, end at."""
        layout = self.layout
        at = node
        while layout.rect(at).right <= self.edge + _SLACK:
            above = self.context.containing_element(at)
            if above < 0 or layout.rect(at).right < self.context.content_box(above).right - 1.5:
                return False
            at = above
        # What a box cuts off pushes nothing: the box ends where it does without it.
        clip = self.context.clip_rect(at)
        return clip is None or (clip.right > self.edge + _SLACK and clip.right >= layout.rect(at).right - _SLACK)

    # -- reasons

    def find_cause(self) -> OverflowCause:
        """The suspect with the greatest need beyond its room, the innermost of equals: what only follows needs no
        more than what it follows. Without one: whatever was moved out of its place; else the outermost box."""
        found = [cause for node in self.suspects for cause in self._width_reasons(node)]
        if found:
            most = max(cause.excess for cause in found)
            return max((c for c in found if c.excess >= most - 2 * _SLACK), key=lambda c: c.depth)
        wide = [n for n in self.suspects if self.layout.rect(n).right > self.edge + _SLACK] or [self.leaf]
        for node in wide:
            for cause in self._displacement_causes(node):
                return cause
        return OverflowCause(wide[-1], (ByTag(wide[-1]),))

    def _declarations(self, node: int) -> tuple[Declaration, ...]:
        return self.context.snapshot.evidence.styles.get((self.context.view.id, self.layout.key(node)), ())

    def _declared_value(self, node: int, name: str) -> str:
        found = winning_declaration(self._declarations(node), name)
        return "" if found is None else found.value.replace("!important", "").strip().casefold()

    def _width_reasons(self, node: int) -> Iterator[OverflowCause]:
        """Reasons on one element, the likeliest first."""
        room, depth = self.available_width(node), sum(1 for _ in self.layout.ancestors(node))
        blames = (*self._text_width(node), *self._row_width(node), *self._own_width(node))
        for need, blame in blames:
            if need > room + _SLACK:
                yield OverflowCause(node, (*blame, ByTag(node)), need - room, depth)
                return

    def _text_width(self, node: int) -> Iterator[tuple[float, tuple[Blame, ...]]]:
        """A line that may not break, or a word that cannot."""
        text, width = self._widest_lines.get(node, ("", 0.0))
        if self.layout.style(node, "text-wrap-mode") == "nowrap":
            yield width, (ByDeclaration(node, ("text-wrap-mode", "white-space-collapse"), ("normal",)),)
        elif len(text.split()) == 1:
            size = self.layout.style_px(node, "font-size")
            large = size >= _HUGE and width * _RUNNING / size <= self.available_width(node)
            yield width, (ByDeclaration(node, ("font-size",)),) if large else ()

    def _own_width(self, node: int) -> Iterator[tuple[float, tuple[Blame, ...]]]:
        """The element's own width, least width, or natural size."""
        layout = self.layout
        width = layout.rect(node).width
        outside = ByDeclaration(node, ("box-sizing",))  # where someone asked for padding beside the width
        for name in ("min-width", "width", "flex-basis"):
            value = self._declared_value(node, name)
            if value in _FOLLOWS or (name == "min-width" and layout.style_px(node, name) <= self.available_width(node)):
                continue
            if name == "flex-basis" and not _LENGTH.search(value):
                continue  # ``flex: 1`` and its like say how to share, not how wide to be
            percent = _PERCENT.fullmatch(value)
            if percent and float(percent.group(1)) <= 100:
                padding = width - self.context.content_box(node).width
                if (
                    layout.style(node, "box-sizing") != "content-box"
                    or width - padding > self.available_width(node) + _SLACK
                ):
                    continue
            yield width, (*([outside] if percent else []), ByDeclaration(node, (name,)))
        if layout.names[node] in _SIZED and not self._declared_value(node, "width").endswith("%"):
            yield width, (ByAttribute(node, ("width", "cols", "size")),)

    def _row_width(self, node: int) -> Iterator[tuple[float, tuple[Blame, ...]]]:
        """A grid whose tracks, or a row whose items, need more than there is, although each would fit alone."""
        layout = self.layout
        display = layout.style(node, "display")
        around = layout.rect(node).width - self.context.content_box(node).width
        if "grid" in display:
            tracks = [float(t) for t in re.findall(r"([\d.]+)px", layout.style(node, "grid-template-columns"))]
            value = self._declared_value(node, "grid-template-columns")
            if len(tracks) > 1 or _LENGTH.search(value):
                yield self._total_row_width(
                    node, tracks, around, ByDeclaration(node, ("grid-template-columns", "display"))
                )
        elif "flex" in display and layout.style(node, "flex-direction").startswith("row"):
            items = [
                layout.rect(c).width
                for c in layout.children[node]
                if layout.types[c] == 1 and layout.has_box(c) and layout.style(c, "position") not in ("absolute", "fixed")
            ]  # fmt: skip
            one_line = layout.style(node, "flex-wrap") == "nowrap"
            if one_line and len(items) > 1 and max(items) <= self.available_width(node) - around + _SLACK:
                wrap = ByDeclaration(node, ("flex-wrap",)), ByDeclaration(node, ("display",))
                yield self._total_row_width(node, items, around, *wrap)

    def _total_row_width(
        self, node: int, widths: Sequence[float], around: float, *blame: Blame
    ) -> tuple[float, tuple[Blame, ...]]:
        """Boxes in one row with gaps between them."""
        gaps, room = self.layout.style_px(node, "column-gap") * (len(widths) - 1), self.available_width(node)
        alone = sum(widths) + around
        apart = alone <= room + _SLACK and gaps > _APART * room
        return alone + gaps, ((ByDeclaration(node, ("column-gap",)), *blame) if apart else blame)

    def _displacement_causes(self, node: int) -> Iterator[OverflowCause]:
        """A box that is narrow enough but was put too far to the right."""
        layout = self.layout
        names: list[str] = []
        if layout.style(node, "position") in ("absolute", "relative", "sticky"):
            names += [name for name in ("left", "right") if self._declared_value(node, name) not in _FOLLOWS]
        if layout.style(node, "transform") != "none":
            names.append("transform")
        names += [f"margin-{s}" for s in ("left", "right") if abs(layout.style_px(node, f"margin-{s}")) > _SLACK]
        names = [name for name in names if winning_declaration(self._declarations(node), name) is not None]
        if names:
            yield OverflowCause(node, (ByDeclaration(node, tuple(names)), ByTag(node)))
