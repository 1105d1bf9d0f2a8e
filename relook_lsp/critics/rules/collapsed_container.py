"""A box with a background or border of its own that has no height, while its content shows below it."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.boxes import alpha, bounded, decorative, inner
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene


def judge(scene: Scene) -> Iterator[Outcome]:
    if scene.pixels is None:
        return
    layout = scene.layout
    for node in layout.elements:
        if layout.names[node] in ("html", "body", "tr", "tbody", "thead") or not scene.shown(node):
            continue
        if not bounded(scene, node) or inner(scene, node):
            continue
        yield _container(scene, node)


def _container(scene: Scene, node: int) -> Outcome:
    layout = scene.layout
    rect, content = layout.rect(node), scene.content_box(node)
    out = [c for c in layout.children[node] if _out_of_flow(scene, c)]
    clips = layout.style(node, "overflow-y") != "visible"
    if content.height > RULE.thresholds["height"] or content.width < RULE.thresholds["least"] or not out or clips:
        return Outcome(Verdict.PASS, node)
    reach = layout.rect(out[0])
    for child in out[1:]:
        reach = reach.union(layout.rect(child))
    inside = reach.x >= rect.x - 1 and reach.right <= rect.right + 1
    if reach.bottom - rect.bottom < RULE.thresholds["least"] or not inside:
        return Outcome(Verdict.PASS, node)
    if not _meant_to_show(scene, node, out) or decorative(scene, node):
        return Outcome(Verdict.INCOMPLETE, node, reason="nothing-to-show")
    paint = scene.paint(node)
    if paint is None:
        return Outcome(Verdict.INCOMPLETE, node, reason="unconfirmed", need=NeedPaint(scene.view.id, layout.key(node)))
    if paint.changed == 0 or paint.box.bottom <= rect.bottom + 1:
        return Outcome(Verdict.INCOMPLETE, node, reason="nothing-painted")
    first = out[0]
    return Outcome(
        Verdict.FAIL,
        node,
        Rect(rect.x, rect.y, rect.width, max(1.0, reach.bottom - rect.y)),
        measured={"height": round(content.height, 1), "content": round(reach.bottom - content.y, 1)},
        required={"height": round(reach.bottom - content.y, 1)},
        extent=min(1.0, 0.2 + (reach.bottom - rect.bottom) / max(1, scene.view.viewport.height)),
        blame=(
            ByDeclaration(node, ("height", "max-height"), ("auto", "none", "100%")),
            ByDeclaration(first, ("float", "position"), ("none", "static", "relative")),
            ByTag(node),
        ),
        data={
            "element": layout.short_name(node),
            "how": "floated" if layout.style(first, "float") != "none" else "absolutely positioned",
            "content": round(reach.bottom - rect.bottom),
        },
    )


def _out_of_flow(scene: Scene, node: int) -> bool:
    """A child that shows something but does not give its parent any height."""
    layout = scene.layout
    if layout.types[node] != 1 or not layout.has_box(node) or not scene.shown(node) or layout.pseudo(node):
        return False
    out = layout.style(node, "float") in ("left", "right") or layout.style(node, "position") == "absolute"
    return out and layout.rect(node).area > 64


def _meant_to_show(scene: Scene, node: int, children: list[int]) -> bool:
    """Whether a background is missing behind the content: one that differs from what is there instead."""
    layout, picture = scene.layout, scene.pixels
    if picture is None:
        return False
    if all(layout.style(c, "position") == "absolute" for c in children) and len(children) < 2:
        return False  # a menu or a marker that hangs from a thin line
    if layout.style(node, "background-image") not in ("none", ""):
        return True
    if alpha(scene, node, "background-color") < 0.3:
        sides = [layout.pixels(node, f"border-{side}-width") for side in ("top", "right", "bottom", "left")]
        return min(sides) > 0
    channels = layout.style(node, "background-color")
    first = children[0]
    box = layout.rect(first)
    around = picture.crop(Rect(box.x - 3, box.y + box.height / 2, 2, 2))
    if around.size == 0:
        return True
    red, green, blue = (int(v) for v in around[0, 0])
    return channels not in (f"rgb({red}, {green}, {blue})", f"rgba({red}, {green}, {blue}, 1)")


RULE = Rule(
    id="collapsed-container",
    group="layout",
    severity=Severity.WARNING,
    title="A box has collapsed",
    message="{element} collapses to no height: its background or border does not reach {content} px of its {how} content.",
    why="The box was given a background or border to hold its content together; collapsed, it shows as a line or not at all, and what follows slides under the content.",
    fix="Use `display: flow-root` (or flex or grid) on the box to contain floats; give absolutely positioned content a box with a height.",
    thresholds={"height": 1.0, "least": 16.0},
    view=judge,
    related="The box without height.",
)
