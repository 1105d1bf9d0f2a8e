"""A label that broke over two lines while its neighbours did not, a word broken in two, a row that lost its last item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, pairwise

from relook_lsp.core.finding import Blame, ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TEXT, Layout, TextRun
from relook_lsp.critics.box_traits import is_inside_replaced_content
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BARS = frozenset(("navigation", "tablist", "toolbar", "menubar"))
_WIDTH = ("width", "max-width", "flex-basis", "flex-grow", "flex-shrink")
_BREAK = ("word-break", "overflow-wrap", "white-space-collapse", "text-wrap-mode")
_NO_CAUSE = ("auto", "none", "normal", "100%")


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    controls = [n for n in context.controls() if not is_inside_replaced_content(context, n)]
    headings = [n for n in layout.elements if layout.names[n] in _HEADINGS]
    labels: dict[int, list[TextRun]] = {n: [] for n in (*controls, *headings)}
    for run in context.visible_text_runs:
        for node in (run.element, *layout.ancestors(run.element)):
            if node in labels:
                labels[node].append(run)
    failed: set[int] = set()
    for node, runs in labels.items():
        outcome = _find_broken_word(context, node, runs)
        if outcome is not None:
            failed.add(node)
            yield outcome
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for node in controls:
        groups[_row_of(context, node), layout.names[node]].append(node)
    for (parent, _name), nodes in groups.items():
        if any(layout.types[c] == TEXT and layout.text_of(c).strip() for c in layout.children[parent]):
            continue  # links in running text break with its lines
        for outcome in (*_find_odd_labels(context, nodes, labels), *_find_lost_item(context, parent, nodes)):
            if outcome.node not in failed and outcome.node is not None:
                failed.add(outcome.node)
                yield outcome
    if context.pixels is not None:
        rest = {*labels, *(parent for parent, _ in groups)} - failed
        yield from (Outcome(Verdict.PASS, node) for node in sorted(rest))


def _row_of(context: ViewContext, node: int) -> int:
    """The element whose children the controls of one row are: the parent, beyond wrappers of a single control."""
    layout = context.layout
    parent = layout.parents[node]
    while layout.names[parent] == "li" or (layout.parents[parent] >= 0 and _holds_one_element(layout, parent)):
        parent = layout.parents[parent]
    return parent


def _holds_one_element(layout: Layout, node: int) -> bool:
    return len(list(islice((c for c in layout.children[node] if layout.types[c] == 1), 2))) == 1


def _find_broken_word(context: ViewContext, node: int, runs: list[TextRun]) -> Outcome | None:
    layout = context.layout
    for one, other in pairwise(runs):
        if one.node != other.node or other.rect.y < one.rect.centre[1]:
            continue
        if not (one.text[-1:].isalpha() and other.text[:1].isalpha()) or one.text[-1] == "\u00ad":
            continue
        before, after = one.text.split()[-1], other.text.split()[0]
        if (before + after).casefold() not in layout.text_of(one.node).casefold():
            continue  # there is a space between, which hangs at the end of the line
        if not (before + after).isascii() or layout.style(node, "hyphens") == "auto":
            continue  # scripts without spaces break anywhere
        return Outcome(
            Verdict.FAIL,
            node,
            one.rect.union(other.rect),
            measured={"before": before, "after": after},
            required={"lines": 1},
            extent=0.5,
            blame=(ByDeclaration(one.element, _BREAK, _NO_CAUSE), ByDeclaration(node, _WIDTH, _NO_CAUSE), ByTag(node)),
            message_values={
                "what": f"breaks the word “{before}{after}” after “{before}”",
                "element": layout.short_name(node),
            },
        )
    return None


def _find_odd_labels(context: ViewContext, nodes: list[int], labels: dict[int, list[TextRun]]) -> Iterator[Outcome]:
    """Short labels in one row of which some break."""
    layout = context.layout
    if len(nodes) < 3:
        return
    count = {n: len({round(run.rect.y / 4) for run in labels[n]}) for n in nodes}
    for node in nodes:
        runs = labels[node]
        text = " ".join(run.text.strip() for run in runs)
        if count[node] < 2 or len(text) > RULE.thresholds["label"] or len({run.node for run in runs}) > 1:
            continue
        rect = layout.rect(node)
        row = [n for n in nodes if n != node and count[n] == 1 and abs(layout.rect(n).centre[1] - rect.centre[1]) < rect.height / 2]  # fmt: skip
        if len(row) < 2 or len(row) < 2 * sum(count[n] > 1 for n in nodes):
            continue
        blame: tuple[Blame, ...] = (ByDeclaration(node, _WIDTH, _NO_CAUSE), ByTag(node))
        yield Outcome(
            Verdict.FAIL,
            node,
            rect,
            measured={"lines": count[node], "label": text},
            required={"lines": 1},
            extent=0.4,
            blame=blame,
            message_values={"what": f"wraps to {count[node]} lines, and its neighbours do not", "element": layout.short_name(node)},
        )  # fmt: skip


def _find_lost_item(context: ViewContext, parent: int, nodes: list[int]) -> Iterator[Outcome]:
    """A bar of controls whose last one alone stands on a second line."""
    layout = context.layout
    if len(nodes) < 4 or not _is_bar(context, parent):
        return
    rects = [layout.rect(n) for n in nodes]
    lines = _group_rects_by_line(rects)
    if len(lines) != 2 or len(lines[1]) != 1 or lines[1][0] != rects[-1]:
        return
    last = nodes[-1]
    yield Outcome(
        Verdict.FAIL,
        last,
        rects[-1],
        measured={"first": len(lines[0]), "second": 1},
        required={"lines": 1},
        extent=0.3,
        blame=(ByDeclaration(parent, ("column-gap", "flex-wrap"), ("nowrap",)), ByDeclaration(last, ("margin-left", "padding-left")), ByTag(last)),
        message_values={"what": "falls alone to a second line", "element": layout.short_name(last)},
    )  # fmt: skip


def _is_bar(context: ViewContext, node: int) -> bool:
    layout = context.layout
    return any(
        layout.types[n] == 1 and (layout.names[n] == "nav" or layout.attribute(n, "role") in _BARS)
        for n in (node, *layout.ancestors(node))
    )


def _group_rects_by_line(rects: list[Rect]) -> list[list[Rect]]:
    """Boxes by line: those whose middles are at one height."""
    lines: list[list[Rect]] = []
    for rect in sorted(rects, key=lambda r: r.centre[1]):
        if lines and abs(lines[-1][0].centre[1] - rect.centre[1]) < rect.height / 2:
            lines[-1].append(rect)
        else:
            lines.append([rect])
    return lines


RULE = Rule(
    id="unintended-wrap",
    group="layout",
    severity=Severity.WARNING,
    title="A label or a row breaks where it should not",
    message="{element} {what}.",
    why="A single broken label or a lone last item makes a row look broken, and words cut in two are hard to read.",
    fix="Give the row more room or less to hold (smaller gaps, shorter labels), or set `white-space: nowrap` and let the row scroll or change its layout.",
    thresholds={"label": 24},
    view=judge,
    sweep=True,
    text_metrics=True,
    related="The element that breaks.",
)
