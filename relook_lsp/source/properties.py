"""Which CSS properties inherit, and which others set them: shorthands, logical twins, old names."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_SIDES = ("top", "right", "bottom", "left")
_FLOWS = ("inline-start", "inline-end", "block-start", "block-end")
_LINES = ("width", "style", "color")

_INHERITED = """
    border-collapse border-spacing caption-side caret-color color color-scheme cursor direction empty-cells fill fill-rule
    font-family font-feature-settings font-kerning font-optical-sizing font-size font-size-adjust font-stretch font-style
    font-variant-alternates font-variant-caps font-variant-east-asian font-variant-emoji font-variant-ligatures
    font-variant-numeric font-variant-position font-variation-settings font-weight hyphens image-rendering letter-spacing
    line-break line-height list-style-image list-style-position list-style-type orphans overflow-wrap paint-order
    pointer-events quotes stroke stroke-width tab-size text-align text-align-last text-anchor text-indent text-orientation
    text-shadow text-transform text-wrap-mode text-wrap-style user-select visibility white-space white-space-collapse
    widows word-break word-spacing writing-mode -webkit-text-fill-color -webkit-text-stroke-color
    -webkit-text-stroke-width"""

INHERITED = frozenset(_INHERITED.split())


def _longhands_with_prefix(prefix: str, parts: tuple[str, ...], suffix: str = "") -> tuple[str, ...]:
    return tuple(f"{prefix}{part}{suffix}" for part in parts)


_LONGHANDS: dict[str, tuple[str, ...]] = {
    "margin": _longhands_with_prefix("margin-", _SIDES),
    "padding": _longhands_with_prefix("padding-", _SIDES),
    "inset": _SIDES,
    "border": tuple(f"border-{side}-{line}" for side in _SIDES for line in _LINES),
    "border-radius": _longhands_with_prefix("border-", ("top-left", "top-right", "bottom-right", "bottom-left"), "-radius"),
    "background": _longhands_with_prefix("background-", ("color", "image", "size", "clip", "origin", "position-x", "position-y", "repeat", "attachment")),
    "background-position": ("background-position-x", "background-position-y"),
    "font": ("font-style", "font-variant-caps", "font-weight", "font-stretch", "font-size", "line-height", "font-family"),
    "overflow": ("overflow-x", "overflow-y"),
    "flex": ("flex-grow", "flex-shrink", "flex-basis"),
    "flex-flow": ("flex-direction", "flex-wrap"),
    "gap": ("row-gap", "column-gap"),
    "grid-gap": ("row-gap", "column-gap"),
    "grid-row-gap": ("row-gap",),
    "grid-column-gap": ("column-gap",),
    "white-space": ("white-space-collapse", "text-wrap-mode"),
    "text-wrap": ("text-wrap-mode", "text-wrap-style"),
    "grid-template": ("grid-template-rows", "grid-template-columns", "grid-template-areas"),
    "grid": ("grid-template-rows", "grid-template-columns", "grid-template-areas", "grid-auto-flow", "grid-auto-rows", "grid-auto-columns"),
    "grid-row": ("grid-row-start", "grid-row-end"),
    "grid-column": ("grid-column-start", "grid-column-end"),
    "grid-area": ("grid-row-start", "grid-row-end", "grid-column-start", "grid-column-end"),
    "place-items": ("align-items", "justify-items"),
    "place-content": ("align-content", "justify-content"),
    "place-self": ("align-self", "justify-self"),
    "outline": ("outline-width", "outline-style", "outline-color"),
    "text-decoration": ("text-decoration-line", "text-decoration-style", "text-decoration-color", "text-decoration-thickness"),
    "transition": ("transition-property", "transition-duration", "transition-timing-function", "transition-delay"),
    "animation": ("animation-name", "animation-duration", "animation-delay", "animation-iteration-count", "animation-fill-mode"),
    "list-style": ("list-style-type", "list-style-position", "list-style-image"),
    "columns": ("column-width", "column-count"),
    "mask": ("mask-image", "mask-size", "mask-position", "mask-repeat", "mask-clip"),
    "-webkit-mask": ("mask-image",),
    "-webkit-mask-image": ("mask-image",),
    "-webkit-text-stroke": ("-webkit-text-stroke-width", "-webkit-text-stroke-color"),
    "word-wrap": ("overflow-wrap",),
    "-webkit-user-select": ("user-select",),
    "-webkit-appearance": ("appearance",),
    "-webkit-background-clip": ("background-clip",),
    "-webkit-box-shadow": ("box-shadow",),
    **{f"border-{side}": _longhands_with_prefix(f"border-{side}-", _LINES) for side in (*_SIDES, *_FLOWS)},
    **{f"border-{line}": tuple(f"border-{side}-{line}" for side in _SIDES) for line in _LINES},
    **{f"{box}-{axis}": (f"{box}-{axis}-start", f"{box}-{axis}-end")
       for box in ("margin", "padding", "inset") for axis in ("inline", "block")},
    **{f"border-{axis}": tuple(f"border-{axis}-{end}-{line}" for end in ("start", "end") for line in _LINES)
       for axis in ("inline", "block")},
    **{f"border-{axis}-{line}": (f"border-{axis}-start-{line}", f"border-{axis}-end-{line}")
       for axis in ("inline", "block") for line in _LINES},
}  # fmt: skip

_SHORTHANDS: dict[str, tuple[str, ...]] = {}
for _short, _longs in _LONGHANDS.items():
    for _long in _longs:
        _SHORTHANDS[_long] = (*_SHORTHANDS.get(_long, ()), _short)


class Flow(NamedTuple):
    """Which sides the logical ones are (CSS Writing Modes 4); computed values of the two properties."""

    writing_mode: str = "horizontal-tb"
    direction: str = "ltr"

    @property
    def is_vertical(self) -> bool:
        return self.writing_mode.startswith(("vertical", "sideways"))

    def logical_side(self, side: str) -> str:
        """``inline-start`` for ``left``, and so on."""
        if self.is_vertical:
            turned = self.writing_mode == "sideways-lr"
            inline = ("bottom", "top") if turned else ("top", "bottom")
            block = ("left", "right") if self.writing_mode.endswith("-lr") else ("right", "left")
        else:
            inline, block = ("left", "right"), ("top", "bottom")
        start, end = inline if self.direction != "rtl" else inline[::-1]
        return {start: "inline-start", end: "inline-end", block[0]: "block-start", block[1]: "block-end"}[side]


@lru_cache(maxsize=512)
def logical_twin(name: str, flow: Flow) -> str | None:
    """The flow-relative twin of a physical longhand (CSS Logical Properties 1)."""
    axis = {"width": "block" if flow.is_vertical else "inline", "height": "inline" if flow.is_vertical else "block"}
    for prefix in ("min-", "max-", ""):
        if name.startswith(prefix) and name.removeprefix(prefix) in axis:
            return f"{prefix}{axis[name.removeprefix(prefix)]}-size"
    if name in ("overflow-x", "overflow-y"):
        return f"overflow-{axis['width' if name.endswith('x') else 'height']}"
    if name in _SIDES:
        return f"inset-{flow.logical_side(name)}"
    parts = name.split("-")
    if parts[0] in ("margin", "padding") and parts[-1] in _SIDES:
        return f"{parts[0]}-{flow.logical_side(parts[1])}"
    if parts[0] == "border" and parts[-1] in _LINES and parts[1] in _SIDES:
        return f"border-{flow.logical_side(parts[1])}-{parts[-1]}"
    if parts[0] == "border" and parts[-1] == "radius" and len(parts) == 4:
        ends = dict(flow.logical_side(side).split("-") for side in parts[1:3])
        return f"border-{ends['block']}-{ends['inline']}-radius"
    return None


@lru_cache(maxsize=1024)
def setting_properties(name: str, flow: Flow) -> frozenset[str]:
    """The property, its flow-relative twin, and everything that sets one of them, ``all`` included."""
    twin = logical_twin(name, flow)
    names = {name} if twin is None else {name, twin}
    found = set(names)
    for one in names:
        found.update(_SHORTHANDS.get(one, ()))
    if not name.startswith("--") and name not in ("direction", "unicode-bidi"):
        found.add("all")
    return frozenset(found)


def shorthands_of(name: str) -> tuple[str, ...]:
    """The property and every shorthand or old name that sets it."""
    return (name, *_SHORTHANDS.get(name, ()))


def is_inherited(name: str) -> bool:
    return name in INHERITED or name.startswith("--")


_HINTS = {
    "color": ("color", "text"),
    "background-color": ("bgcolor",),
    "background-image": ("background",),
    "text-align": ("align",),
    "float": ("align",),
    "vertical-align": ("valign",),
    "white-space-collapse": ("nowrap",),
    "text-wrap-mode": ("nowrap", "wrap"),
    "font-size": ("size",),
    "font-family": ("face",),
    "aspect-ratio": ("width", "height"),
    "width": ("size", "cols"),
    "height": ("rows",),
    "list-style-type": ("type",),
    "border-spacing": ("cellspacing",),
    "direction": ("dir",),
}


def presentational_attributes(name: str) -> tuple[str, ...]:
    """Attributes that may set a property, the likeliest first (HTML Living Standard, 15; SVG 2, 6.6)."""
    box = {
        "border": ("border", "frame", "rules"),
        "padding": ("cellpadding",),
        "margin": ("hspace", "vspace", "align", "marginwidth"),
    }
    return (name, *_HINTS.get(name, ()), *box.get(name.split("-")[0], ()))
