"""Things that are wider than the room they have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Declaration
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WantedValues, WriteTarget, style_fix
from relook_lsp.refine.repair_site import RepairSite

_MEDIA = frozenset(("img", "video", "canvas", "iframe", "embed", "object", "svg"))
_FLEX = ("flex", "inline-flex")
_GRID = ("grid", "inline-grid")
_LENGTH = re.compile(r"(?:\d*\.)?\d+(?:px|rem|em|vw|ch|pt|cm|mm|in)")


_PUSHED = 16
"""Margins and paddings larger than this (CSS pixels) may be what pushes a box out."""

_LARGE, _KEPT = 24, 0.5
"""Text from this size on (CSS pixels) may become smaller, down to this share of its size."""


def solve_overflow(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """Unconditional edits first, then the same for the failing widths only, then on the tag itself."""
    yield from writer.write_patches(_overflow_fixes(site), WriteTarget.DECLARED, WriteTarget.MEDIA, WriteTarget.INLINE)


def _overflow_fixes(site: RepairSite) -> Iterator[StyleFix]:
    node = site.layout.nearest_element(site.culprit)
    yield from _fixes_of_element(site, node, first=True)
    for above in site.editable_ancestors(node)[1:]:
        if site.layout.names[above] != "body" or site.own_declaration(above, "width") is not None:
            yield from _fixes_of_element(site, above, first=False)
    yield from _joint_width_fix(site)


def _joint_width_fix(site: RepairSite) -> Iterator[StyleFix]:
    """Boxes that are wider than the window by a length of their own: where one gives way, the next still sticks out."""
    wide: dict[Declaration, int] = {}
    for node in site.known_elements:
        width = site.own_declaration(node, "width")
        too_wide = site.layout.rect(node).width > site.view_context.layout_width
        if width is not None and too_wide and _LENGTH.fullmatch(width.value):
            wide.setdefault(width, node)
    if len(wide) < 2:
        return
    for values in _no_wider_than_room(site, *wide.values()):
        wants = tuple(want for node in wide.values() for want in style_fix(node, **values).wants)
        yield StyleFix("every box that is wider than the window gives way", wants)


def _no_wider_than_room(site: RepairSite, *nodes: int) -> tuple[dict[str, str], ...]:
    """Values for ``fix``: at most as wide as the room there is. Where padding and border come on top of a width and would then reach
    beyond the window, first with these inside."""
    plain = {"max_width": "100%"}
    boxed = plain | {"box_sizing": "border-box"}
    return (boxed, plain) if any(_exceeds_window(site, node) for node in nodes) else (plain, boxed)


def _exceeds_window(site: RepairSite, node: int) -> bool:
    """Whether a box whose content is as wide as its parent's reaches beyond the window."""
    layout, parent = site.layout, _parent_element(site, node)
    if parent is None or layout.style(node, "box-sizing") != "content-box":
        return False
    room = site.view_context.content_box(parent)
    around = layout.rect(node).width - site.view_context.content_box(node).width
    return room.x + layout.style_px(node, "margin-left") + room.width + around > site.view_context.layout_width + 0.5


