"""What a box paints by itself, and how it came to its place: questions that the layout rules share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from relook_lsp.core.colour import parse_computed_colour
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.view_context import ViewContext

REPLACED = frozenset(("img", "video", "canvas", "iframe", "object", "embed", "svg", "button", "input", "select", "textarea"))  # fmt: skip

_SIDES = ("top", "right", "bottom", "left")
_SMALL, _EDGE = 0.6, 1.0
"""Height of small letters, as a share of the size of the letters; pixels at the ends of a line that hold no ink."""
_OPAQUE_PARTS = frozenset(("svg", "input", "select", "textarea", "meter", "progress", "video", "audio", "math"))
_VISIBLE_EDGE = 18
"""Sum of channel differences from which the eye sees where a box ends."""


def colour_alpha(context: ViewContext, node: int, name: str) -> float:
    return _alpha_of_value(context.layout.style(node, name))


@lru_cache(maxsize=1024)
def _alpha_of_value(value: str) -> float:
    colour = parse_computed_colour(value)
    return 0.0 if colour is None else colour.alpha


def has_visible_box(context: ViewContext, node: int) -> bool:
    """Whether the box shows where it ends: a background, a border or a shadow of its own."""
    layout = context.layout
    if layout.style(node, "display").startswith(("inline ", "contents")) or layout.style(node, "display") == "inline":
        return False
    if colour_alpha(context, node, "background-color") > 0.05 or layout.style(node, "background-image") not in (
        "none",
        "",
    ):
        return True
    if layout.style(node, "box-shadow") not in ("none", ""):
        return True
    return any(
        layout.style_px(node, f"border-{side}-width") > 0 and colour_alpha(context, node, f"border-{side}-color") > 0.1
        for side in _SIDES
    )


def is_opaque(context: ViewContext, node: int) -> bool:
    """Whether nothing shows through the box."""
    return colour_alpha(context, node, "background-color") >= 0.95 and context.total_opacity(node) >= 0.95


def is_inside_replaced_content(context: ViewContext, node: int) -> bool:
    """Whether the node is part of a drawing or of the inside of a form control, which browsers lay out by themselves."""
    layout = context.layout
    return any(layout.names[a] in _OPAQUE_PARTS for a in layout.ancestors(node))


def is_out_of_normal_place(context: ViewContext, node: int) -> bool:
    """Whether the box was put where it is by position, transform, float, negative margin or animation."""
    layout = context.layout
    if layout.style(node, "position") not in ("static", "") and (
        layout.style(node, "position") != "relative"
        or any(layout.style(node, side) not in ("auto", "0px") for side in _SIDES)
    ):
        return True
    if layout.style(node, "float") not in ("none", ""):
        return True
    return is_transformed(context, node) or any(layout.style_px(node, f"margin-{side}") < 0 for side in _SIDES)


def is_transformed(context: ViewContext, node: int) -> bool:
    """Whether a transform or an animation displaces what is painted."""
    layout = context.layout
    return layout.style(node, "transform") not in ("none", "") or layout.style(node, "animation-name") not in (
        "none",
        "",
    )


def is_decorative(context: ViewContext, node: int) -> bool:
    """Whether the page says that the node is not content."""
    layout = context.layout
    return any(
        layout.types[n] == 1 and layout.attribute(n, "aria-hidden") == "true" for n in (node, *layout.ancestors(node))
    )


def boxes_up_to(context: ViewContext, node: int, ancestor: int) -> Iterator[int]:
    """The node and its ancestors that have boxes, up to ``ancestor``, which is left out."""
    layout = context.layout
    at = node
    while at >= 0 and at != ancestor:
        if layout.types[at] == 1 and layout.has_box(at):
            yield at
        at = layout.parents[at]


def is_fixed_to_window(context: ViewContext, node: int) -> bool:
    """Whether the node or something above it is fixed to the window."""
    return any(context.layout.style(n, "position") == "fixed" for n in boxes_up_to(context, node, -1))


def is_edge_visible(context: ViewContext, box: Rect, side: str, other: Rect) -> bool:
    """Whether the picture changes where ``box`` ends on that side; looked at clear of the corners and of ``other``,
    which lies across the edge."""
    picture = context.pixels
    if picture is None:
        return False
    upright = side in ("left", "right")
    start, length = (box.y, box.height) if upright else (box.x, box.width)
    inside, outside = {
        "left": (box.x, box.x - 3),
        "right": (box.right - 1, box.right + 2),
        "top": (box.y, box.y - 3),
        "bottom": (box.bottom - 1, box.bottom + 2),
    }[side]
    low, high = round(start + 0.08 * length), round(start + 0.92 * length)
    hidden = (other.y - 2, other.bottom + 2) if upright else (other.x - 2, other.right + 2)
    along = [at for at in range(low, high) if not hidden[0] <= at <= hidden[1]]
    height, width = picture.shown.shape[:2]
    across = height if not upright else width
    along = [at for at in along if 0 <= at < (height if upright else width)]
    if len(along) < 4 or not (0 <= round(inside) < across and 0 <= round(outside) < across):
        return False
    shown = picture.shown.astype(np.int16)
    one, two = ((shown[along, round(x)] if upright else shown[round(x), along]) for x in (inside, outside))
    return bool((np.abs(one - two).sum(axis=1) >= _VISIBLE_EDGE).mean() >= 0.6)


def overhang(box: Rect, container: Rect) -> tuple[str, float]:
    """The side on which the box reaches farthest beyond the container, and by how many pixels (0: nowhere)."""
    sides = {
        "right": box.right - container.right,
        "left": container.x - box.x,
        "bottom": box.bottom - container.bottom,
        "top": container.y - box.y,
    }
    side = max(sides, key=lambda name: sides[name])
    return side, max(0.0, sides[side])


def glyph_rect(context: ViewContext, run: TextRun, share: float, inset: float = 0.0) -> Rect:
    """Where the letters of a line are: the middle of its box, so high as this share of their size, without ``inset``
    pixels at either end; what is cut off is left out."""
    height = min(run.rect.height, share * context.layout.style_px(run.element, "font-size"))
    width = max(0.0, run.rect.width - 2 * inset)
    rect = Rect(run.rect.x + inset, run.rect.centre[1] - height / 2, width, height)
    clip = context.text_clip_rect(run.element)
    return rect if clip is None else rect.intersect(clip)


def x_height_rect(context: ViewContext, run: TextRun) -> Rect:
    """Where letters without ascenders are."""
    return glyph_rect(context, run, _SMALL, _EDGE)
