"""A control that shows itself as usable lies under something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.boxes import opaque, turned
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene
from relook_lsp.critics.targets import targets

_ON_PURPOSE = re.compile(
    r"modal|dialog|overlay|backdrop|popup|popover|menu|dropdown|drawer|sidebar|tooltip|toast|banner|cookie|splash|loader"
    r"|loading|preload|lightbox|slide|carousel|card|stack|panel|tab|screen|game|start|intro|cover|curtain",
    re.IGNORECASE,
)
"""Names of things that lie over the page until they are dismissed or moved."""
_ROLES = frozenset(("dialog", "alertdialog", "menu", "listbox", "tooltip", "tabpanel", "alert", "status"))


def judge(scene: Scene) -> Iterator[Outcome]:
    if scene.pixels is None:
        return
    layout = scene.layout
    areas = targets(scene)
    solid = [n for n in layout.elements if opaque(scene, n) and scene.shown(n)]
    for node, box in areas.items():
        own = scene.visible_rect(node)
        cover = None if own.area < RULE.thresholds["area"] else _cover(scene, node, own, solid)
        if cover is None:
            yield Outcome(Verdict.PASS, node)
        elif _meant(scene, node, cover, areas):
            yield Outcome(Verdict.INCOMPLETE, node, reason="over-on-purpose")
        else:
            yield _confirmed(scene, node, cover, box)


def _cover(scene: Scene, node: int, box: Rect, solid: list[int]) -> int | None:
    """The opaque element that is painted over the middle and most of the box."""
    layout, order = scene.layout, scene.layout.paint_order(node)
    x, y = box.centre
    for other in solid:
        over = scene.visible_rect(other)
        if layout.paint_order(other) <= order or layout.within(node, other) or layout.within(other, node):
            continue
        inside = over.x <= x <= over.right and over.y <= y <= over.bottom
        if inside and over.intersect(box).area >= RULE.thresholds["share"] * box.area:
            return other
    return None


def _meant(scene: Scene, node: int, cover: int, areas: dict[int, Rect]) -> bool:
    """Whether what lies above is there to be: a window over the page, a drawn form of the same control, a slide."""
    layout, view = scene.layout, scene.view.viewport
    if scene.fixed(cover) or turned(scene, cover) or turned(scene, node) or cover in areas:
        return True
    if layout.rect(cover).area >= RULE.thresholds["window"] * view.width * view.height:
        return True
    if scene.disabled(node) or layout.attribute(node, "tabindex") == "-1":
        return True
    over = [cover, *(a for a in layout.ancestors(cover) if layout.types[a] == 1 and not layout.within(node, a))]
    under = {a for a in layout.ancestors(node) if layout.types[a] == 1}
    for each in over:
        words = f"{layout.attribute(each, 'class') or ''} {layout.attribute(each, 'id') or ''}"
        if layout.names[each] in ("label", "dialog") or _ON_PURPOSE.search(words) or layout.clickable(each):
            return True
        if (layout.attribute(each, "role") or "") in _ROLES or each in areas:
            return True
        # Siblings of one kind in one place take turns.
        if any(
            layout.parents[u] == layout.parents[each]
            and layout.attribute(u, "class") == layout.attribute(each, "class")
            for u in under
        ):
            return True
    return any(layout.names[u] == "label" and layout.within(cover, u) for u in under)


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
        data={"control": layout.selector(node), "cover": layout.selector(cover)},
    )


RULE = Rule(
    id="covered-control",
    group="interaction",
    severity=Severity.WARNING,
    title="A control lies under something",
    message="{control} lies under {cover}: it can be neither seen nor hit.",
    why="A visitor cannot use what lies under something else.",
    fix="Move one of the two, or give the covering element room of its own; `z-index` helps where the order is wrong.",
    thresholds={"area": 64, "share": 0.8, "window": 0.5, "seen": 0.1},
    view=judge,
    related="The control that is covered.",
)
