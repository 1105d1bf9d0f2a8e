"""An element of a clean page, and the predicates that say which defects fit it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from relook_lsp.core.geometry import Rect
from relook_lsp.critics.view_context import ViewContext

MAX_TOP = 6000
"""Elements further down than this (CSS pixels) are left alone: what no one scrolls to teaches nothing new."""


@dataclass(frozen=True)
class CandidateElement:
    """Boxes are those of the widest configured viewport."""

    scene: ViewContext
    node: int

    @cached_property
    def name(self) -> str:
        return self.scene.layout.names[self.node]

    @cached_property
    def rect(self) -> Rect:
        return self.scene.visible_rect(self.node)

    def style(self, name: str) -> str:
        return self.scene.layout.style(self.node, name)

    def pixels(self, name: str) -> float:
        return self.scene.layout.style_px(self.node, name)

    @cached_property
    def text(self) -> str:
        """The text that stands directly in the element."""
        return " ".join(run.text.strip() for run in self.scene.layout.text_runs if run.element == self.node)

    @cached_property
    def children(self) -> list[int]:
        """Child elements with a box."""
        layout = self.scene.layout
        return [n for n in layout.children[self.node] if layout.types[n] == 1 and layout.has_box(n)]

    @cached_property
    def parent(self) -> CandidateElement:
        """The element above; itself where there is none."""
        return CandidateElement(self.scene, max(0, self.scene.layout.parents[self.node]))

    @cached_property
    def usable(self) -> bool:
        """In the source, painted, of some size, near enough to the top, and not the page itself."""
        layout, rect = self.scene.layout, self.rect
        return (
            layout.source_offset(self.node) is not None
            and self.name not in ("html", "body", "script", "style", "br", "option")
            and self.scene.is_shown(self.node)
            and rect.width >= 8
            and rect.height >= 8
            and rect.y < MAX_TOP
            and self.scene.is_on_page(rect)
        )


ElementPredicate = Callable[[CandidateElement], bool]

_FLEX, _GRID = ("flex", "inline-flex"), ("grid", "inline-grid")
_INLINE = ("inline", "contents", "")


def is_block(spot: CandidateElement) -> bool:
    return spot.style("display") not in _INLINE and spot.rect.width > 160 and spot.rect.height > 16


def is_holder(spot: CandidateElement) -> bool:
    """A box that holds others."""
    return is_block(spot) and bool(spot.children) and spot.rect.height > 40


def is_paragraph(spot: CandidateElement) -> bool:
    return is_block(spot) and len(spot.text) > 60


def has_plain_text(spot: CandidateElement) -> bool:
    """Text of its own, in one colour on a plain ground."""
    return len(spot.text) >= 3 and spot.style("background-image") == "none"


def paints_background(spot: CandidateElement) -> bool:
    """Paints a plain background behind text."""
    return is_block(spot) and spot.style("background-color") not in ("rgba(0, 0, 0, 0)", "") and bool(spot.text)


def is_heading(spot: CandidateElement) -> bool:
    return spot.name in ("h1", "h2", "h3", "h4") and len(spot.text) >= 4


def is_enabled_control(spot: CandidateElement) -> bool:
    return spot.scene.is_control(spot.node) and not spot.scene.is_disabled(spot.node) and spot.rect.width < 400


def is_crowded_control(spot: CandidateElement) -> bool:
    """A control with a box of its own and another one close by: WCAG excepts links in running text, and small targets
    with room around them."""
    layout = spot.scene.layout
    if not is_enabled_control(spot) or spot.style("display") in _INLINE or spot.rect.height < 20:
        return False
    around = spot.rect.inflate(10)
    others = (n for n in (*spot.parent.children, *spot.parent.parent.children) if n != spot.node)
    return any(spot.scene.is_control(n) and around.intersect(layout.rect(n)).area > 0 for n in others)


def is_label(spot: CandidateElement) -> bool:
    """A short text in a row: a menu entry, a button."""
    single = is_enabled_control(spot) and 4 <= len(spot.text) <= 40 and spot.rect.height < 80
    return single and spot.style("display") not in _INLINE and len(spot.parent.children) > 1


def is_row(spot: CandidateElement) -> bool:
    return (
        spot.style("display") in _FLEX
        and len(spot.children) >= 2
        and not spot.style("flex-direction").startswith("column")
    )


def is_wrapping_row(spot: CandidateElement) -> bool:
    return is_row(spot) and spot.style("flex-wrap") == "wrap"


def is_flex_item(spot: CandidateElement) -> bool:
    return is_row(spot.parent) and spot.rect.width > 60


def is_grid(spot: CandidateElement) -> bool:
    return spot.style("display") in _GRID and len(spot.children) >= 2


def is_picture(spot: CandidateElement) -> bool:
    return spot.name == "img" and spot.rect.width >= 40 and spot.rect.height >= 30


def is_limited_picture(spot: CandidateElement) -> bool:
    return is_picture(spot) and spot.style("max-width") not in ("none", "")


def is_padded_box(spot: CandidateElement) -> bool:
    """A box whose width counts its padding, and that is as wide as it may be."""
    padding = spot.pixels("padding-left") + spot.pixels("padding-right")
    return is_block(spot) and spot.style("box-sizing") == "border-box" and padding >= 16


def is_top_bar(spot: CandidateElement) -> bool:
    return (
        spot.rect.y < 60
        and 30 <= spot.rect.height < 160
        and spot.rect.width > 0.8 * spot.scene.width
        and spot.style("position") in ("static", "relative")
        and (bool(spot.children) or bool(spot.text))
    )


def is_follower(spot: CandidateElement) -> bool:
    """A box below another one."""
    if not is_block(spot) or spot.style("position") != "static":
        return False
    siblings = spot.parent.children
    return bool(siblings) and siblings[0] != spot.node and spot.rect.height > 20


def is_padded_control(spot: CandidateElement) -> bool:
    return is_crowded_control(spot) and spot.pixels("padding-top") + spot.pixels("padding-bottom") >= 6


def is_scroller(spot: CandidateElement) -> bool:
    return spot.style("overflow-x") in ("auto", "scroll") and spot.rect.width > 160


def is_tabular(spot: CandidateElement) -> bool:
    return spot.name in ("table", "pre", "ul", "ol", "form", "fieldset") and spot.rect.width > 160
