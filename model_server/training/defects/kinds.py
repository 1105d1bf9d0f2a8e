"""The table of defect kinds: the elements a kind fits, the declarations it sets, and the rules that must report it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from coloraide import Color

from model_server.training.defects import element
from model_server.training.defects.element import CandidateElement, ElementPredicate

Value = Callable[[CandidateElement, Random], str]
"""The breaking value; empty removes the declaration."""


@dataclass(frozen=True)
class DefectKind:
    """``rules``: what the critics may call it, any of them."""

    name: str
    rules: frozenset[str]
    where: ElementPredicate
    values: Mapping[str, Value]
    places: tuple[str, ...] = ("declared", "source", "inline", "media", "variable")


def pixels_between(low: int, high: int, step: int = 10) -> Value:
    return lambda _, random: f"{random.randrange(low, high + 1, step)}px"


def one_of(*words: str) -> Value:
    return lambda _, random: random.choice(words)


def share_of_size(side: str, low: float, high: float, sign: str = "") -> Value:
    """A share of the element's own ``width`` or ``height``, in pixels."""
    return lambda spot, random: f"{sign}{round(getattr(spot.rect, side) * random.uniform(low, high))}px"


def low_contrast_with(own: str) -> Value:
    """A colour too near to that of the text (``color``) or of its ground (``background-color``)."""

    def value(spot: CandidateElement, random: Random) -> str:
        other = spot.style(own)
        layout, node = spot.scene.layout, spot.node
        while other in ("rgba(0, 0, 0, 0)", "") and layout.parents[node] >= 0:
            node = layout.parents[node]
            other = layout.style(node, own) if layout.types[node] == 1 else ""
        base = Color(other if other not in ("rgba(0, 0, 0, 0)", "") else "white").convert("oklch")
        light = float(base["lightness"])
        moved = light + random.uniform(0.04, 0.28) * (1 if light < 0.5 else -1)
        hue = random.uniform(0, 360)
        chroma = random.choice((0.0, float(base["chroma"]), 0.05))
        return (
            Color("oklch", [moved, chroma, hue]).convert("srgb").fit("srgb", method="oklch-chroma").to_string(hex=True)
        )

    return value


_WIDE = frozenset(
    ("page-scrolls-sideways", "leaves-viewport", "leaves-container", "small-range-break", "elements-collide")
)
_CUT = frozenset(("text-clipped", "leaves-container", "zoomed-text-clipped"))
_OVER = frozenset(("elements-collide", "text-covered", "covered-control", "leaves-container", "text-clipped"))
_PALE = frozenset(("low-contrast",))
_SMALL = frozenset(("text-too-small",))
_TARGET = frozenset(("small-target",))
_WRAP = frozenset(("unintended-wrap",))


def _kind(name: str, rules: frozenset[str], where: ElementPredicate, places: str = "", **values: Value) -> DefectKind:
    declared = {key.replace("_", "-"): value for key, value in values.items()}
    return DefectKind(name, rules, where, declared, *([tuple(places.split())] if places else []))


