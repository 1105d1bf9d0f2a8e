"""Things that are wider than the room they have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Declaration
from relook_lsp.refine.site import Site
from relook_lsp.refine.writer import Fix, Want, Where, Writer, fix

_MEDIA = frozenset(("img", "video", "canvas", "iframe", "embed", "object", "svg"))
_FLEX = ("flex", "inline-flex")
_GRID = ("grid", "inline-grid")
_LENGTH = re.compile(r"(?:\d*\.)?\d+(?:px|rem|em|vw|ch|pt|cm|mm|in)")


_PUSHED = 16
"""Margins and paddings larger than this (CSS pixels) may be what pushes a box out."""

_LARGE, _KEPT = 24, 0.5
"""Text from this size on (CSS pixels) may become smaller, down to this share of its size."""


def solve(site: Site, writer: Writer) -> Iterator[Patch]:
    """Unconditional edits first, then the same for the failing widths only, then on the tag itself."""
    yield from writer.patches(_fixes(site), Where.DECLARED, Where.MEDIA, Where.INLINE)


def _fixes(site: Site) -> Iterator[Fix]:
    node = site.layout.element_of(site.culprit)
    yield from _of(site, node, first=True)
    for above in site.lineage(node)[1:]:
        if site.layout.names[above] != "body" or site.own(above, "width") is not None:
            yield from _of(site, above, first=False)
    yield from _together(site)


def _together(site: Site) -> Iterator[Fix]:
    """Boxes that are wider than the window by a length of their own: where one gives way, the next still sticks out."""
    wide: dict[Declaration, int] = {}
    for node in site.known:
        width = site.own(node, "width")
        too_wide = site.layout.rect(node).width > site.scene.layout_width
        if width is not None and too_wide and _LENGTH.fullmatch(width.value):
            wide.setdefault(width, node)
    if len(wide) < 2:
        return
    for values in _no_wider(site, *wide.values()):
        wants = tuple(want for node in wide.values() for want in fix(node, **values).wants)
        yield Fix("every box that is wider than the window gives way", wants)


def _no_wider(site: Site, *nodes: int) -> tuple[dict[str, str], ...]:
    """Values for ``fix``: at most as wide as the room there is. Where padding and border come on top of a width and would then reach
    beyond the window, first with these inside."""
    plain = {"max_width": "100%"}
    boxed = plain | {"box_sizing": "border-box"}
    return (boxed, plain) if any(_sticks_out(site, node) for node in nodes) else (plain, boxed)


def _sticks_out(site: Site, node: int) -> bool:
    """Whether a box whose content is as wide as its parent's reaches beyond the window."""
    layout, parent = site.layout, _parent(site, node)
    if parent is None or layout.style(node, "box-sizing") != "content-box":
        return False
    room = site.scene.content_box(parent)
    around = layout.rect(node).width - site.scene.content_box(node).width
    return room.x + layout.pixels(node, "margin-left") + room.width + around > site.scene.layout_width + 0.5


