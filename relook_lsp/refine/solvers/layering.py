"""Things that lie on each other, under a fixed bar, or in a box that has collapsed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WantedValues, WriteTarget, least_size_fix, style_fix
from relook_lsp.refine.repair_site import RepairSite


def solve_overlap(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """Back into the flow, apart, or in front."""
    node, place = site.layout.nearest_element(site.culprit), site.layout.nearest_element(site.element)
    fixes: list[StyleFix] = []
    for one in dict.fromkeys((node, place)):
        layout = site.layout
        for side in ("top", "bottom", "left", "right"):
            if layout.style_px(one, f"margin-{side}") < 0:
                fixes.append(StyleFix(f"margin-{side}: 0", (WantedValues(one, ((f"margin-{side}", "0"),)),)))
        if layout.style(one, "position") in ("absolute", "fixed"):
            fixes.append(style_fix(one, position="static"))
        if layout.style(one, "position") == "relative":
            fixes.append(style_fix(one, top="auto", bottom="auto", left="auto", right="auto"))
        height = site.own_declaration(one, "height")
        if height is not None and height.value != "auto":
            fixes.append(least_size_fix(one, "height", height.value))
        if layout.style(one, "transform") != "none":
            fixes.append(style_fix(one, transform="none"))
        line = site.own_declaration(one, "line-height")
        if line is not None:
            fixes.append(style_fix(one, line_height="1.3"))
        for above in site.editable_ancestors(one)[1:2]:
            if "flex" in layout.style(above, "display"):
                fixes.append(style_fix(above, flex_wrap="wrap"))
            height = site.own_declaration(above, "height")
            if height is not None and height.value != "auto":
                fixes.append(least_size_fix(above, "height", height.value))
    fixes += _move_apart(site, place)
    fixes += [style_fix(place, position="relative", z_index="1"), style_fix(node, pointer_events="none")]
    yield from writer.write_patches(fixes, WriteTarget.DECLARED, WriteTarget.MEDIA, WriteTarget.INLINE)


def _move_apart(site: RepairSite, node: int) -> Iterator[StyleFix]:
    """Moved down or aside by as much as it lies over the other."""
    for name, side in (("height", "top"), ("width", "left")):
        overlap = float(site.finding.measured.get(name, 0) or 0)
        if 0 < overlap < 200:
            moved = math.ceil(site.layout.style_px(node, f"margin-{side}") + overlap) + 1
            yield StyleFix(f"margin-{side}: {moved}px", (WantedValues(node, ((f"margin-{side}", f"{moved}px"),)),))


def solve_behind_bar(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """Content begins below the bar. Where jumps to a heading end is not measured: ``scroll-padding`` would be an edit that
    nothing shows to be needed."""
    layout = site.layout
    body = layout.find_first("body")
    bar = site.culprit
    height = round(layout.rect(bar).height)
    bottom = layout.rect(bar).y > height
    if body is None or not height:
        return
    side = "bottom" if bottom else "top"
    needed = f"{height + round(layout.style_px(body, f'padding-{side}'))}px"
    fixes = [
        StyleFix(f"padding-{side}: {needed}", (WantedValues(body, ((f"padding-{side}", needed),)),)),
        style_fix(bar, position="sticky"),
    ]
    place = layout.nearest_element(site.element)
    if place not in (body, bar):
        fixes.append(
            StyleFix(f"margin-{side}: {height}px", (WantedValues(place, ((f"margin-{side}", f"{height}px"),)),))
        )
    yield from writer.write_patches(fixes, WriteTarget.DECLARED, WriteTarget.MEDIA, WriteTarget.INLINE)


def solve_collapsed(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """The box contains its children again."""
    node = site.layout.nearest_element(site.culprit)
    fixes = [
        style_fix(node, display="flow-root"),
        style_fix(node, height="auto"),
        style_fix(node, min_height="fit-content"),
    ]
    floats = [
        c
        for c in site.layout.children[node]
        if site.layout.types[c] == 1 and site.layout.style(c, "float") not in ("none", "")
    ]
    if not floats:
        fixes = fixes[1:]
        fixes += [
            style_fix(c, position="static")
            for c in site.layout.children[node]
            if site.layout.style(c, "position") == "absolute"
        ]
    yield from writer.write_patches(fixes, WriteTarget.DECLARED, WriteTarget.MEDIA, WriteTarget.INLINE)
