"""Running text whose lines are so long that the eye loses the next one."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.box_traits import boxes_up_to, is_decorative
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_RUNNING = frozenset(("p", "li", "dd", "blockquote", "div", "section", "article", "td", "main"))
_NO_CAUSE = ("auto", "none", "100%")


def judge(context: ViewContext) -> Iterator[Outcome]:
    lines: dict[int, list[tuple[int, Rect]]] = {}
    for run in context.visible_text_runs:
        block = _running_text_block(context, run.element)
        if block is None:
            continue
        found = lines.setdefault(block, [])
        length = len(" ".join(run.text.split()))
        # Links and emphasis break a line into several runs.
        if found and abs(found[-1][1].centre[1] - run.rect.centre[1]) < run.rect.height / 2:
            found[-1] = (found[-1][0] + length, found[-1][1].union(run.rect))
        else:
            found.append((length, run.rect))
    for block, each in lines.items():
        if len(each) < RULE.thresholds["lines"] or is_decorative(context, block):
            continue
        # The last line of a paragraph is as long as it happens to be.
        lengths = sorted(length for length, _ in each[:-1])
        typical, limit = lengths[len(lengths) // 2], RULE.thresholds["characters"]
        if typical <= limit:
            yield Outcome(Verdict.PASS, block)
            continue
        box = each[0][1]
        for _, rect in each[1:]:
            box = box.union(rect)
        yield Outcome(
            Verdict.FAIL,
            block,
            box,
            measured={"characters": typical, "lines": len(each)},
            required={"characters": int(limit)},
            extent=min(1.0, (typical - limit) / limit),
            blame=(
                *(ByDeclaration(n, ("max-width", "width"), _NO_CAUSE) for n in boxes_up_to(context, block, -1)),
                ByTag(block),
            ),
        )


def _running_text_block(context: ViewContext, element: int) -> int | None:
    """The block of running text that the element's text flows in; None for code, tables of figures and the like."""
    layout = context.layout
    for node in boxes_up_to(context, element, -1):
        if layout.style(node, "display") == "inline":
            continue
        wraps = layout.style(node, "white-space-collapse") == "collapse"
        return node if layout.names[node] in _RUNNING and wraps else None
    return None


RULE = Rule(
    id="line-too-long",
    group="legibility",
    severity=Severity.INFORMATION,
    title="Lines of running text are too long",
    message="Line holds about {characters} characters; above {required_characters} readers lose the next line.",
    why="At the end of a very long line the eye does not find the start of the next one; 45 to 80 characters read best.",
    fix="Give the text a `max-width` of about `70ch`.",
    thresholds={"characters": 110, "lines": 3},
    view=judge,
    related="The text with the long lines.",
    source="WCAG 2.2, 1.4.8 Visual Presentation (80 characters; reported only far beyond it)",
)
