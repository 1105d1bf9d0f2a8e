"""One gap in a row or column of equal boxes differs from all others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.sibling_rows import is_column, is_row, sibling_sets
from relook_lsp.critics.view_context import ViewContext

_NO_CAUSE = ("auto", "0", "0px", "none")


def judge(context: ViewContext) -> Iterator[Outcome]:
    if context.pixels is None:
        return
    found = 0
    for nodes in sibling_sets(context, int(RULE.thresholds["siblings"])):
        axis = "y" if is_column(context, nodes) else "x" if is_row(context, nodes) else None
        if axis is None or not _are_adjacent(context, nodes):
            continue
        outcome = _judge_siblings(context, nodes, axis)
        if outcome is not None and found < RULE.thresholds["most"]:
            found += 1
            yield outcome


def _are_adjacent(context: ViewContext, nodes: list[int]) -> bool:
    """Whether nothing else stands between the siblings."""
    layout = context.layout
    children = [c for c in layout.children[layout.parents[nodes[0]]] if layout.has_box(c) and (layout.types[c] == 1 or layout.text_of(c).strip())]  # fmt: skip
    first, last = children.index(nodes[0]), children.index(nodes[-1])
    return children[first : last + 1] == nodes


def _judge_siblings(context: ViewContext, nodes: list[int], axis: str) -> Outcome | None:
    layout = context.layout
    rects = [layout.rect(n) for n in nodes]
    pairs = pairwise(rects)
    gaps = [after.y - before.bottom if axis == "y" else after.x - before.right for before, after in pairs]
    usual = median(gaps)
    odd = [i for i, gap in enumerate(gaps) if abs(gap - usual) > 0.75]
    if len(odd) != 1:
        return None
    gap = gaps[odd[0]]
    if not RULE.thresholds["least"] <= abs(gap - usual) <= RULE.thresholds["far"]:
        return None
    before, after = nodes[odd[0]], nodes[odd[0] + 1]
    names = ("margin-bottom", "margin-top") if axis == "y" else ("margin-right", "margin-left")
    return Outcome(
        Verdict.FAIL,
        after,
        layout.rect(before).union(layout.rect(after)),
        measured={"gap": round(gap, 1)},
        required={"gap": round(usual, 1)},
        extent=min(1.0, abs(gap - usual) / 20),
        blame=(ByDeclaration(after, names[1:], _NO_CAUSE), ByDeclaration(before, names[:1], _NO_CAUSE), ByTag(after)),
        message_values={"element": layout.short_name(after), "others": len(gaps) - 1},
    )


RULE = Rule(
    id="uneven-gaps",
    group="layout",
    severity=Severity.INFORMATION,
    title="A gap differs from its neighbours",
    message="Gap before {element} is {gap} px; the {others} other gaps are {required_gap} px.",
    why="Equal things at unequal distances look like a mistake, or like groups that are not meant.",
    fix="Use one `gap` on the container instead of margins on the items.",
    thresholds={"siblings": 4, "least": 1.5, "far": 12.0, "most": 3},
    view=judge,
    related="The element after the odd gap.",
)
