"""One of several aligned boxes misses the common edge by a few pixels."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.sibling_rows import is_column, is_row, sibling_sets
from relook_lsp.critics.view_context import ViewContext

_CAUSES = {
    "left": ("margin-left", "left", "padding-left", "transform"),
    "top": ("margin-top", "top", "vertical-align", "transform"),
}
_NO_CAUSE = ("auto", "0", "0px", "none")


def judge(context: ViewContext) -> Iterator[Outcome]:
    if context.pixels is None:
        return
    found = 0
    for nodes in sibling_sets(context, int(RULE.thresholds["siblings"])):
        axis = "left" if is_column(context, nodes) else "top" if is_row(context, nodes) else None
        if axis is None:
            continue
        outcome = _judge_siblings(context, nodes, axis)
        if outcome is not None and found < RULE.thresholds["most"]:
            found += 1
            yield outcome


def _judge_siblings(context: ViewContext, nodes: list[int], axis: str) -> Outcome | None:
    layout = context.layout
    at = {n: layout.rect(n).x if axis == "left" else layout.rect(n).y for n in nodes}
    size = {n: layout.rect(n).width if axis == "left" else layout.rect(n).height for n in nodes}
    line = median(at.values())
    odd = [n for n in nodes if abs(at[n] - line) > 0.5]
    if len(odd) != 1:
        return None
    node, off = odd[0], at[odd[0]] - line
    usual = median(size.values())
    if not RULE.thresholds["least"] <= abs(off) <= RULE.thresholds["far"] or abs(size[node] - usual) > 0.5:
        # A box of another size is centred or stretched: its edge differs for a reason.
        return None
    return Outcome(
        Verdict.FAIL,
        node,
        layout.rect(node),
        measured={"off": round(off, 1), "edge": axis},
        required={"off": 0},
        extent=min(1.0, abs(off) / 10),
        blame=(ByDeclaration(node, _CAUSES[axis], _NO_CAUSE), ByTag(node)),
        message_values={
            "element": layout.short_name(node),
            "by": round(abs(off), 1),
            "edge": axis,
            "others": len(nodes) - 1,
        },
    )


RULE = Rule(
    id="near-miss-alignment",
    group="layout",
    severity=Severity.INFORMATION,
    title="An edge is almost aligned",
    message="{element} is {by} px out of line with its {others} siblings at the {edge} edge.",
    why="A difference too small to be meant reads as a mistake.",
    fix="Give the siblings the same margin, padding and offset.",
    thresholds={"siblings": 3, "least": 1.0, "far": 4.0, "most": 3},
    view=judge,
    related="The element that is out of line.",
)
