"""Which of the matched declarations wins (CSS Cascading and Inheritance 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from relook_lsp.core.snapshot import Declaration

_SIDES = ("top", "right", "bottom", "left")

INHERITED = frozenset(
    ("color", "font-size", "font-weight", "font-family", "line-height", "letter-spacing", "text-align", "text-indent",
     "white-space", "white-space-collapse", "text-wrap-mode", "overflow-wrap", "word-break", "visibility", "cursor",
     "pointer-events", "-webkit-text-fill-color", "-webkit-text-stroke-width", "text-shadow", "direction", "writing-mode",
     "list-style-type", "user-select", "word-spacing", "text-transform")
)  # fmt: skip


def shorthands(name: str) -> tuple[str, ...]:
    """The property and every shorthand that sets it."""
    more: list[str] = []
    if name.startswith(("margin-", "padding-")):
        more = [name.split("-")[0]]
    elif name in _SIDES:
        more = ["inset"]
    elif name.startswith("border-") and name.endswith(("-width", "-color", "-style")):
        _, side, part = name.split("-", 2)
        more = [f"border-{side}", f"border-{part}", "border"]
    elif name.endswith("-radius"):
        more = ["border-radius"]
    elif name in ("background-color", "background-image", "background-size", "background-clip"):
        more = ["background"]
    elif name in ("font-size", "font-weight", "font-family", "line-height"):
        more = ["font"]
    elif name in ("overflow-x", "overflow-y"):
        more = ["overflow"]
    elif name in ("flex-grow", "flex-shrink", "flex-basis"):
        more = ["flex"]
    elif name in ("flex-direction", "flex-wrap"):
        more = ["flex-flow"]
    elif name in ("row-gap", "column-gap"):
        more = ["gap", f"grid-{name}", "grid-gap"]
    elif name in ("white-space-collapse", "text-wrap-mode"):
        more = ["white-space"]
    elif name.startswith("grid-template-"):
        more = ["grid-template", "grid"]
    elif name.startswith("outline-"):
        more = ["outline"]
    elif name.startswith("text-decoration-"):
        more = ["text-decoration"]
    elif name == "transform":
        more = ["translate", "scale", "rotate"]
    elif name.startswith("transition-"):
        more = ["transition"]
    elif name.startswith("animation-"):
        more = ["animation"]
    return (name, *more)


def winner(declarations: Sequence[Declaration], name: str, *, inherit: bool | None = None) -> Declaration | None:
    """The declaration that gives the property its value: the node's own, else the nearest ancestor's where the
    property is inherited. User-agent style and declarations without a place in a source count as no winner."""
    names = frozenset(shorthands(name))
    may_inherit = (name in INHERITED or name.startswith("--")) if inherit is None else inherit
    levels = sorted({d.level for d in declarations}) if may_inherit else [0]
    for level in levels:
        here = [d for d in declarations if d.level == level and d.name in names]
        best = _strongest(here)
        if best is not None:
            return best if best.range is not None and best.origin != "user-agent" else None
    return None


def _strongest(declarations: Iterable[Declaration]) -> Declaration | None:
    """Declarations come weakest first; importance lifts over order. Longhands that a shorthand expands to come
    without a range, so the written shorthand is preferred to its expansion."""
    best: Declaration | None = None
    for one in declarations:
        if one.range is None and one.origin not in ("user-agent",) and best is not None:
            continue
        if best is None or one.important or not best.important:
            best = one
    return best
