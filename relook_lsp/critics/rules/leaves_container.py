"""Text, a picture or a control pokes out of the box that visibly holds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from relook_lsp.core.finding import Blame, ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.box_traits import (
    REPLACED,
    boxes_up_to,
    has_visible_box,
    is_edge_visible,
    is_inside_replaced_content,
    is_out_of_normal_place,
    overhang,
)
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_NOT_HOLDERS = frozenset(
    ("html", "body", "tr", "thead", "tbody", "tfoot", "col", "colgroup", "input", "select", "textarea")
)
_AT_THE_EDGE = frozenset(("legend", "caption", "hr", "option"))
"""They stand on or outside their parent's edge by design."""
_MAX_PAINTS = 4
_WIDTH = ("width", "min-width", "white-space-collapse", "text-wrap-mode", "flex-shrink")
_HEIGHT = ("height", "max-height", "min-height", "flex-basis")
_NO_CAUSE = ("auto", "none", "normal", "0px", "0", "100%", "fit-content", "min-content", "max-content")


class _Overhang(NamedTuple):
    node: int
    box: Rect
    side: str
    by: float
    text: bool


def judge(context: ViewContext) -> Iterator[Outcome]:
    holders = _VisibleHolders(context)
    worst: dict[int, _Overhang] = {}
    for holder, case in _find_overhangs(context, holders):
        if holder not in worst or case.by > worst[holder].by:
            worst[holder] = case
    asked = 0
    for holder, case in worst.items():
        outcome = _judge_overhang(context, holder, case)
        asked += outcome.need is not None
        yield outcome if asked <= _MAX_PAINTS else Outcome(Verdict.INCOMPLETE, holder, reason="too-many")
    if context.pixels is not None:
        yield from (Outcome(Verdict.PASS, n) for n in context.layout.elements if n not in worst and n in holders)


class _VisibleHolders:
    """Boxes whose edges show."""

    def __init__(self, context: ViewContext) -> None:
        self._context = context
        self._known: dict[int, bool] = {}

    def __contains__(self, node: int) -> bool:
        if node not in self._known:
            named = self._context.layout.names[node] not in _NOT_HOLDERS
            self._known[node] = named and self._context.is_shown(node) and has_visible_box(self._context, node)
        return self._known[node]

    def holder_of(self, node: int) -> int | None:
        """The nearest visible box around a node that everything between them simply flows in."""
        layout = self._context.layout
        if is_inside_replaced_content(self._context, node) or layout.names[node] in _AT_THE_EDGE:
            return None
        for each in boxes_up_to(self._context, node, -1):
            flows = all(layout.style(each, f"overflow-{axis}") == "visible" for axis in "xy")
            if each != node and each in self:
                return each if flows else None
            if (
                layout.names[each] in _AT_THE_EDGE
                or is_out_of_normal_place(self._context, each)
                or (each != node and not flows)
            ):
                return None
        return None


def _find_overhangs(context: ViewContext, holders: _VisibleHolders) -> Iterator[tuple[int, _Overhang]]:
    layout, tolerance = context.layout, RULE.thresholds["tolerance"]
    for run in context.visible_text_runs:
        # Generated text belongs to its pseudo-element, which may have been placed elsewhere.
        box = run.node if layout.pseudo_type(run.node) else run.element
        # A line box is taller than its glyphs: only what lies beyond a part of it can be ink.
        slack = max(0.0, (run.rect.height - 0.7 * layout.style_px(run.element, "font-size")) / 2)
        glyphs = Rect(run.rect.x, run.rect.y + slack, run.rect.width, max(1.0, run.rect.height - 2 * slack))
        if context.common_ancestor_boxes[run.element].intersect(layout.rect(run.element)).contains(glyphs, tolerance):
            continue
        if box in holders:  # its own text
            flows = all(layout.style(box, f"overflow-{axis}") == "visible" for axis in "xy")
            holder = box if flows and box == run.element and not is_inside_replaced_content(context, box) else None
        else:
            holder = holders.holder_of(box)
        if holder is None or not any(c.isalnum() for c in run.text):
            continue
        side, by = overhang(glyphs, layout.rect(holder))
        if by > tolerance:
            yield holder, _Overhang(run.element, glyphs, side, by, True)
    for node in layout.elements:
        rect = layout.rect(node)
        if (
            rect.area <= 16
            or context.common_ancestor_boxes[node].contains(rect, tolerance)
            or not context.is_shown(node)
        ):
            continue
        holder = holders.holder_of(node) if layout.names[node] in REPLACED or node in holders else None
        if holder is not None:
            side, by = overhang(rect, layout.rect(holder))
            if by > tolerance:
                yield holder, _Overhang(node, rect, side, by, False)


