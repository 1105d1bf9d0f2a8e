"""A control that is smaller than a fingertip and too near to another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.hit_areas import hit_areas
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_OF_THE_BROWSER = {
    ("input", "checkbox"): (13.0, 13.0),
    ("input", "radio"): (13.0, 13.0),
    ("input", "range"): (129.0, 16.0),
}


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    areas = hit_areas(context)
    size = RULE.thresholds["size"]
    small = {n: box for n, box in areas.items() if min(box.width, box.height) < size - RULE.thresholds["tolerance"]}
    small = {n: box for n, box in small.items() if not _is_cut_by_scroller(context, n)}
    groups: dict[tuple[object, ...], list[tuple[int, int, Rect]]] = defaultdict(list)
    crowd, sentences, large = (
        _TargetSpacing(context, areas, small),
        _SurroundingText(context, small),
        _urls_of_large_links(context, areas),
    )
    for node, box in areas.items():
        exempt = (
            node not in small
            or sentences.is_inline_in_text(node)
            or _has_default_size(context, node)
            or layout.attribute(node, "href") in large
        )
        near = None if exempt else crowd.nearest_intruder(node)
        if near is None:
            yield Outcome(Verdict.PASS, node)
        else:
            # Links of one list are one defect, not twenty.
            parent = layout.parents[node]
            kind = (layout.names[node], layout.attribute(node, "class"), layout.names[parent], layout.parents[parent])
            groups[kind].append((node, near, box))
    for members in groups.values():
        node, near, box = min(members, key=lambda m: (min(m[2].width, m[2].height), m[0]))
        yield Outcome(
            Verdict.FAIL,
            node,
            box,
            measured={"width": round(box.width, 1), "height": round(box.height, 1), "alike": len(members) - 1},
            required={"size": size},
            extent=min(1.0, 0.2 + (size - min(box.width, box.height)) / size),
            blame=(
                ByDeclaration(node, ("width", "height") if box.width < box.height else ("height", "width"), ("auto",)),
                ByTag(node),
            ),
            message_values={
                "near": layout.short_name(near),
                "others": _others_phrase(len(members) - 1),
            },
        )


def _others_phrase(number: int) -> str:
    return f" So {'is' if number == 1 else 'are'} {number} more like it." if number else ""


def _is_cut_by_scroller(context: ViewContext, node: int) -> bool:
    """Whether the control is cut off by a box in which visitors scroll: it is larger than what shows of it now."""
    whole, seen = context.layout.rect(node), context.visible_rect(node)
    return (seen.width < whole.width - 0.5 and context.nearest_scroller(node, "x") is not None) or (
        seen.height < whole.height - 0.5 and context.nearest_scroller(node, "y") is not None
    )


class _TargetSpacing:
    """All targets of a view, as arrays: a page may have thousands, and each is measured against all."""

    def __init__(self, context: ViewContext, areas: dict[int, Rect], small: dict[int, Rect]) -> None:
        self._layout = context.layout
        self._areas = areas
        self._nodes = list(areas)
        self._small = np.array([node in small for node in self._nodes], dtype=np.bool_)
        self._boxes = np.array(list(areas.values()), dtype=np.float64).reshape(-1, 4)

    def nearest_intruder(self, node: int) -> int | None:
        """Another target inside the circle that WCAG draws around the middle of a small one."""
        size, tolerance = RULE.thresholds["size"], RULE.thresholds["tolerance"]
        x, y = self._areas[node].centre
        left, top, width, height = self._boxes.T
        apart = np.hypot(left + width / 2 - x, top + height / 2 - y)
        gap = np.hypot(_distance_outside(x, left, width), _distance_outside(y, top, height))
        near = np.where(self._small, (apart < size - tolerance) & (apart > 1), gap < size / 2 - tolerance)
        for index in np.flatnonzero(near):
            other = self._nodes[index]
            if self._layout.is_within(other, node) or self._layout.is_within(node, other):
                continue
            if self._small[index] or not _is_nested(self._areas[other], self._areas[node]):
                return other
        return None


def _distance_outside(at: float, start: NDArray[np.float64], length: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the point lies outside each interval."""
    return np.maximum(0.0, np.maximum(start - at, at - start - length))


