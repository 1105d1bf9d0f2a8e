"""Text whose colour is too near to what is behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from relook_lsp.core import colour as colours
from relook_lsp.core.colour import Colour, parse_computed_colour
from relook_lsp.core.finding import Blame, ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.pixels import Pixels, pixel_luminance
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.box_traits import boxes_up_to, is_decorative
from relook_lsp.critics.overlays import solid_boxes, translucent_bars
from relook_lsp.critics.page_images import missing_image_boxes
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext
from relook_lsp.critics.view_pixels import ViewPixels, contrast_ratios, grouped_quantiles

_CAUSES = ("-webkit-text-fill-color", "color")


def judge(context: ViewContext) -> Iterator[Outcome]:
    picture = context.pixels
    if picture is None or picture.background is None:
        return
    by_element: dict[int, list[TextRun]] = defaultdict(list)
    labels = _labels_of_disabled(context)
    for run in context.visible_text_runs:
        inactive = context.is_disabled(run.element) or (
            labels and not labels.isdisjoint(boxes_up_to(context, run.element, -1))
        )
        if any(character.isalnum() for character in run.text) and not inactive:
            by_element[run.element].append(run)
    covers = [*solid_boxes(context), *translucent_bars(context)]
    empty: list[Rect] | None = None
    for element, runs in by_element.items():
        outcome = _judge_element(context, picture, element, runs, covers)
        if outcome.verdict is Verdict.FAIL:
            empty = missing_image_boxes(context) if empty is None else empty
            if any(run.rect.intersect(one).area > 0 for one in empty for run in runs):
                outcome = Outcome(Verdict.INCOMPLETE, element, reason="picture-missing")
        yield outcome


def _judge_element(
    context: ViewContext, picture: ViewPixels, element: int, runs: list[TextRun], covers: list[int]
) -> Outcome:
    layout = context.layout
    if "text" in layout.style(element, "background-clip"):
        return Outcome(Verdict.INCOMPLETE, element, reason="background-clip-text")
    colour = parse_computed_colour(layout.style(element, "-webkit-text-fill-color") or layout.style(element, "color"))
    if colour is None:
        return Outcome(Verdict.INCOMPLETE, element, reason="colour-space")
    if colour.alpha == 0:  # nobody writes that by mistake: a spinner stands in its place, or a picture says it
        return Outcome(Verdict.INCOMPLETE, element, reason="transparent")
    required = (
        RULE.thresholds["symbol"] if _is_symbol_label(context, element, runs) else _required_ratio(context, element)
    )
    worst: tuple[float, Rect, Colour] | None = None
    faintest = runs[0]
    for run in runs:
        measured = _worst_contrast_of_run(context, picture, run, colour)
        if measured is not None and (worst is None or measured[0] < worst[0]):
            worst, faintest = measured, run
    if worst is None:
        return Outcome(Verdict.INCOMPLETE, element, reason="covered")
    ratio, box, behind = worst
    if ratio >= required - RULE.thresholds["tolerance"]:
        return Outcome(Verdict.PASS, element)
    if _is_under_cover(context, faintest, covers):
        return Outcome(Verdict.INCOMPLETE, element, reason="covered")
    if layout.style(element, "text-shadow") not in ("none", ""):
        return Outcome(Verdict.INCOMPLETE, element, reason="text-shadow")
    if ratio < RULE.thresholds["unreadable"] and is_decorative(context, element):
        return Outcome(Verdict.INCOMPLETE, element, reason="decoration")
    if _looks_switched_off(context, element):
        return Outcome(Verdict.INCOMPLETE, element, reason="looks-switched-off")
    shown = colour._replace(alpha=colour.alpha * context.total_opacity(element)).composite_over(behind)
    return Outcome(
        Verdict.FAIL,
        element,
        box,
        measured={"ratio": round(ratio, 2), "text": shown.hex, "background": behind.hex},
        required={"ratio": required},
        extent=min(1.0, (required - ratio) / (required - 1)),
        severity=Severity.ERROR if ratio < RULE.thresholds["unreadable"] else None,
        blame=(
            *_blame_opacity(context, element, colour, behind, required),
            ByDeclaration(element, _CAUSES),
            ByTag(element),
        ),
        message_values={"text": shown.hex, "background": behind.hex},
    )


def _blame_opacity(
    context: ViewContext, element: int, colour: Colour, behind: Colour, required: float
) -> Iterator[Blame]:
    """The opacity that takes most, where the text's own colour would do without any."""
    if context.total_opacity(element) == 1 or colours.contrast_ratio(colour.composite_over(behind), behind) < required:
        return
    opacities = {node: context.layout.style_px(node, "opacity") for node in boxes_up_to(context, element, -1)}
    yield ByDeclaration(min(opacities, key=lambda node: opacities[node]), ("opacity",))


def _labels_of_disabled(context: ViewContext) -> set[int]:
    """Elements that name a control which is switched off."""
    layout = context.layout
    off = [n for n in layout.elements if context.is_disabled(n)]
    ids = {layout.attribute(n, "id") for n in off} - {None}
    naming = {word for n in off for word in (layout.attribute(n, "aria-labelledby") or "").split()}
    found = {n for n in layout.elements if layout.attribute(n, "id") in naming} if naming else set[int]()
    found |= {n for n in layout.elements if layout.names[n] == "label" and layout.attribute(n, "for") in ids}
    return found | {a for n in off for a in layout.ancestors(n) if layout.names[a] == "label"}


def _looks_switched_off(context: ViewContext, element: int) -> bool:
    """Whether the text is on a control that only its style switches off: the pointer does not reach it, or is told so."""
    layout = context.layout
    return any(
        context.is_control(node)
        and (layout.style(node, "pointer-events") == "none" or layout.style(node, "cursor") == "not-allowed")
        for node in boxes_up_to(context, element, -1)
    )


