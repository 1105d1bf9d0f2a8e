"""A box with a background or border of its own that has no height, while its content shows below it."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.box_traits import colour_alpha, has_visible_box, is_decorative, is_inside_replaced_content
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    if context.pixels is None:
        return
    layout = context.layout
    for node in layout.elements:
        if layout.names[node] in ("html", "body", "tr", "tbody", "thead") or not context.is_shown(node):
            continue
        if not has_visible_box(context, node) or is_inside_replaced_content(context, node):
            continue
        yield _judge_container(context, node)


def _judge_container(context: ViewContext, node: int) -> Outcome:
    layout = context.layout
    rect, content = layout.rect(node), context.content_box(node)
    out = [c for c in layout.children[node] if _is_shown_out_of_flow(context, c)]
    clips = layout.style(node, "overflow-y") != "visible"
    if content.height > RULE.thresholds["height"] or content.width < RULE.thresholds["least"] or not out or clips:
        return Outcome(Verdict.PASS, node)
    reach = layout.rect(out[0])
    for child in out[1:]:
        reach = reach.union(layout.rect(child))
    inside = reach.x >= rect.x - 1 and reach.right <= rect.right + 1
    if reach.bottom - rect.bottom < RULE.thresholds["least"] or not inside:
        return Outcome(Verdict.PASS, node)
    if not _background_is_missed(context, node, out) or is_decorative(context, node):
        return Outcome(Verdict.INCOMPLETE, node, reason="nothing-to-show")
    paint = context.paint_evidence(node)
    if paint is None:
        return Outcome(
            Verdict.INCOMPLETE, node, reason="unconfirmed", need=NeedPaint(context.view.id, layout.key(node))
        )
    if paint.changed == 0 or paint.box.bottom <= rect.bottom + 1:
        return Outcome(Verdict.INCOMPLETE, node, reason="nothing-painted")
    first = out[0]
    return Outcome(
        Verdict.FAIL,
        node,
        Rect(rect.x, rect.y, rect.width, max(1.0, reach.bottom - rect.y)),
        measured={"height": round(content.height, 1), "content": round(reach.bottom - content.y, 1)},
        required={"height": round(reach.bottom - content.y, 1)},
        extent=min(1.0, 0.2 + (reach.bottom - rect.bottom) / max(1, context.view.viewport.height)),
        blame=(
            ByDeclaration(node, ("height", "max-height"), ("auto", "none", "100%")),
            ByDeclaration(first, ("float", "position"), ("none", "static", "relative")),
            ByTag(node),
        ),
        message_values={
            "element": layout.short_name(node),
            "how": "floated" if layout.style(first, "float") != "none" else "absolutely positioned",
            "content": round(reach.bottom - rect.bottom),
        },
    )


def _is_shown_out_of_flow(context: ViewContext, node: int) -> bool:
    """A child that shows something but does not give its parent any height."""
    layout = context.layout
    if layout.types[node] != 1 or not layout.has_box(node) or not context.is_shown(node) or layout.pseudo_type(node):
        return False
    out = layout.style(node, "float") in ("left", "right") or layout.style(node, "position") == "absolute"
    return out and layout.rect(node).area > 64


def _background_is_missed(context: ViewContext, node: int, children: list[int]) -> bool:
    """Whether a background is missing behind the content: one that differs from what is there instead."""
    layout, picture = context.layout, context.pixels
    if picture is None:
        return False
    if all(layout.style(c, "position") == "absolute" for c in children) and len(children) < 2:
        return False  # a menu or a marker that hangs from a thin line
    if layout.style(node, "background-image") not in ("none", ""):
        return True
    if colour_alpha(context, node, "background-color") < 0.3:
        sides = [layout.style_px(node, f"border-{side}-width") for side in ("top", "right", "bottom", "left")]
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