KINDS: tuple[DefectKind, ...] = (
    # wider than the room there is
    _kind("fixed-width", _WIDE, element.is_block, width=pixels_between(480, 1400)),
    _kind("least-width", _WIDE, element.is_block, min_width=pixels_between(480, 1400)),
    _kind("window-width", _WIDE, element.is_block, width=one_of("100vw", "105vw", "110vw", "calc(100% + 80px)")),
    _kind("padding-outside", _WIDE, element.is_padded_box, box_sizing=one_of("content-box")),
    _kind("wide-padding", _WIDE | _CUT, element.is_block, padding=one_of("0 120px", "16px 30%", "0 15vw")),
    _kind("pulled-out", _WIDE, element.is_block, margin_right=share_of_size("width", 0.1, 0.4, "-")),
    _kind("pushed-out", _WIDE, element.is_block, margin_left=share_of_size("width", 0.2, 0.6)),
    _kind("moved-out", _WIDE, element.is_block, transform=one_of("translateX(30%)", "translateX(240px)", "scale(1.3)")),
    _kind("one-line", _WIDE | _CUT, element.is_paragraph, white_space=one_of("nowrap", "pre")),
    _kind("no-wrap-row", _WIDE | _WRAP | _CUT, element.is_wrapping_row, flex_wrap=one_of("nowrap", "")),
    _kind("rigid-basis", _WIDE, element.is_flex_item, flex=one_of("0 0 480px", "0 0 640px", "1 0 900px")),
    _kind("fixed-columns", _WIDE, element.is_grid, grid_template_columns=one_of("repeat(3, 320px)", "repeat(4, 260px)", "280px 640px", "repeat(2, 480px)")),
    _kind("wide-gap", _WIDE | _WRAP, element.is_row, gap=pixels_between(120, 360)),
    _kind("wide-picture", _WIDE, element.is_picture, min_width=pixels_between(600, 1600)),
    _kind("lost-limit", _WIDE, element.is_limited_picture, max_width=one_of("", "none")),
    _kind("huge-heading", _WIDE | _WRAP | _CUT, element.is_heading, font_size=one_of("96px", "7rem", "12vw", "120px")),
    _kind("wide-table", _WIDE, element.is_tabular, min_width=pixels_between(600, 1300)),
    _kind("lost-scroll", _WIDE, element.is_scroller, overflow_x=one_of("visible")),
    _kind("small-range", _WIDE, element.is_block, "range", min_width=pixels_between(720, 900)),
    # cut off
    _kind("fixed-height", _CUT | _OVER, element.is_paragraph, height=share_of_size("height", 0.3, 0.7), overflow=one_of("hidden")),
    _kind("largest-height", _CUT, element.is_paragraph, max_height=share_of_size("height", 0.3, 0.7), overflow=one_of("hidden", "clip")),
    _kind("cut-line", _CUT, element.is_paragraph, white_space=one_of("nowrap"), overflow=one_of("hidden")),
    _kind("cut-box", _CUT | _OVER, element.is_holder, height=share_of_size("height", 0.3, 0.7), overflow=one_of("hidden")),
    _kind("low-box", _OVER, element.is_holder, height=share_of_size("height", 0.3, 0.7)),
    # over one another
    _kind("pulled-up", _OVER, element.is_follower, margin_top=share_of_size("height", 0.4, 0.9, "-")),
    _kind("lifted", _OVER, element.is_follower, top=pixels_between(-60, -20, 4), position=one_of("relative")),
    _kind("out-of-flow", _OVER | _WIDE, element.is_follower, position=one_of("absolute")),
    _kind("tight-lines", _OVER, element.is_paragraph, line_height=one_of("0.5", "0.6", "8px")),
    _kind("fixed-bar", frozenset(("content-behind-fixed-bar",)) | _OVER, element.is_top_bar, position=one_of("fixed"), z_index=one_of("10", "100")),
    _kind("collapsed", frozenset(("collapsed-container",)) | _OVER, element.is_holder, height=one_of("0", "1px")),
    # hard to read
    _kind("pale-text", _PALE, element.has_plain_text, color=low_contrast_with("background-color")),
    _kind("pale-ground", _PALE, element.paints_background, background_color=low_contrast_with("color")),
    _kind("faded", _PALE, element.has_plain_text, opacity=one_of("0.2", "0.3", "0.35", "0.45")),
    _kind("tiny-text", _SMALL, element.has_plain_text, font_size=one_of("7px", "8px", "6px", "0.45rem", "50%", "0.4em")),
    # hard to use
    _kind("small-button", _TARGET | _CUT, element.is_crowded_control, max_height=one_of("12px", "14px", "16px")),
    _kind("thin-button", _TARGET | _CUT, element.is_padded_control, padding=one_of("0", "0 2px", "1px")),
    _kind("no-outline", frozenset(("no-visible-focus",)), element.is_enabled_control, "declared source inline", outline=one_of("none", "0")),
    _kind("narrow-label", _WRAP | _CUT | _WIDE, element.is_label, width=share_of_size("width", 0.4, 0.75)),
    _kind("spread-letters", _WRAP | _WIDE | _CUT, element.is_label, letter_spacing=one_of("4px", "6px", "0.3em")),
)  # fmt: skip
"""The first value is what breaks the page; others only let it show, and a repair may leave them."""

HELD_OUT = frozenset(("rigid-basis", "moved-out", "largest-height", "faded", "wide-table", "thin-button"))
"""Kinds that no training example has: they measure what was learnt beyond the table."""
