"""Text or a control is cut off by the edge of the window, where no scrolling brings it back."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.box_traits import (
    boxes_up_to,
    is_decorative,
    is_fixed_to_window,
    is_inside_replaced_content,
    is_out_of_normal_place,
    is_transformed,
)
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.rules.page_scrolls_sideways import is_sideways_scroll_locked
from relook_lsp.critics.view_context import ViewContext

_WIDTH = ("width", "min-width", "text-wrap-mode", "white-space-collapse", "flex-shrink")
_PLACE = ("left", "right", "margin-left", "margin-right", "transform", "text-indent")
_NO_CAUSE = ("auto", "0px", "0", "none", "normal", "100%", "0 auto", "static")


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    root = layout.find_first("html")
    if root is None or layout.style(root, "direction") == "rtl":
        return
    worst: dict[int, tuple[float, str, TextRun, Rect]] = {}
    seen: set[int] = set()
    for run in context.visible_text_runs:
        seen.add(run.element)
        cut = _window_cut(context, run)
        if cut is None:
            continue
        side, by, rect = cut
        node = _outermost_cut_element(context, run.element, side)
        if node not in worst or by > worst[node][0]:
            worst[node] = (by, side, run, rect)
    for node, (by, side, run, rect) in worst.items():
        yield _judge_cut(context, node, by, side, run, rect)
    above = {outcome.node: outcome for outcome in _boxes_above_page(context) if outcome.node not in worst}
    yield from above.values()
    if context.pixels is not None:
        seen |= {a for n in tuple(seen) for a in layout.ancestors(n) if layout.has_box(a)}
        yield from (Outcome(Verdict.PASS, node) for node in sorted(seen - worst.keys() - above.keys()))


def _boxes_above_page(context: ViewContext) -> Iterator[Outcome]:
    """Boxes that are centred in something lower than they are: their beginning lies above the page."""
    layout, tolerance = context.layout, RULE.thresholds["tolerance"]
    for node in layout.elements:
        rect, parent = layout.rect(node), layout.parents[node]
        if (
            rect.y >= -tolerance
            or rect.bottom < RULE.thresholds["rest"]
            or parent < 0
            or is_out_of_normal_place(context, node)
        ):
            continue
        if not any(kind in layout.style(parent, "display") for kind in ("flex", "grid")) or not context.is_shown(node):
            continue
        lost = [r for r in layout.text_runs if r.rect.y < -tolerance and _is_out_of_reach(context, r, node)]
        if not lost or not any(r.rect.y >= 0 and layout.is_within(r.element, node) for r in context.visible_text_runs):
            continue
        first = min(lost, key=lambda r: r.rect.y)
        column = layout.style(parent, "flex-direction").startswith("column")
        centring = ("justify-content", "align-content") if column else ("align-items", "place-items", "align-content")
        yield Outcome(
            Verdict.FAIL,
            node,
            Rect(rect.x, 0, rect.width, rect.bottom),
            measured={"outside": round(-rect.y, 1), "side": "top"},
            required={"outside": 0},
            extent=min(1.0, 0.3 - rect.y / rect.height),
            blame=(
                ByDeclaration(parent, ("height", "max-height"), _NO_CAUSE),
                ByDeclaration(parent, centring, ("normal",)),
                ByTag(node),
            ),
            message_values={"by": round(-rect.y), "side": "top", "text": first.text.strip()[:40]},
        )


def _is_out_of_reach(context: ViewContext, run: TextRun, node: int) -> bool:
    if (
        not context.layout.is_within(run.element, node)
        or not context.is_shown(run.element)
        or is_inside_replaced_content(context, run.element)
    ):
        return False
    clip = context.text_clip_rect(run.element)
    still = not any(is_out_of_normal_place(context, n) for n in boxes_up_to(context, run.element, node))
    return still and (clip is None or clip.intersect(run.rect).area > 0)


def _window_cut(context: ViewContext, run: TextRun) -> tuple[str, float, Rect] | None:
    """(side, pixels lost, visible part) of a line that the window cuts off."""
    layout, tolerance = context.layout, RULE.thresholds["tolerance"]
    clip = context.text_clip_rect(run.element)
    rect = run.rect if clip is None else run.rect.intersect(clip)
    if rect.x < -tolerance and rect.x > -RULE.thresholds["hidden"]:
        return "left", -rect.x, Rect(0, rect.y, rect.right, rect.height)
    beyond = rect.right > context.layout_width + tolerance and rect.x < context.layout_width
    if beyond and (is_sideways_scroll_locked(context) or is_fixed_to_window(context, run.element)):
        # A clip that ends at the window is the page's own; any nearer one hides on purpose.
        if (
            layout.style(run.element, "text-overflow") == "ellipsis"
            or context.nearest_scroller(run.element) is not None
        ):
            return None
        return (
            "right",
            rect.right - context.layout_width,
            Rect(rect.x, rect.y, context.layout_width - rect.x, rect.height),
        )
    return None


def _outermost_cut_element(context: ViewContext, element: int, side: str) -> int:
    """The outermost element that the same edge cuts: one finding for a column, not one for each of its lines."""
    layout, node = context.layout, element
    for each in boxes_up_to(context, element, -1):
        rect = layout.rect(each)
        out = rect.x < -1 if side == "left" else rect.right > context.layout_width + 1
        if layout.names[each] in ("html", "body") or not out:
            break
        node = each
    return node


def _judge_cut(context: ViewContext, node: int, by: float, side: str, run: TextRun, rect: Rect) -> Outcome:
    layout = context.layout
    if (
        is_decorative(context, run.element)
        or is_inside_replaced_content(context, run.element)
        or layout.pseudo_type(run.node)
    ):
        return Outcome(Verdict.INCOMPLETE, node, reason="decoration")
    if any(layout.style(n, "animation-name") not in ("none", "") for n in boxes_up_to(context, run.element, -1)):
        return Outcome(Verdict.INCOMPLETE, node, reason="animated")
    if any("matrix3d" in layout.style(n, "transform") for n in boxes_up_to(context, run.element, -1)):
        # A stage in space, where keys or time bring the next part into the window.
        return Outcome(Verdict.INCOMPLETE, node, reason="in-space")
    box = layout.rect(node)
    outside = -box.x if side == "left" else box.right - context.layout_width
    placed = [n for n in boxes_up_to(context, run.element, -1) if is_transformed(context, n) or layout.style(n, "position") in ("absolute", "fixed")]  # fmt: skip
    if placed and outside > box.width / 2:
        # Mostly out of sight: a drawer, a slide, a peeking panel.
        return Outcome(Verdict.INCOMPLETE, node, reason="off-canvas")
    if context.pixels is not None:
        size = max(8.0, layout.style_px(run.element, "font-size"))
        last = Rect(0, rect.y, 2 * size, rect.height) if side == "left" else Rect(rect.right - 2 * size, rect.y, 2 * size, rect.height)  # fmt: skip
        ink = context.pixels.text_ink(last)
        if ink is None or ink.sum() < RULE.thresholds["least_ink"]:
            return Outcome(Verdict.INCOMPLETE, node, reason="nothing-painted")
    chain = list(dict.fromkeys((node, *reversed(list(boxes_up_to(context, run.element, node))))))
    wide = max(box.width, run.rect.width) > context.layout_width
    names = (*_WIDTH, *_PLACE) if wide else _PLACE
    return Outcome(
        Verdict.FAIL,
        node,
        rect,
        measured={"outside": round(by, 1), "side": side},
        required={"outside": 0},
        extent=min(1.0, 0.2 + by / max(run.rect.width, 1)),
        blame=(*(ByDeclaration(n, names, _NO_CAUSE) for n in chain), ByTag(node)),
        message_values={"by": round(by), "side": side, "text": run.text.strip()[:40]},
    )


RULE = Rule(
    id="leaves-viewport",
    group="layout",
    severity=Severity.ERROR,
    title="Text leaves the window",
    message="Text “{text}” is cut off at the {side} edge of the window; scrolling cannot reach the missing {by} px.",
    why="What lies beyond an edge that cannot be scrolled to can be neither read nor used.",
    fix="Keep the element inside: no negative offset, `max-width: 100%`, wrapping for long lines, or a scroll container of its own.",
    thresholds={"tolerance": 3.0, "hidden": 1000.0, "least_ink": 6, "rest": 40.0},
    view=judge,
    sweep=True,
    related="The element that is cut off.",
    source="WCAG 2.2, 1.4.10 Reflow",
)  # fmt: skip
