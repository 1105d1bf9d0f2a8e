"""Text set so small that few people can read it."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.box_traits import is_decorative, is_inside_replaced_content, is_transformed
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_SMALL_BY_NATURE = frozenset(("sup", "sub", "rt", "rp", "svg", "math", "option"))


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    boxes: dict[int, Rect] = {}
    letters: dict[int, int] = {}
    for run in context.visible_text_runs:
        if layout.pseudo_type(run.element):
            continue
        letters[run.element] = letters.get(run.element, 0) + sum(c.isalpha() for c in run.text)
        boxes[run.element] = boxes[run.element].union(run.rect) if run.element in boxes else run.rect
    for element, box in boxes.items():
        if (
            letters[element] < RULE.thresholds["letters"]
            or is_decorative(context, element)
            or _is_exempt(context, element)
        ):
            continue
        yield _judge_element(context, element, box)


def _is_exempt(context: ViewContext, element: int) -> bool:
    """Raised and lowered signs, drawings, what is scaled by a transform, and what a reader is not shown."""
    layout = context.layout
    above = [element, *(a for a in layout.ancestors(element) if layout.types[a] == 1)]
    return is_inside_replaced_content(context, element) or any(
        layout.names[a] in _SMALL_BY_NATURE
        or layout.style(a, "vertical-align") in ("super", "sub")
        or is_transformed(context, a)
        for a in above
    )


def _judge_element(context: ViewContext, element: int, box: Rect) -> Outcome:
    size, required = context.layout.style_px(element, "font-size"), RULE.thresholds["small"]
    if size <= 0 or size >= required:
        return Outcome(Verdict.PASS, element)
    if context.pixels is not None:
        clip = context.text_clip_rect(element)
        ink = context.pixels.text_ink(box if clip is None else box.intersect(clip))
        if ink is None or ink.sum() < RULE.thresholds["least_ink"]:
            return Outcome(Verdict.INCOMPLETE, element, reason="nothing-painted")
    return Outcome(
        Verdict.FAIL,
        element,
        box,
        measured={"size": round(size, 1)},
        required={"size": required},
        extent=min(1.0, (required - size) / required),
        severity=Severity.INFORMATION if size >= RULE.thresholds["tiny"] else None,
        blame=(ByDeclaration(element, ("font-size",)), ByTag(element)),
    )


RULE = Rule(
    id="text-too-small",
    group="legibility",
    severity=Severity.WARNING,
    title="Text is too small to read",
    message="Text is {size} px high; below {required_size} px few people can read it.",
    why="Many people cannot read letters this small at a normal distance, least of all on a phone.",
    fix="Set at least 12 px (0.75rem) for notes and 16 px (1rem) for running text.",
    thresholds={"tiny": 9.0, "small": 10.0, "letters": 3, "least_ink": 8},
    view=judge,
    related="The text that is too small.",
)