def _is_nested(box: Rect, other: Rect) -> bool:
    """Whether one lies inside the other, like the clear button in a search field: apart only in depth."""
    return box.contains(other, 1) or other.contains(box, 1)


class _SurroundingText:
    """Text around small targets."""

    def __init__(self, context: ViewContext, small: dict[int, Rect]) -> None:
        layout = self._layout = context.layout
        self._own: dict[int, list[Rect]] = defaultdict(list)
        self._breaks: dict[int, list[int]] = {}
        """Block -> what begins a new line in it, and small targets."""
        self._free: list[TextRun] = []
        """Lines of words that belong to no control."""
        for run in context.visible_text_runs if small else ():
            above = [a for a in (run.element, *layout.ancestors(run.element)) if layout.types[a] == 1]
            for node in above:
                if node in small:
                    self._own[node].append(run.rect)
            if any(c.isalpha() for c in run.text) and not any(context.is_control(a) for a in above):
                self._free.append(run)
        self._tops = np.array([run.rect.y for run in self._free], dtype=np.float64)
        self._bottoms = np.array([run.rect.bottom for run in self._free], dtype=np.float64)

    def is_inline_in_text(self, node: int) -> bool:
        """Whether the target is part of running text that is none: on its line or, with no break between, on the next; or
        whether it breaks over lines itself."""
        layout = self._layout
        if layout.style(node, "display") not in ("inline", "inline-block"):
            return False
        if len({round(rect.y) for rect in self._own[node]}) > 1:
            return True
        block = next(
            (a for a in layout.ancestors(node) if layout.has_box(a) and layout.style(a, "display") != "inline"), None
        )
        if block is None:
            return False
        box = layout.rect(node)
        beside = np.minimum(self._bottoms, box.bottom) - np.maximum(self._tops, box.y) > 2
        around = [index for index, run in enumerate(self._free) if layout.is_within(run.element, block)]
        return any(beside[index] for index in around) or self._is_adjacent_to_text(
            node, block, [self._free[i] for i in around]
        )

    def _is_adjacent_to_text(self, node: int, block: int, around: Sequence[TextRun]) -> bool:
        """Whether neither a new line nor another control lies between the target and some text of its block."""
        if not around:
            return False
        if block not in self._breaks:
            self._breaks[block] = [n for n in self._layout.elements if n != block and self._separates_lines(n, block)]
        spans = [sorted((run.node, node)) for run in around]
        return any(not any(first < n < last for n in self._breaks[block]) for first, last in spans)

    def _separates_lines(self, node: int, block: int) -> bool:
        layout = self._layout
        return layout.is_within(node, block) and (
            node in self._own
            or layout.names[node] == "br"
            or (layout.has_box(node) and not layout.style(node, "display").startswith("inline"))
        )


def _has_default_size(context: ViewContext, node: int) -> bool:
    """Whether the control has the size that the browser gave it."""
    layout = context.layout
    if layout.style(node, "appearance") in ("none", ""):
        return False
    name, kind = layout.names[node], (layout.attribute(node, "type") or "text").lower()
    standard = _OF_THE_BROWSER.get((name, kind))
    rect = layout.rect(node)
    if standard is not None:
        return abs(rect.width - standard[0]) <= 1 and abs(rect.height - standard[1]) <= 1
    return name in ("button", "select", "input", "textarea") and abs(layout.style_px(node, "font-size") - 40 / 3) < 0.1


def _urls_of_large_links(context: ViewContext, areas: dict[int, Rect]) -> set[str]:
    """Where links of full size lead: a small one to the same place does no harm."""
    size = RULE.thresholds["size"]
    large = (n for n, box in areas.items() if min(box.width, box.height) >= size)
    return {href for n in large if (href := context.layout.attribute(n, "href"))}


RULE = Rule(
    id="small-target",
    group="interaction",
    severity=Severity.WARNING,
    title="A control is too small to hit",
    message="Control offers {width} by {height} px to hit, and {near} is close by; it needs {required_size} by {required_size} px, or room around it.{others}",
    why="Fingers, and hands that tremble, hit the neighbour instead.",
    fix="Give the control padding or a minimum size, or more distance to its neighbours.",
    thresholds={"size": 24, "tolerance": 0.6},
    view=judge,
    related="The small control.",
    source="WCAG 2.2, 2.5.8 Target Size (Minimum)",
)  # fmt: skip
