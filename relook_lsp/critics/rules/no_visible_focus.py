"""A control that looks the same with and without the keyboard's focus.

Browsers draw a ring of their own, so only a page that takes outlines away is examined. Text fields are left out:
the caret shows where one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedFocus, Outcome, Severity, Verdict
from relook_lsp.critics.hit_areas import hit_areas
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_TAKEN_AWAY = re.compile(
    r"outline(-style|-width)?\s*:\s*(none|0|transparent)|outline-none|outline-color\s*:\s*transparent"
)
_WITH_CARET = frozenset(
    ("text", "search", "email", "url", "tel", "password", "number", "date", "time", "month", "week", "datetime-local")
)


def judge(context: ViewContext) -> Iterator[Outcome]:
    # One size is enough: a keyboard is used at a desk.
    if context.pixels is None or context.view is not _reference_view(context):
        return
    layout = context.layout
    removed = any(_TAKEN_AWAY.search(source.text) for source in context.snapshot.sources.values())
    seen: set[tuple[str, str | None, str | None]] = set()
    for node in hit_areas(context):
        kind = (layout.names[node], layout.attribute(node, "class"), layout.attribute(node, "type"))
        if _shows_caret(kind[0], kind[2]) or not _is_reachable_by_tab(context, node) or _is_under_bar(context, node):
            continue
        if not removed:
            yield Outcome(Verdict.PASS, node)
        elif kind not in seen and len(seen) < RULE.thresholds["kinds"]:
            # Controls of one kind share their style: one stands for all.
            seen.add(kind)
            yield _judge_control(context, node)


def _judge_control(context: ViewContext, node: int) -> Outcome:
    layout = context.layout
    key = layout.key(node)
    changed = context.snapshot.evidence.focus.get((context.view.id, key))
    if changed is None:
        return Outcome(Verdict.INCOMPLETE, node, reason="unconfirmed", need=NeedFocus(context.view.id, key))
    if changed < 0:
        return Outcome(Verdict.INCOMPLETE, node, reason="takes-no-focus")
    if changed >= RULE.thresholds["pixels"]:
        return Outcome(Verdict.PASS, node)
    return Outcome(
        Verdict.FAIL,
        node,
        context.visible_rect(node),
        measured={"changed": changed},
        required={"changed": RULE.thresholds["pixels"]},
        extent=0.5,
        blame=(ByDeclaration(node, ("outline-style", "outline-width", "outline-color"), state="focus"), ByTag(node)),
        message_values={"control": layout.short_name(node)},
    )


def _reference_view(context: ViewContext) -> object:
    views = context.snapshot.settled_views
    return next((view for view in reversed(views) if not view.viewport.touch), views[-1] if views else None)


def _shows_caret(name: str, kind: str | None) -> bool:
    return name == "textarea" or (name == "input" and (kind or "text").lower() in _WITH_CARET)


def _is_reachable_by_tab(context: ViewContext, node: int) -> bool:
    """Whether the Tab key comes by, and the control can be seen where it stands: on the picture, which ends somewhere."""
    layout, box = context.layout, context.visible_rect(node)
    if (layout.attribute(node, "tabindex") or "").startswith("-") or box.width < 4 or box.height < 4:
        return False
    if context.pixels is None or not context.pixels.is_inside_frame(box):
        return False
    return (
        layout.names[node] in ("a", "button", "select", "input", "summary")
        or layout.attribute(node, "tabindex") is not None
    )


def _is_under_bar(context: ViewContext, node: int) -> bool:
    """Whether the control lies under a bar that stays in the window; it is scrolled out from there when it gets the
    focus, which the picture of the whole page does not show."""
    layout, box = context.layout, context.visible_rect(node)
    return not context.stays_in_window(node) and any(
        layout.paint_order(bar) > layout.paint_order(node) and context.visible_rect(bar).intersect(box).area > 0
        for bar in context.window_fixed_elements
    )


RULE = Rule(
    id="no-visible-focus",
    group="interaction",
    severity=Severity.WARNING,
    title="Keyboard focus cannot be seen",
    message="{control} looks the same with and without keyboard focus.",
    why="People who use the keyboard cannot see where on the page they are.",
    fix="Keep the browser's outline, or draw your own under `:focus-visible`.",
    thresholds={"pixels": 12, "kinds": 8},
    view=judge,
    related="The control.",
    source="WCAG 2.2, 2.4.7 Focus Visible",
)
