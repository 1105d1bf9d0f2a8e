"""The table of defects: for every kind the elements it fits, what is declared there, and what ReLook must then say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from coloraide import Color

from model_server.training.defects import spot as at
from model_server.training.defects.spot import Spot, Where

Value = Callable[[Spot, Random], str]
"""The breaking value; empty removes the declaration."""


@dataclass(frozen=True)
class Kind:
    """``rules``: what the critics may call it, any of them."""

    name: str
    rules: frozenset[str]
    where: Where
    values: Mapping[str, Value]
    places: tuple[str, ...] = ("declared", "source", "inline", "media", "variable")


def px(low: int, high: int, step: int = 10) -> Value:
    return lambda _, random: f"{random.randrange(low, high + 1, step)}px"


def of(*words: str) -> Value:
    return lambda _, random: random.choice(words)


def share(side: str, low: float, high: float, sign: str = "") -> Value:
    """A share of the element's own ``width`` or ``height``, in pixels."""
    return lambda spot, random: f"{sign}{round(getattr(spot.rect, side) * random.uniform(low, high))}px"


def near(own: str) -> Value:
    """A colour too near to that of the text (``color``) or of its ground (``background-color``)."""

    def value(spot: Spot, random: Random) -> str:
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


def _kind(name: str, rules: frozenset[str], where: Where, places: str = "", **values: Value) -> Kind:
    declared = {key.replace("_", "-"): value for key, value in values.items()}
    return Kind(name, rules, where, declared, *([tuple(places.split())] if places else []))


KINDS: tuple[Kind, ...] = (
    # wider than the room there is
    _kind("fixed-width", _WIDE, at.block, width=px(480, 1400)),
    _kind("least-width", _WIDE, at.block, min_width=px(480, 1400)),
    _kind("window-width", _WIDE, at.block, width=of("100vw", "105vw", "110vw", "calc(100% + 80px)")),
    _kind("padding-outside", _WIDE, at.padded_box, box_sizing=of("content-box")),
    _kind("wide-padding", _WIDE | _CUT, at.block, padding=of("0 120px", "16px 30%", "0 15vw")),
    _kind("pulled-out", _WIDE, at.block, margin_right=share("width", 0.1, 0.4, "-")),
    _kind("pushed-out", _WIDE, at.block, margin_left=share("width", 0.2, 0.6)),
    _kind("moved-out", _WIDE, at.block, transform=of("translateX(30%)", "translateX(240px)", "scale(1.3)")),
    _kind("one-line", _WIDE | _CUT, at.paragraph, white_space=of("nowrap", "pre")),
    _kind("no-wrap-row", _WIDE | _WRAP | _CUT, at.wrapping, flex_wrap=of("nowrap", "")),
    _kind("rigid-basis", _WIDE, at.flexible, flex=of("0 0 480px", "0 0 640px", "1 0 900px")),
    _kind("fixed-columns", _WIDE, at.grid, grid_template_columns=of("repeat(3, 320px)", "repeat(4, 260px)", "280px 640px", "repeat(2, 480px)")),
    _kind("wide-gap", _WIDE | _WRAP, at.row, gap=px(120, 360)),
    _kind("wide-picture", _WIDE, at.picture, min_width=px(600, 1600)),
    _kind("lost-limit", _WIDE, at.limited_picture, max_width=of("", "none")),
    _kind("huge-heading", _WIDE | _WRAP | _CUT, at.heading, font_size=of("96px", "7rem", "12vw", "120px")),
    _kind("wide-table", _WIDE, at.tabular, min_width=px(600, 1300)),
    _kind("lost-scroll", _WIDE, at.scroller, overflow_x=of("visible")),
    _kind("small-range", _WIDE, at.block, "range", min_width=px(720, 900)),
    # cut off
    _kind("fixed-height", _CUT | _OVER, at.paragraph, height=share("height", 0.3, 0.7), overflow=of("hidden")),
    _kind("largest-height", _CUT, at.paragraph, max_height=share("height", 0.3, 0.7), overflow=of("hidden", "clip")),
    _kind("cut-line", _CUT, at.paragraph, white_space=of("nowrap"), overflow=of("hidden")),
    _kind("cut-box", _CUT | _OVER, at.holder, height=share("height", 0.3, 0.7), overflow=of("hidden")),
    _kind("low-box", _OVER, at.holder, height=share("height", 0.3, 0.7)),
    # over one another
    _kind("pulled-up", _OVER, at.follower, margin_top=share("height", 0.4, 0.9, "-")),
    _kind("lifted", _OVER, at.follower, top=px(-60, -20, 4), position=of("relative")),
    _kind("out-of-flow", _OVER | _WIDE, at.follower, position=of("absolute")),
    _kind("tight-lines", _OVER, at.paragraph, line_height=of("0.5", "0.6", "8px")),
    _kind("fixed-bar", frozenset(("content-behind-fixed-bar",)) | _OVER, at.top_bar, position=of("fixed"), z_index=of("10", "100")),
    _kind("collapsed", frozenset(("collapsed-container",)) | _OVER, at.holder, height=of("0", "1px")),
    # hard to read
    _kind("pale-text", _PALE, at.written, color=near("background-color")),
    _kind("pale-ground", _PALE, at.painted, background_color=near("color")),
    _kind("faded", _PALE, at.written, opacity=of("0.2", "0.3", "0.35", "0.45")),
    _kind("tiny-text", _SMALL, at.written, font_size=of("7px", "8px", "6px", "0.45rem", "50%", "0.4em")),
    # hard to use
    _kind("small-button", _TARGET | _CUT, at.crowded, max_height=of("12px", "14px", "16px")),
    _kind("thin-button", _TARGET | _CUT, at.padded, padding=of("0", "0 2px", "1px")),
    _kind("no-outline", frozenset(("no-visible-focus",)), at.control, "declared source inline", outline=of("none", "0")),
    _kind("narrow-label", _WRAP | _CUT | _WIDE, at.label, width=share("width", 0.4, 0.75)),
    _kind("spread-letters", _WRAP | _WIDE | _CUT, at.label, letter_spacing=of("4px", "6px", "0.3em")),
)  # fmt: skip
"""The first value is what breaks the page; others only let it show, and a repair may leave them."""

HELD_OUT = frozenset(("rigid-basis", "moved-out", "largest-height", "faded", "wide-table", "thin-button"))
"""Kinds that no training example has: they measure what was learnt beyond the table."""