def _of(site: Site, node: int, *, first: bool) -> Iterator[Fix]:
    layout = site.layout
    name = layout.names[node]
    width, least = site.own(node, "width"), site.own(node, "min-width")
    if name in _MEDIA:
        keep = {"height": "auto"} if name in ("img", "video", "canvas") else {}
        yield fix(node, max_width="100%", **keep)
    if name == "pre":
        yield fix(node, overflow_x="auto")
    if name == "table" and first:
        yield fix(node, "scroll the table in itself", display="block", max_width="100%", overflow_x="auto")
    if width is not None and "100vw" in width.value:
        yield fix(node, width="100%")
    if width is not None and (_LENGTH.search(width.value) or _wide(width.value)):
        for values in _no_wider(site, node):
            yield fix(node, **values)
    elif width is not None and layout.style(node, "box-sizing") == "content-box":
        yield fix(node, box_sizing="border-box")
    if least is not None and _LENGTH.search(least.value):
        yield fix(node, min_width=f"min({least.value}, 100%)")
        yield fix(node, min_width="0")
    parent = _parent(site, node)
    display = layout.style(parent, "display") if parent is not None else ""
    if parent is not None and display in _FLEX:
        if layout.style(parent, "flex-wrap") == "nowrap" and not layout.style(parent, "flex-direction").startswith(
            "column"
        ):
            yield fix(parent, flex_wrap="wrap")
        yield fix(node, min_width="0")
        if layout.style(node, "flex-shrink") == "0":
            yield fix(node, flex_shrink="1", min_width="0")
    if parent is not None and display in _GRID:
        yield fix(node, min_width="0")
        yield from _tracks(site, parent)
    if layout.style(node, "display") in _GRID:
        yield from _tracks(site, node)
    if layout.style(node, "display") in _FLEX and layout.style(node, "flex-wrap") == "nowrap":
        yield fix(node, flex_wrap="wrap")
    if layout.style(node, "text-wrap-mode") == "nowrap":
        kept = layout.style(node, "white-space-collapse") == "preserve"
        yield fix(node, white_space="pre-wrap" if kept else "normal")
    if layout.style(node, "word-break") == "keep-all":
        yield fix(node, word_break="normal")
    if first:
        yield from _smaller(site, node)
        yield fix(node, overflow_wrap="anywhere")
        yield fix(node, "break long words, with hyphens", overflow_wrap="anywhere", hyphens="auto")
        for side in ("left", "right"):
            for box in ("margin", "padding"):
                pushed = layout.pixels(node, f"{box}-{side}")
                if pushed < 0 or (pushed > _PUSHED and site.own(node, f"{box}-{side}") is not None):
                    yield Fix(f"{box}-{side}: 0", (Want(node, ((f"{box}-{side}", "0"),)),))
        if abs(layout.pixels(node, "text-indent")) > _PUSHED:
            yield fix(node, text_indent="0")
        if layout.style(node, "transform") != "none" and site.own(node, "transform") is not None:
            yield fix(node, transform="none")
        if layout.pixels(node, "letter-spacing") > 0 and site.own(node, "letter-spacing") is not None:
            yield fix(node, letter_spacing="normal")
        if layout.style(node, "position") in ("absolute", "relative") and layout.style(node, "left") != "auto":
            yield fix(node, left="auto", right="0")
        yield fix(node, max_width="100%")
        yield fix(node, max_width="100%", min_width="0", box_sizing="border-box")


def _smaller(site: Site, node: int) -> Iterator[Fix]:
    """Large text that grows with the window until it has its size: its words stay whole."""
    layout, window = site.layout, site.scene.layout_width
    declared, size = site.own(node, "font-size"), layout.pixels(node, "font-size")
    parent = _parent(site, node)
    if declared is None or declared.name != "font-size" or parent is None or size < _LARGE:
        return
    room = min(window, *(site.scene.content_box(n).width for n in (node, parent)))
    line = max((run.rect.width for run in layout.runs if layout.within(run.element, node)), default=0.0)
    if _KEPT * line <= room < line:
        # A little less than just enough: what surrounds the text has pixels, not parts of the window.
        part = f"{math.floor(970 * size * room / line / window) / 10:g}vw"
        yield fix(node, font_size=part if "vw" in declared.value else f"min({declared.value}, {part})")


def _wide(value: str) -> bool:
    """Whether a width is a percentage above 100."""
    share = re.fullmatch(r"([\d.]+)%", value)
    return share is not None and float(share.group(1)) > 100


def _parent(site: Site, node: int) -> int | None:
    return next((n for n in site.layout.ancestors(node) if site.layout.types[n] == 1), None)


def _tracks(site: Site, grid: int) -> Iterator[Fix]:
    """Tracks that give way: fixed lengths become maxima, and the number of columns follows the room."""
    declared = site.own(grid, "grid-template-columns")
    if declared is None or declared.name != "grid-template-columns":
        return
    value = declared.value
    repeated = re.fullmatch(
        r"repeat\(\s*(?:\d+|auto-fit|auto-fill)\s*,\s*(?:minmax\(\s*)?([\d.]+(?:px|rem|em))[^)]*\)?\s*\)", value
    )
    if repeated:
        size = repeated.group(1)
        yield fix(grid, grid_template_columns=f"repeat(auto-fit, minmax(min({size}, 100%), 1fr))")
    flexible = re.sub(r"(?<![\w(])1fr", "minmax(0, 1fr)", value)
    if flexible != value and "minmax" not in value:
        yield fix(grid, grid_template_columns=flexible)
    fixed = re.sub(r"(?<![\w(,-])((?:\d*\.)?\d+(?:px|rem|em))(?![\w)])", r"minmax(0, \1)", value)
    if fixed != value and "(" not in value:
        yield fix(grid, grid_template_columns=fixed)
    yield fix(grid, grid_template_columns="minmax(0, 1fr)")
