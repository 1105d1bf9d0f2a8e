"""The whole page can be scrolled sideways."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import NeedStyles, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.box_traits import REPLACED, is_fixed_to_window
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.script_sized import is_sized_for_other_window
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.critics.width_cause import OverflowCauseSearch


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    root = layout.find_first("html")
    if root is None:
        return
    edge = context.layout_width
    over = layout.content_size[0] - edge
    if is_sideways_scroll_locked(context):
        # Nobody scrolls sideways here; but whether what lies out there was meant to be seen cannot be told.
        beyond, _ = _farthest_element(context, edge + RULE.thresholds["tolerance"])
        yield Outcome(Verdict.PASS, root) if beyond is None else Outcome(Verdict.INCOMPLETE, root, reason="cut-off")
        return
    if over <= RULE.thresholds["tolerance"]:
        yield Outcome(Verdict.PASS, root)
        return
    leaf, content = _farthest_element(context, edge + RULE.thresholds["tolerance"])
    if leaf is None:
        yield Outcome(Verdict.INCOMPLETE, root, reason="no-culprit")
        return
    extent, rect = min(1.0, 0.2 + over / edge), layout.rect(leaf)
    if context.pixels is None:
        yield Outcome(Verdict.FAIL, root, extent=extent)
        return
    search, known = OverflowCauseSearch(context, leaf, edge), context.snapshot.evidence.styles
    if any((context.view.id, key) not in known for key in search.keys):
        yield Outcome(Verdict.INCOMPLETE, root, reason="unconfirmed", need=NeedStyles(context.view.id, search.keys))
        return
    found = search.find_cause()
    if is_sized_for_other_window(context, found.node):
        yield Outcome(Verdict.INCOMPLETE, root, reason="sized-by-script")
        return
    yield Outcome(
        Verdict.FAIL,
        root,
        Rect(rect.x, rect.y, max(rect.width, layout.content_size[0] - rect.x), max(rect.height, 1)),
        measured={"over": round(over, 1), "document": layout.content_size[0], "element": layout.selector(found.node)},
        required={"document": edge},
        extent=extent,
        # Where only empty boxes reach out, the page scrolls but nothing is lost.
        severity=None if content else Severity.WARNING,
        blame=found.blame,
        message_values={"by": round(over), "element": layout.short_name(found.node)},
    )


def is_sideways_scroll_locked(context: ViewContext) -> bool:
    """Whether the page forbids scrolling sideways."""
    layout = context.layout
    return any(
        layout.style(node, "overflow-x") in ("hidden", "clip")
        for node in (layout.find_first("html"), layout.find_first("body"))
        if node is not None and layout.has_box(node)
    )


def _farthest_element(context: ViewContext, edge: float) -> tuple[int | None, bool]:
    """The element whose box or text reaches farthest beyond the edge and is not cut off, the innermost of equals,
    for a container is as wide as its widest child; and whether any text, picture or control reaches out there."""
    layout = context.layout
    reach: dict[int, float] = {}
    content = False
    for node in layout.elements:
        right = layout.rect(node).right
        if right > edge and layout.names[node] not in ("html", "body") and context.is_shown(node):
            clip = context.clip_rect(node)
            if (clip is None or clip.right > edge) and not is_fixed_to_window(context, node):
                reach[node] = right
                content |= layout.names[node] in REPLACED
    for run in context.visible_text_runs:
        clip = context.text_clip_rect(run.element)
        if (
            run.rect.right > edge
            and (clip is None or clip.right > edge)
            and not is_fixed_to_window(context, run.element)
        ):
            reach[run.element] = max(run.rect.right, reach.get(run.element, 0.0))
            content = True
    if not reach:
        return None, False
    far = max(reach.values())
    reaching = {node for node, right in reach.items() if right >= far - 1}
    above = {a for node in reaching for a in layout.ancestors(node)}
    return min(reaching - above), content


RULE = Rule(
    id="page-scrolls-sideways",
    group="layout",
    severity=Severity.ERROR,
    title="The page scrolls sideways",
    message="Page scrolls sideways by {by} px: {element} reaches past the edge of the window.",
    why="A page that scrolls in two directions loses the reader's place, and on a phone it shrinks or wobbles under the thumb.",
    fix="Let the element shrink: `max-width: 100%` instead of a fixed width, `min-width: 0` on flex and grid items, wrapping for rows and long words.",
    thresholds={"tolerance": 1.5},
    view=judge,
    sweep=True,
    related="This is what reaches beyond the window.",
    source="WCAG 2.2, 1.4.10 Reflow",
)
