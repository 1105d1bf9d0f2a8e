"""A control that shows itself as usable lies under something else."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.hit_areas import hit_areas
from relook_lsp.critics.overlays import is_intended_overlay, solid_boxes
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    if context.pixels is None:
        return
    layout = context.layout
    areas = hit_areas(context)
    above = solid_boxes(context)
    for node, box in areas.items():
        own = context.visible_rect(node)
        cover = None if own.area < RULE.thresholds["area"] else _find_cover(context, node, own, above)
        if cover is None:
            yield Outcome(Verdict.PASS, node)
        elif layout.attribute(node, "tabindex") == "-1" or is_intended_overlay(context, node, cover, areas):
            yield Outcome(Verdict.INCOMPLETE, node, reason="over-on-purpose")
        else:
            yield _confirm_by_paint(context, node, cover, box)


def _find_cover(context: ViewContext, node: int, box: Rect, above: list[int]) -> int | None:
    """The opaque element that is painted over the middle and most of the box."""
    layout, order = context.layout, context.layout.paint_order(node)
    x, y = box.centre
    for other in above:
        over = context.visible_rect(other)
        if layout.paint_order(other) <= order or layout.is_within(node, other) or layout.is_within(other, node):
            continue
        inside = over.x <= x <= over.right and over.y <= y <= over.bottom
        if inside and over.intersect(box).area >= RULE.thresholds["share"] * box.area:
            return other
    return None


def _confirm_by_paint(context: ViewContext, node: int, cover: int, box: Rect) -> Outcome:
    layout = context.layout
    paint = context.paint_evidence(node)
    if paint is None:
        need = NeedPaint(context.view.id, layout.key(node))
        return Outcome(Verdict.INCOMPLETE, node, reason="unconfirmed", need=need)
    if paint.changed > RULE.thresholds["seen"] * box.area:
        return Outcome(Verdict.INCOMPLETE, node, reason="still-seen")
    return Outcome(
        Verdict.FAIL,
        node,
        box,
        measured={"visible": paint.changed},
        required={"visible": round(box.area)},
        blame=(
            ByDeclaration(cover, ("margin-top", "top", "position", "z-index"), ("static", "auto", "0px", "0")),
            ByTag(cover),
        ),
        message_values={"control": layout.short_name(node), "cover": layout.short_name(cover)},
    )


RULE = Rule(
    id="covered-control",
    group="interaction",
    severity=Severity.WARNING,
    title="A control lies under something",
    message="{cover} covers {control}, which can be neither seen nor clicked.",
    why="A visitor cannot use what lies under something else.",
    fix="Move one of the two, or give the covering element room of its own; `z-index` helps where the order is wrong.",
    thresholds={"area": 64, "share": 0.8, "seen": 0.1},
    view=judge,
    related="The control that is covered.",
)
