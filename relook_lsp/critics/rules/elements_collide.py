"""Two texts, or two controls, are painted over each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from relook_lsp.core.colour import parse_computed_colour
from relook_lsp.core.finding import Blame, ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.box_traits import (
    boxes_up_to,
    has_visible_box,
    is_decorative,
    is_inside_replaced_content,
    is_opaque,
    is_transformed,
    x_height_rect,
)
from relook_lsp.critics.overlap import overlapping_pairs
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_PLACE = ("top", "bottom", "left", "right", "position")
_MARGIN = ("margin-top", "margin-bottom", "margin-left", "margin-right")
_HEIGHT = ("height", "max-height")
_WIDTH = ("width", "max-width", "text-wrap-mode", "white-space-collapse")
_NO_CAUSE = ("auto", "none", "static", "relative", "100%", "0", "0px")
_BOXES = frozenset(("button", "input", "select", "textarea", "a"))
_MAX_PAINTS = 3


class _OverlappingPair(NamedTuple):
    """``upper`` is painted later; ``overlap`` is where both show."""

    upper: int
    lower: int
    overlap: Rect
    what: str


def judge(context: ViewContext) -> Iterator[Outcome]:
    worst: dict[int, _OverlappingPair] = {}
    for pair in (*_text_pairs(context), *_control_pairs(context)):
        if pair.upper not in worst or pair.overlap.area > worst[pair.upper].overlap.area:
            worst[pair.upper] = pair
    asked = 0
    for pair in worst.values():
        for outcome in _judge_pair(context, pair):
            asked += outcome.need is not None
            if asked > 2 * _MAX_PAINTS:
                outcome = Outcome(Verdict.INCOMPLETE, pair.upper, reason="too-many")
            yield outcome
    if context.pixels is not None:
        seen = {run.element for run in context.visible_text_runs} | set(context.controls())
        yield from (Outcome(Verdict.PASS, node) for node in sorted(seen - worst.keys()))


def _text_pairs(context: ViewContext) -> Iterator[_OverlappingPair]:
    runs, layout = context.visible_text_runs, context.layout
    glyphs = [x_height_rect(context, run) for run in runs]
    for one, two in overlapping_pairs(glyphs, [run.element for run in runs]):
        run, other, overlap = runs[one], runs[two], glyphs[one].intersect(glyphs[two])
        smaller = min(layout.style_px(n, "font-size") for n in (run.element, other.element))
        if overlap.width < RULE.thresholds["overlap"] * smaller or overlap.height < 0.3 * smaller:
            continue
        if run.text.strip() == other.text.strip():  # an echo, a glitch effect
            continue
        if (
            not _is_readable_content(context, run)
            or not _is_readable_content(context, other)
            or _only_one_scrolls(context, run.element, other.element)
        ):
            continue
        lower, upper = sorted((run, other), key=lambda r: (layout.paint_order(r.node), r.node))
        yield _OverlappingPair(upper.element, lower.element, overlap, "text")


def _is_readable_content(context: ViewContext, run: TextRun) -> bool:
    """Whether the line is content that is meant to be read: not an icon, an ornament or a watermark."""
    generated = context.layout.pseudo_type(run.node) is not None
    if (
        sum(character.isalnum() for character in run.text) < 2
        or generated
        or is_inside_replaced_content(context, run.element)
    ):
        return False
    colour = parse_computed_colour(context.layout.style(run.element, "-webkit-text-fill-color") or "")
    faint = (1.0 if colour is None else colour.alpha) * context.total_opacity(run.element) < RULE.thresholds["faint"]
    return not faint and not is_decorative(context, run.element)


def _control_pairs(context: ViewContext) -> Iterator[_OverlappingPair]:
    layout, tolerance = context.layout, RULE.thresholds["tolerance"]
    nodes = [
        n
        for n in context.controls()
        if layout.names[n] in _BOXES and has_visible_box(context, n) and not is_inside_replaced_content(context, n)
    ]
    nodes = [n for n in nodes if context.visible_rect(n).area > 64]
    boxes = [context.visible_rect(n) for n in nodes]
    for one, two in overlapping_pairs(boxes, nodes):
        node, other, rect, box = nodes[one], nodes[two], boxes[one], boxes[two]
        overlap = rect.intersect(box)
        if (
            min(overlap.width, overlap.height) < tolerance
            or layout.is_within(other, node)
            or layout.is_within(node, other)
        ):
            continue
        inside = overlap.area > 0.8 * min(rect.area, box.area)
        if inside or layout.attribute(node, "type") == "range" == layout.attribute(other, "type"):
            continue  # a button inside a field is a pattern, not an accident
        if _only_one_scrolls(context, node, other) or _is_overlapping_row(context, node, other):
            continue
        upper, lower = sorted((node, other), key=lambda n: (-layout.paint_order(n), -n))
        yield _OverlappingPair(upper, lower, overlap, "control")


def _is_overlapping_row(context: ViewContext, one: int, other: int) -> bool:
    """Whether both are of a row whose members reach into one another, all by the same margin: portraits of a group."""
    layout = context.layout
    kind = (layout.names[one], layout.attribute(one, "class"))
    if layout.parents[one] != layout.parents[other] or kind != (layout.names[other], layout.attribute(other, "class")):
        return False
    row = [n for n in layout.children[layout.parents[one]] if (layout.names[n], layout.attribute(n, "class")) == kind]
    margins = Counter((side, layout.style_px(n, side)) for n in row for side in _MARGIN)
    return any(size < 0 and count > 1 for (_, size), count in margins.items())


def _only_one_scrolls(context: ViewContext, one: int, other: int) -> bool:
    """Whether only one of them stays in the window: what lies under a bar now is out in the open a moment later."""
    return context.stays_in_window(one) != context.stays_in_window(other)


def _judge_pair(context: ViewContext, pair: _OverlappingPair) -> Iterator[Outcome]:
    layout = context.layout
    common = next(a for a in (pair.upper, *layout.ancestors(pair.upper)) if layout.is_within(pair.lower, a))
    sides = [list(boxes_up_to(context, n, common)) for n in (pair.upper, pair.lower)]
    if any(is_transformed(context, n) for side in sides for n in side):
        yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="transformed")
        return
    if pair.what == "text" and any(_hides_lower(context, n, pair) for n in sides[0]):
        yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="covered")
        return
    if context.pixels is not None:
        unknown = [n for n in (pair.upper, pair.lower) if context.paint_evidence(n) is None]
        for node in unknown:
            need = NeedPaint(context.view.id, layout.key(node))
            yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="unconfirmed", need=need)
        if unknown:
            return
        # Letters mix; of two controls the later one hides the other.
        both = (pair.upper, pair.lower) if pair.what == "text" else (pair.upper,)
        paints = [paint for n in both if (paint := context.paint_evidence(n)) is not None]
        lower = context.paint_evidence(pair.lower)
        seen = all(paint.box.intersect(pair.overlap).area >= 0.5 * pair.overlap.area for paint in paints)
        if not seen or lower is None or lower.changed == 0:
            yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="nothing-painted")
            return
    smaller = min(max(1.0, layout.rect(n).area) for n in (pair.upper, pair.lower))
    yield Outcome(
        Verdict.FAIL,
        pair.upper,
        pair.overlap,
        measured={
            "width": round(pair.overlap.width, 1),
            "height": round(pair.overlap.height, 1),
            "other": layout.selector(pair.lower),
        },
        required={"overlap": 0},
        extent=min(1.0, 0.3 + pair.overlap.area / smaller),
        blame=(*_blame_candidates(context, sides, pair), ByTag(pair.upper)),
        message_values={"element": layout.short_name(pair.upper), "other": layout.short_name(pair.lower)},
    )


def _hides_lower(context: ViewContext, node: int, pair: _OverlappingPair) -> bool:
    """Whether the box hides what is below it, so that the texts do not mix: that is for ``text-covered``. Within one
    layer backgrounds lie below all text; there the pictures decide."""
    layout = context.layout
    if layout.paint_order(node) <= layout.paint_order(pair.lower):
        return False
    image = layout.style(node, "background-image") not in ("none", "")
    return (is_opaque(context, node) or image) and layout.rect(node).contains(pair.overlap, 1)


def _blame_candidates(context: ViewContext, sides: list[list[int]], pair: _OverlappingPair) -> Iterator[Blame]:
    """What took an element out of the way it would flow: position, a negative margin, a height that is too small."""
    layout = context.layout
    for node in (n for side in sides for n in side):
        if layout.style(node, "position") in ("absolute", "fixed", "relative"):
            yield ByDeclaration(node, _PLACE, _NO_CAUSE)
    for node in (n for side in sides for n in side):
        negative = tuple(name for name in _MARGIN if layout.style_px(node, name) < 0)
        if negative:
            yield ByDeclaration(node, negative)
    for node in (n for side in reversed(sides) for n in side):
        if layout.rect(node).bottom < pair.overlap.bottom:
            yield ByDeclaration(node, _HEIGHT, _NO_CAUSE)
        if layout.rect(node).right < pair.overlap.right:
            yield ByDeclaration(node, _WIDTH, _NO_CAUSE)
    for node in (n for side in sides for n in side):
        for row in (a for a in (layout.parents[node],) if "grid" in layout.style(a, "display")):
            yield ByDeclaration(row, ("grid-template-columns",), _NO_CAUSE)


RULE = Rule(
    id="elements-collide",
    group="layout",
    severity=Severity.ERROR,
    title="Elements collide",
    message="{element} and {other} overlap.",
    why="Letters over letters cannot be read, and of two controls in one place only one can be used.",
    fix="Let both take part in the layout: no fixed heights around text, room for absolutely positioned parts, no negative margins that reach into a neighbour.",
    thresholds={"overlap": 0.5, "faint": 0.35, "tolerance": 5.0},
    view=judge,
    sweep=True,
    related="One of the two elements.",
)  # fmt: skip