def _fixes_of_element(site: RepairSite, node: int, *, first: bool) -> Iterator[StyleFix]:
    layout = site.layout
    name = layout.names[node]
    width, least = site.own_declaration(node, "width"), site.own_declaration(node, "min-width")
    if name in _MEDIA:
        keep = {"height": "auto"} if name in ("img", "video", "canvas") else {}
        yield style_fix(node, max_width="100%", **keep)
    if name == "pre":
        yield style_fix(node, overflow_x="auto")
    if name == "table" and first:
        yield style_fix(node, "scroll the table in itself", display="block", max_width="100%", overflow_x="auto")
    if width is not None and "100vw" in width.value:
        yield style_fix(node, width="100%")
    if width is not None and (_LENGTH.search(width.value) or _is_over_full_width(width.value)):
        for values in _no_wider_than_room(site, node):
            yield style_fix(node, **values)
    elif width is not None and layout.style(node, "box-sizing") == "content-box":
        yield style_fix(node, box_sizing="border-box")
    if least is not None and _LENGTH.search(least.value):
        yield style_fix(node, min_width=f"min({least.value}, 100%)")
        yield style_fix(node, min_width="0")
    parent = _parent_element(site, node)
    display = layout.style(parent, "display") if parent is not None else ""
    if parent is not None and display in _FLEX:
        if layout.style(parent, "flex-wrap") == "nowrap" and not layout.style(parent, "flex-direction").startswith(
            "column"
        ):
            yield style_fix(parent, flex_wrap="wrap")
        yield style_fix(node, min_width="0")
        if layout.style(node, "flex-shrink") == "0":
            yield style_fix(node, flex_shrink="1", min_width="0")
    if parent is not None and display in _GRID:
        yield style_fix(node, min_width="0")
        yield from _flexible_tracks(site, parent)
    if layout.style(node, "display") in _GRID:
        yield from _flexible_tracks(site, node)
    if layout.style(node, "display") in _FLEX and layout.style(node, "flex-wrap") == "nowrap":
        yield style_fix(node, flex_wrap="wrap")
    if layout.style(node, "text-wrap-mode") == "nowrap":
        kept = layout.style(node, "white-space-collapse") == "preserve"
        yield style_fix(node, white_space="pre-wrap" if kept else "normal")
    if layout.style(node, "word-break") == "keep-all":
        yield style_fix(node, word_break="normal")
    if first:
        yield from _fluid_font_size(site, node)
        yield style_fix(node, overflow_wrap="anywhere")
        yield style_fix(node, "break long words, with hyphens", overflow_wrap="anywhere", hyphens="auto")
        for side in ("left", "right"):
            for box in ("margin", "padding"):
                pushed = layout.style_px(node, f"{box}-{side}")
                if pushed < 0 or (pushed > _PUSHED and site.own_declaration(node, f"{box}-{side}") is not None):
                    yield StyleFix(f"{box}-{side}: 0", (WantedValues(node, ((f"{box}-{side}", "0"),)),))
        if abs(layout.style_px(node, "text-indent")) > _PUSHED:
            yield style_fix(node, text_indent="0")
        if layout.style(node, "transform") != "none" and site.own_declaration(node, "transform") is not None:
            yield style_fix(node, transform="none")
        if layout.style_px(node, "letter-spacing") > 0 and site.own_declaration(node, "letter-spacing") is not None:
            yield style_fix(node, letter_spacing="normal")
        if layout.style(node, "position") in ("absolute", "relative") and layout.style(node, "left") != "auto":
            yield style_fix(node, left="auto", right="0")
        yield style_fix(node, max_width="100%")
        yield style_fix(node, max_width="100%", min_width="0", box_sizing="border-box")


def _fluid_font_size(site: RepairSite, node: int) -> Iterator[StyleFix]:
    """Large text that grows with the window until it has its size: its words stay whole."""
    layout, window = site.layout, site.view_context.layout_width
    declared, size = site.own_declaration(node, "font-size"), layout.style_px(node, "font-size")
    parent = _parent_element(site, node)
    if declared is None or declared.name != "font-size" or parent is None or size < _LARGE:
        return
    room = min(window, *(site.view_context.content_box(n).width for n in (node, parent)))
    line = max((run.rect.width for run in layout.text_runs if layout.is_within(run.element, node)), default=0.0)
    if _KEPT * line <= room < line:
        # A little less than just enough: what surrounds the text has pixels, not parts of the window.
        part = f"{math.floor(970 * size * room / line / window) / 10:g}vw"
        yield style_fix(node, font_size=part if "vw" in declared.value else f"min({declared.value}, {part})")


def _is_over_full_width(value: str) -> bool:
    """Whether a width is a percentage above 100."""
    share = re.fullmatch(r"([\d.]+)%", value)
    return share is not None and float(share.group(1)) > 100


def _parent_element(site: RepairSite, node: int) -> int | None:
    return next((n for n in site.layout.ancestors(node) if site.layout.types[n] == 1), None)


def _flexible_tracks(site: RepairSite, grid: int) -> Iterator[StyleFix]:
    """Tracks that give way: fixed lengths become maxima, and the number of columns follows the room."""
    declared = site.own_declaration(grid, "grid-template-columns")
    if declared is None or declared.name != "grid-template-columns":
        return
    value = declared.value
    repeated = re.fullmatch(
        r"repeat\(\s*(?:\d+|auto-fit|auto-fill)\s*,\s*(?:minmax\(\s*)?([\d.]+(?:px|rem|em))[^)]*\)?\s*\)", value
    )
    if repeated:
        size = repeated.group(1)
        yield style_fix(grid, grid_template_columns=f"repeat(auto-fit, minmax(min({size}, 100%), 1fr))")
    flexible = re.sub(r"(?<![\w(])1fr", "minmax(0, 1fr)", value)
    if flexible != value and "minmax" not in value:
        yield style_fix(grid, grid_template_columns=flexible)
    fixed = re.sub(r"(?<![\w(,-])((?:\d*\.)?\d+(?:px|rem|em))(?![\w)])", r"minmax(0, \1)", value)
    if fixed != value and "(" not in value:
        yield style_fix(grid, grid_template_columns=fixed)
    yield style_fix(grid, grid_template_columns="minmax(0, 1fr)")
