"""Text of which a part lies under something solid, so that it can be seen and not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from relook_lsp.core.colour import parse_computed_colour
from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.box_traits import boxes_up_to, is_decorative, is_inside_replaced_content, x_height_rect
from relook_lsp.critics.hit_areas import hit_areas
from relook_lsp.critics.overlays import is_intended_overlay, solid_boxes
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_CHUNK = 512
"""Lines that are compared with all solid boxes at once."""
_MOVES = ("margin-top", "margin-right", "margin-bottom", "margin-left", "top", "right", "bottom", "left", "position", "z-index")  # fmt: skip
_NO_CAUSE = ("auto", "0px", "0", "static")


class _CoveredLine(NamedTuple):
    """``glyphs``: where the letters of the line are; ``hidden``: the part of it under the cover."""

    run: TextRun
    cover: int
    glyphs: Rect
    hidden: Rect

    @property
    def share(self) -> float:
        return self.hidden.area / self.glyphs.area


def judge(context: ViewContext) -> Iterator[Outcome]:
    if context.pixels is None or context.pixels.background is None:
        return
    controls = hit_areas(context)
    worst: dict[int, _CoveredLine] = {}
    runs = [run for run in context.visible_text_runs if _is_readable_content(context, run)]
    for one in _find_covered_lines(context, runs):
        known = worst.get(one.run.element)
        if known is None or one.hidden.area > known.hidden.area:
            worst[one.run.element] = one
    for one in worst.values():
        yield _judge_line(context, one, controls)
    yield from (Outcome(Verdict.PASS, node) for node in sorted({run.element for run in runs} - worst.keys()))


def _is_readable_content(context: ViewContext, run: TextRun) -> bool:
    """Whether the line is content that is meant to be read."""
    if sum(character.isalnum() for character in run.text) < 2 or is_inside_replaced_content(context, run.element):
        return False
    colour = parse_computed_colour(context.layout.style(run.element, "-webkit-text-fill-color") or "")
    faint = (1.0 if colour is None else colour.alpha) * context.total_opacity(run.element) < RULE.thresholds["faint"]
    return not faint and not is_decorative(context, run.element)


def _find_covered_lines(context: ViewContext, runs: list[TextRun]) -> Iterator[_CoveredLine]:
    """Lines over which a solid box of elsewhere is painted later."""
    layout = context.layout
    lowest = min((layout.paint_order(run.node) for run in runs), default=0)
    boxes = [n for n in solid_boxes(context) if layout.paint_order(n) > lowest and context.visible_rect(n).area > 0]
    if not boxes:
        return
    over = np.array([context.visible_rect(n) for n in boxes], dtype=np.float64)
    order = np.array([layout.paint_order(n) for n in boxes])
    for start in range(0, len(runs), _CHUNK):
        chunk = runs[start : start + _CHUNK]
        glyphs = [x_height_rect(context, run) for run in chunk]
        under = np.array(glyphs, dtype=np.float64)[:, None, :]
        width = np.minimum(under[..., 0] + under[..., 2], over[:, 0] + over[:, 2]) - np.maximum(
            under[..., 0], over[:, 0]
        )
        height = np.minimum(under[..., 1] + under[..., 3], over[:, 1] + over[:, 3]) - np.maximum(
            under[..., 1], over[:, 1]
        )
        later = order > np.array([layout.paint_order(run.node) for run in chunk])[:, None]
        lines, covers = np.nonzero((width > 1) & (height > 1) & later)
        for line, box in zip(lines.tolist(), covers.tolist(), strict=True):
            run, cover, rect = chunk[line], boxes[box], glyphs[line]
            size = layout.style_px(run.element, "font-size")
            hidden = rect.intersect(context.visible_rect(cover))
            enough = hidden.width >= RULE.thresholds["letters"] * size and hidden.height >= 0.3 * size
            if enough and not layout.is_within(run.element, cover) and not layout.is_within(cover, run.element):
                yield _CoveredLine(run, cover, rect, hidden)


def _judge_line(context: ViewContext, one: _CoveredLine, controls: dict[int, Rect]) -> Outcome:
    layout, element = context.layout, one.run.element
    reason = _incomplete_reason(context, one, controls)
    if reason:
        return Outcome(Verdict.INCOMPLETE, element, reason=reason)
    return Outcome(
        Verdict.FAIL,
        element,
        one.run.rect,
        measured={"hidden": round(one.share, 2), "percent": round(100 * one.share)},
        required={"hidden": 0},
        extent=min(1.0, 0.3 + one.share),
        blame=(
            ByDeclaration(one.cover, _MOVES, _NO_CAUSE),
            ByDeclaration(element, _MOVES, _NO_CAUSE),
            ByTag(one.cover),
        ),
        message_values={"text": one.run.text.strip()[:40], "cover": layout.short_name(one.cover)},
    )


def _incomplete_reason(context: ViewContext, one: _CoveredLine, controls: dict[int, Rect]) -> str:
    """Why the line may be covered on purpose, or not really; empty where it is a mistake."""
    layout, element = context.layout, one.run.element
    if any(node in controls for node in boxes_up_to(context, element, -1)):
        return "control"  # that is for ``covered-control``
    if layout.style_px(element, "font-size") >= RULE.thresholds["display"]:
        return "display-type"
    if is_intended_overlay(context, element, one.cover, controls):
        return "over-on-purpose"
    if one.share > RULE.thresholds["wholly"] and layout.style(one.cover, "position") in ("absolute", "fixed"):
        return "wholly-covered"  # what no part is seen of waits for its turn
    return "" if _is_painted_over(context, one) else "still-seen"


def _is_painted_over(context: ViewContext, one: _CoveredLine) -> bool:
    """Whether no letter shows in the covered part. Letters of what lies above are left out."""
    picture = context.pixels
    ink = None if picture is None else picture.text_ink(one.hidden)
    if picture is None or ink is None or ink.size == 0:
        return False
    counted = np.ones_like(ink)
    rows, columns = picture.pixel_window(one.hidden)
    for run in context.visible_text_runs:
        if run.node != one.run.node and run.rect.intersect(one.hidden).area > 0:
            top, left = picture.pixel_window(run.rect)
            counted[
                max(0, top.start - rows.start) : max(0, top.stop - rows.start),
                max(0, left.start - columns.start) : max(0, left.stop - columns.start),
            ] = False
    return bool(counted.mean() >= 0.3 and not (ink & counted).any())


RULE = Rule(
    id="text-covered",
    group="legibility",
    severity=Severity.WARNING,
    title="Text lies under something",
    message="{cover} covers {percent} % of “{text}”.",
    why="Half a line can be seen and not be read, and nothing a visitor does uncovers it.",
    fix="Give the covering element room of its own; where only the order is wrong, `z-index` helps.",
    thresholds={"letters": 0.8, "faint": 0.35, "display": 48, "wholly": 0.95},
    view=judge,
    related="The text that is covered.",
)