def _judge_overhang(context: ViewContext, holder: int, case: _Overhang) -> Outcome:
    layout = context.layout
    edge = layout.rect(holder)
    wide = layout.content_size[0] > context.layout_width + 1 and case.box.right > context.layout_width + 1
    if case.side == "right" and wide:
        return Outcome(Verdict.INCOMPLETE, holder, reason="page-scrolls-sideways")
    if any(layout.style(n, "transform") != "none" for n in boxes_up_to(context, case.node, -1)):
        return Outcome(Verdict.INCOMPLETE, holder, reason="transformed")
    if context.pixels is not None:
        if not is_edge_visible(context, edge, case.side, case.box):
            return Outcome(Verdict.INCOMPLETE, holder, reason="edge-not-visible")
        beyond = _rect_beyond_edge(case, edge)
        ink = context.pixels.text_ink(beyond)
        # Ink out there is this text's only where no other line is.
        alone = not any(r.element != case.node and r.rect.intersect(beyond).area > 0 for r in context.visible_text_runs)
        if case.text and alone:
            if ink is None or ink.sum() < RULE.thresholds["least_ink"]:
                return Outcome(Verdict.INCOMPLETE, holder, reason="nothing-painted")
        else:
            paint = context.paint_evidence(case.node)
            if paint is None:
                need = NeedPaint(context.view.id, layout.key(case.node))
                return Outcome(Verdict.INCOMPLETE, holder, reason="unconfirmed", need=need)
            if paint.changed == 0 or overhang(paint.box, edge)[1] <= RULE.thresholds["tolerance"]:
                return Outcome(Verdict.INCOMPLETE, holder, reason="nothing-painted")
    return Outcome(
        Verdict.FAIL,
        holder,
        case.box.union(edge),
        measured={"outside": round(case.by, 1), "side": case.side, "element": layout.selector(case.node)},
        required={"outside": 0},
        extent=min(1.0, 0.15 + case.by / max(40.0, case.box.width if case.side in ("left", "right") else case.box.height)),
        blame=_blame_candidates(context, holder, case),
        message_values={"by": round(case.by), "side": case.side, "what": "Text" if case.node == holder else layout.short_name(case.node), "holder": layout.short_name(holder)},
    )  # fmt: skip


def _rect_beyond_edge(case: _Overhang, edge: Rect) -> Rect:
    """The part of the box outside the holder's edge, two pixels away from it."""
    box = case.box
    match case.side:
        case "right":
            return Rect(max(box.x, edge.right + 2), box.y, max(0.0, box.right - max(box.x, edge.right + 2)), box.height)
        case "left":
            return Rect(box.x, box.y, max(0.0, min(box.right, edge.x - 2) - box.x), box.height)
        case "bottom":
            top = max(box.y, edge.bottom + 2)
            return Rect(box.x, top, box.width, max(0.0, box.bottom - top))
        case _:
            return Rect(box.x, box.y, box.width, max(0.0, min(box.bottom, edge.y - 2) - box.y))


def _blame_candidates(context: ViewContext, holder: int, case: _Overhang) -> tuple[Blame, ...]:
    """Sideways the content's own width comes first, up and down the holder's height."""
    inside = list(boxes_up_to(context, case.node, holder))
    if case.side in ("left", "right"):
        names, order = _WIDTH, [*inside, holder]
    else:
        names, order = _HEIGHT, [holder, *reversed(inside)]
    return (*(ByDeclaration(n, names, _NO_CAUSE) for n in order), ByTag(case.node))


RULE = Rule(
    id="leaves-container",
    group="layout",
    severity=Severity.WARNING,
    title="Content sticks out of its box",
    message="{what} sticks out of {holder} by {by} px at the {side}.",
    why="Content outside the box that should hold it looks broken and runs into its neighbours.",
    fix="Let the box grow (`min-height` instead of `height`), let the content shrink (`max-width: 100%`, `min-width: 0`) or let long words break.",
    thresholds={"tolerance": 3.0, "least_ink": 8},
    view=judge,
    sweep=True,
    related="The box that should hold the content.",
)
