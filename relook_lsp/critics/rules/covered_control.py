"""A control that shows itself as usable lies under something else."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.covers import meant, solid
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene
from relook_lsp.critics.targets import targets


def judge(scene: Scene) -> Iterator[Outcome]:
    if scene.pixels is None:
        return
    layout = scene.layout
    areas = targets(scene)
    above = solid(scene)
    for node, box in areas.items():
        own = scene.visible_rect(node)
        cover = None if own.area < RULE.thresholds["area"] else _cover(scene, node, own, above)
        if cover is None:
            yield Outcome(Verdict.PASS, node)
        elif layout.attribute(node, "tabindex") == "-1" or meant(scene, node, cover, areas):
            yield Outcome(Verdict.INCOMPLETE, node, reason="over-on-purpose")
        else:
            yield _confirmed(scene, node, cover, box)


def _cover(scene: Scene, node: int, box: Rect, above: list[int]) -> int | None:
    """The opaque element that is painted over the middle and most of the box."""
    layout, order = scene.layout, scene.layout.paint_order(node)
    x, y = box.centre
    for other in above:
        over = scene.visible_rect(other)
        if layout.paint_order(other) <= order or layout.within(node, other) or layout.within(other, node):
            continue
        inside = over.x <= x <= over.right and over.y <= y <= over.bottom
        if inside and over.intersect(box).area >= RULE.thresholds["share"] * box.area:
            return other
    return None


def _confirmed(scene: Scene, node: int, cover: int, box: Rect) -> Outcome:
    layout = scene.layout
    paint = scene.paint(node)
    if paint is None:
        need = NeedPaint(scene.view.id, layout.key(node))
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
        data={"control": layout.short_name(node), "cover": layout.short_name(cover)},
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