def _is_symbol_label(context: ViewContext, element: int, runs: list[TextRun]) -> bool:
    """Whether a single letter is the picture on a control whose name is another one: an X for "Close"."""
    text = "".join(run.text for run in runs).strip()
    names = (context.layout.attribute(node, "aria-label") for node in boxes_up_to(context, element, -1))
    name = next((name for name in names if name), "")
    return len(text) == 1 and bool(name) and text.lower() != name.strip().lower()


def _required_ratio(context: ViewContext, element: int) -> float:
    size, weight = context.layout.style_px(element, "font-size"), context.layout.style_px(element, "font-weight")
    large = size >= RULE.thresholds["large"] or (size >= RULE.thresholds["large_bold"] and weight >= 700)
    level = "aaa" if context.options.contrast_level == "AAA" else "aa"
    return RULE.thresholds[f"{level}_large" if large else level]


def _worst_contrast_of_run(
    context: ViewContext, picture: ViewPixels, run: TextRun, colour: Colour
) -> tuple[float, Rect, Colour] | None:
    """(ratio, box, background) of the least legible part of a line; None where no glyph can be seen."""
    clip = context.text_clip_rect(run.element)
    rect = run.rect if clip is None else run.rect.intersect(clip)
    if min(rect.width, rect.height) < RULE.thresholds["smallest"]:  # there for screen readers
        return None
    ink = picture.text_ink(rect)
    assert picture.background is not None
    window = picture.pixel_window(rect)
    behind = picture.background[window]
    if ink is None or behind.size == 0:
        return None
    alpha = colour.alpha * context.total_opacity(run.element)
    if not ink.any():
        # Nothing painted: either it lies under something, or the colours are the same.
        same = float(np.median(_expected_contrast(colour, alpha, behind))) < RULE.thresholds["invisible"]
        if not same or _is_covered_at_centre(context, run, rect):
            return None
        flat = behind.reshape(-1, 3)
        return 1.0, rect, Colour(*(float(v) for v in np.median(flat, axis=0)))
    # The line is judged in stretches about one em wide, so that the worst part of a gradient is not averaged away.
    size = max(8, int(context.layout.style_px(run.element, "font-size")))
    stretch = np.nonzero(ink)[1] // size
    under, over = behind[ink], picture.shown[window][ink]
    counts = np.bincount(stretch)
    predicted = grouped_quantiles(_expected_contrast(colour, alpha, under), stretch, counts, 0.25)
    observed = grouped_quantiles(contrast_ratios(pixel_luminance(over), pixel_luminance(under)), stretch, counts, 0.95)
    ratios = np.where(counts < RULE.thresholds["least_ink"], np.inf, np.maximum(predicted, observed))
    worst = int(np.argmin(ratios))
    if np.isinf(ratios[worst]):
        return None
    return float(ratios[worst]), rect.rounded(), Colour(*(float(v) for v in np.median(under[stretch == worst], axis=0)))


def _expected_contrast(colour: Colour, alpha: float, behind: Pixels) -> NDArray[np.float32]:
    """Contrast of the glyphs' colour where antialiasing does not thin it: the computed colour over what is behind."""
    paint = np.array(colour[:3], dtype=np.float32) * alpha + behind.astype(np.float32) * (1 - alpha)
    return contrast_ratios(pixel_luminance(np.clip(np.rint(paint), 0, 255).astype(np.uint8)), pixel_luminance(behind))


def _is_under_cover(context: ViewContext, run: TextRun, covers: list[int]) -> bool:
    """Whether one of these boxes, of elsewhere, is painted over a part of the line: what is seen there is not its letters."""
    layout, order = context.layout, context.layout.paint_order(run.node)
    return any(
        layout.paint_order(node) > order
        and context.visible_rect(node).intersect(run.rect).area > RULE.thresholds["under"] * run.rect.area
        and not layout.is_within(run.element, node)
        and not layout.is_within(node, run.element)
        for node in covers
    )


def _is_covered_at_centre(context: ViewContext, run: TextRun, rect: Rect) -> bool:
    """Whether a box that is painted later lies over the middle of the line."""
    layout, order = context.layout, context.layout.paint_order(run.node)
    x, y = rect.centre
    for node in layout.elements:
        if layout.paint_order(node) > order and not layout.is_within(run.element, node) and context.is_shown(node):
            box = layout.rect(node)
            if box.x <= x <= box.right and box.y <= y <= box.bottom:
                return True
    return False


RULE = Rule(
    id="low-contrast",
    group="legibility",
    severity=Severity.WARNING,
    title="Text has too little contrast",
    message="Text contrast is {ratio}:1 ({text} on {background}); it needs {required_ratio}:1.",
    why="People with low vision, and everyone in sunlight or on a dim screen, cannot read text that is close to its background.",
    fix="Darken or lighten the text (or its background) until the ratio is reached; over pictures put a translucent layer behind the text.",
    thresholds={
        "aa": 4.5, "aa_large": 3.0, "aaa": 7.0, "aaa_large": 4.5, "large": 24.0, "large_bold": 18.66,
        "symbol": 3.0, "tolerance": 0.05, "unreadable": 1.5, "invisible": 1.1, "least_ink": 6, "smallest": 3, "under": 0.25,
    },
    view=judge,
    roles=("settled", "dark"),
    related="The text that is hard to read.",
    source="WCAG 2.2, 1.4.3 Contrast (Minimum) and 1.4.6 Contrast (Enhanced); 1.4.11 Non-text Contrast for symbols",
)  # fmt: skip
