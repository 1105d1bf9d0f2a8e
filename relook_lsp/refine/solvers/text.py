"""Text that is cut, too small, too wide, or that wraps where it should not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WantedValues, WriteTarget, least_size_fix, style_fix
from relook_lsp.refine.repair_site import RepairSite


def solve_clipped(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """The box grows with its text, or the text breaks."""
    yield from writer.write_patches(_clipped_fixes(site), WriteTarget.DECLARED, WriteTarget.MEDIA, WriteTarget.INLINE)


def _clipped_fixes(site: RepairSite) -> Iterator[StyleFix]:
    layout = site.layout
    start = layout.nearest_element(site.culprit)
    for node in dict.fromkeys(
        (*site.editable_ancestors(start)[:3], *site.editable_ancestors(layout.nearest_element(site.element))[:3])
    ):
        height, most = site.own_declaration(node, "height"), site.own_declaration(node, "max-height")
        if height is not None and height.value not in ("auto", "100%"):
            yield least_size_fix(node, "height", height.value)
            yield style_fix(node, height="auto")
        if most is not None and most.value != "none":
            yield style_fix(node, max_height="none")
        if (
            layout.style(node, "text-wrap-mode") == "nowrap"
            and site.winning_declaration(node, "white-space-collapse") is not None
        ):
            yield style_fix(node, white_space="normal")
        width = site.own_declaration(node, "width")
        if width is not None and width.value not in ("auto", "100%"):
            yield least_size_fix(node, "width", width.value)
        if layout.style(node, "-webkit-line-clamp") not in ("none", ""):
            yield style_fix(node, **{"-webkit-line-clamp": "none"})
        for axis in "xy":
            if layout.style(node, f"overflow-{axis}") in ("hidden", "clip") and site.own_declaration(
                node, f"overflow-{axis}"
            ):
                yield style_fix(node, overflow="visible")
                break
        if site.own_declaration(node, "line-height") is not None:
            yield style_fix(node, line_height="1.3")
        yield style_fix(node, overflow_wrap="anywhere")


def solve_small_text(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """The least size that is required, where the size comes from: other small text follows."""
    needed = next((float(v) for v in site.finding.required.values() if isinstance(v, int | float)), 12.0)
    size = f"{needed:g}px"
    node = site.layout.nearest_element(site.culprit)
    places = WriteTarget.VARIABLE, WriteTarget.SOURCE, WriteTarget.DECLARED, WriteTarget.MEDIA, WriteTarget.INLINE
    yield from writer.write_patches([style_fix(node, font_size=size)], *places)
    declared = site.winning_declaration(node, "font-size")
    if declared is not None and declared.value.endswith("em"):
        yield from writer.write_patches([style_fix(node, font_size=f"{needed / 16:g}rem")], *places)


def solve_long_lines(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """A measure in characters."""
    yield from writer.write_patches(
        [style_fix(site.layout.nearest_element(site.culprit), max_width=measure) for measure in ("70ch", "65ch")],
        WriteTarget.DECLARED,
        WriteTarget.INLINE,
    )


def solve_wrapping(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """Give the row the room that it lacks, or the labels less of their own; keep labels together."""
    layout, node = site.layout, site.layout.nearest_element(site.culprit)
    item = layout.nearest_element(site.element)
    row = next((n for n in site.editable_ancestors(item)[1:] if len(_child_elements(site, n)) > 1), None)
    fixes: list[StyleFix] = []
    if row is not None:
        width = site.own_declaration(row, "width")
        if width is not None and width.value not in ("auto", "100%"):
            fixes.append(style_fix(row, "the row takes the room it needs", width="auto"))
        fixes += _tighter_spacing(site, row)
    fixes += [
        style_fix(item, white_space="nowrap"),
        style_fix(item, flex_shrink="0"),
        style_fix(item, white_space="nowrap", flex_shrink="0"),
        style_fix(node, overflow_wrap="normal"),
        style_fix(node, word_break="normal"),
    ]
    for one in dict.fromkeys((node, item)):
        width = site.own_declaration(one, "width")
        if width is not None and width.value not in ("auto", "100%"):
            fixes.append(least_size_fix(one, "width", width.value))
    if row is not None:
        fixes += [style_fix(row, gap="8px"), style_fix(row, flex_wrap="wrap"), style_fix(row, flex_wrap="nowrap")]
    yield from writer.write_patches(fixes, WriteTarget.DECLARED, WriteTarget.MEDIA, WriteTarget.INLINE)


def _child_elements(site: RepairSite, node: int) -> list[int]:
    return [child for child in site.layout.children[node] if site.layout.types[child] == 1]


def _tighter_spacing(site: RepairSite, row: int) -> Iterator[StyleFix]:
    """Gaps or paddings that are smaller by what the last item lacks; at least a third of them stays."""
    layout, items = site.layout, _child_elements(site, row)
    inside = layout.style_px(row, "padding-left") + layout.style_px(row, "padding-right")
    room = layout.client_box(row).width - inside
    gap = layout.style_px(row, "column-gap")
    margins = sum(layout.style_px(n, f"margin-{side}") for n in items for side in ("left", "right"))
    lacks = sum(layout.rect(n).width for n in items) + margins + gap * (len(items) - 1) - room
    if lacks <= 0 or len(items) < 2:
        return
    smaller = math.floor(gap - lacks / (len(items) - 1))
    if smaller >= gap / 3 and smaller > 0:
        yield style_fix(row, column_gap=f"{smaller}px")
    first = items[0]
    padding = min(layout.style_px(n, f"padding-{side}") for n in items for side in ("left", "right"))
    thinner = math.floor(padding - lacks / (2 * len(items)))
    if thinner >= padding / 3 and thinner > 0:
        yield style_fix(first, padding_left=f"{thinner}px", padding_right=f"{thinner}px")
    if smaller > 0:
        return
    half = math.floor(padding - (lacks - gap * (len(items) - 1) / 2) / (2 * len(items)))
    if half >= padding / 3 and half > 0 and gap:
        values = (("padding-left", f"{half}px"), ("padding-right", f"{half}px"))
        wants = (WantedValues(row, (("column-gap", f"{gap / 2:g}px"),)), WantedValues(first, values))
        yield StyleFix("smaller gaps and paddings", wants)
