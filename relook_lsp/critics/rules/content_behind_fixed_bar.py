"""A bar that is fixed to the window hides content that no scrolling uncovers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.box_traits import is_decorative, is_fixed_to_window, is_inside_replaced_content, is_opaque
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_PASSING = re.compile(r"cookie|consent|accept|dismiss|got it|no thanks|close|undo|install|[×✕✖]", re.IGNORECASE)
"""Words of bars that go away when they are answered."""


def judge(context: ViewContext) -> Iterator[Outcome]:
    if context.pixels is None:
        return
    for bar in context.window_fixed_elements:
        edge = _window_edge_of_bar(context, bar)
        if edge is None:
            yield Outcome(Verdict.PASS, bar)
            continue
        yield _judge_bar(context, bar, edge)


def _window_edge_of_bar(context: ViewContext, bar: int) -> str | None:
    """``top`` or ``bottom`` for an opaque bar along that edge of the window."""
    layout, rect = context.layout, context.layout.rect(bar)
    height = context.view.viewport.height
    if (
        layout.style(bar, "position") != "fixed"
        or rect.width < 0.6 * context.layout_width
        or not is_opaque(context, bar)
    ):
        return None
    if not 16 <= rect.height <= RULE.thresholds["share"] * height:
        return None
    if rect.y <= 1 and rect.y > -1:
        return "top"
    return "bottom" if abs(rect.bottom - height) <= 1 else None


def _judge_bar(context: ViewContext, bar: int, edge: str) -> Outcome:
    layout, rect = context.layout, context.layout.rect(bar)
    words = " ".join(run.text for run in context.visible_text_runs if layout.is_within(run.element, bar))
    if _PASSING.search(words):
        return Outcome(Verdict.INCOMPLETE, bar, reason="passing-notice")
    # Seen with the page scrolled to its end, the bottom bar lies over the end of the document.
    end = max(layout.content_size[1], context.view.viewport.height)
    zone = rect if edge == "top" else Rect(rect.x, end - rect.height, rect.width, rect.height)
    hidden = [run for run in context.visible_text_runs if _is_hidden_by_bar(context, run, bar, zone)]
    if not hidden:
        return Outcome(Verdict.PASS, bar)
    lost = max(hidden, key=lambda run: run.rect.intersect(zone).area)
    if edge == "top" or zone == rect:
        paint = context.paint_evidence(lost.element)
        if paint is None:
            return Outcome(
                Verdict.INCOMPLETE, bar, reason="unconfirmed", need=NeedPaint(context.view.id, layout.key(lost.element))
            )
        if paint.changed and paint.box.intersect(zone.intersect(lost.rect)).area > 0:
            return Outcome(Verdict.INCOMPLETE, bar, reason="still-seen")
    depth = max(run.rect.intersect(zone).height for run in hidden)
    flow = next((n for n in (lost.element, *layout.ancestors(lost.element)) if layout.names[n] == "main"), None)
    body = layout.find_first("body")
    room = "padding-top" if edge == "top" else "padding-bottom"
    return Outcome(
        Verdict.FAIL,
        bar,
        lost.rect,
        measured={"hidden": round(depth, 1), "lines": len(hidden), "element": layout.selector(lost.element)},
        required={"hidden": 0},
        extent=min(1.0, 0.3 + 0.1 * len(hidden)),
        blame=(ByDeclaration(bar, ("position",)), *(ByTag(n) for n in (flow, body) if n is not None)),
        message_values={
            "element": layout.short_name(lost.element),
            "edge": edge,
            "text": lost.text.strip()[:40],
            "room": room,
        },
    )


def _is_hidden_by_bar(context: ViewContext, run: TextRun, bar: int, zone: Rect) -> bool:
    """Whether the bar lies over most of a line that scrolls with the page."""
    layout = context.layout
    if layout.is_within(run.element, bar) or not any(c.isalnum() for c in run.text):
        return False
    if run.rect.intersect(zone).height < 0.6 * run.rect.height or run.rect.intersect(zone).width < 0.5 * run.rect.width:
        return False
    if layout.paint_order(run.node) > layout.paint_order(bar) or is_inside_replaced_content(context, run.element):
        return False
    return (
        not is_fixed_to_window(context, run.element)
        and not is_decorative(context, run.element)
        and context.nearest_scroller(run.element, "y") is None
    )


RULE = Rule(
    id="content-behind-fixed-bar",
    group="layout",
    severity=Severity.ERROR,
    title="Content hides behind a fixed bar",
    message="Bar fixed to the {edge} hides “{text}” ({element}), and scrolling cannot uncover it. The page needs `{room}`.",
    why="What lies under a fixed bar at the very beginning or end of the page can never be scrolled into sight.",
    fix="Give the page as much padding as the bar is high (`padding-top` or `padding-bottom` on `body`), or use `position: sticky`, which keeps its place in the flow.",
    thresholds={"share": 0.4},
    view=judge,
    related="The fixed bar.",
    source="WCAG 2.2, 2.4.11 Focus Not Obscured (the same cause)",
)  # fmt: skip
