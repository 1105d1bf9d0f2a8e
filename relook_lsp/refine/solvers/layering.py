"""Things that lie on each other, under a fixed bar, or in a box that has collapsed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.site import Site
from relook_lsp.refine.writer import Fix, Want, Where, Writer, fix, grow


def overlapping(site: Site, writer: Writer) -> Iterator[Patch]:
    """Back into the flow, apart, or in front."""
    node, place = site.layout.element_of(site.culprit), site.layout.element_of(site.place)
    fixes: list[Fix] = []
    for one in dict.fromkeys((node, place)):
        layout = site.layout
        for side in ("top", "bottom", "left", "right"):
            if layout.pixels(one, f"margin-{side}") < 0:
                fixes.append(Fix(f"margin-{side}: 0", (Want(one, ((f"margin-{side}", "0"),)),)))
        if layout.style(one, "position") in ("absolute", "fixed"):
            fixes.append(fix(one, position="static"))
        if layout.style(one, "position") == "relative":
            fixes.append(fix(one, top="auto", bottom="auto", left="auto", right="auto"))
        height = site.own(one, "height")
        if height is not None and height.value != "auto":
            fixes.append(grow(one, "height", height.value))
        if layout.style(one, "transform") != "none":
            fixes.append(fix(one, transform="none"))
        line = site.own(one, "line-height")
        if line is not None:
            fixes.append(fix(one, line_height="1.3"))
        for above in site.lineage(one)[1:2]:
            if "flex" in layout.style(above, "display"):
                fixes.append(fix(above, flex_wrap="wrap"))
            height = site.own(above, "height")
            if height is not None and height.value != "auto":
                fixes.append(grow(above, "height", height.value))
    fixes += _apart(site, place)
    fixes += [fix(place, position="relative", z_index="1"), fix(node, pointer_events="none")]
    yield from writer.patches(fixes, Where.DECLARED, Where.MEDIA, Where.INLINE)


def _apart(site: Site, node: int) -> Iterator[Fix]:
    """Moved down or aside by as much as it lies over the other."""
    for name, side in (("height", "top"), ("width", "left")):
        overlap = float(site.finding.measured.get(name, 0) or 0)
        if 0 < overlap < 200:
            moved = math.ceil(site.layout.pixels(node, f"margin-{side}") + overlap) + 1
            yield Fix(f"margin-{side}: {moved}px", (Want(node, ((f"margin-{side}", f"{moved}px"),)),))


def behind_bar(site: Site, writer: Writer) -> Iterator[Patch]:
    """Content begins below the bar. Where jumps to a heading end is not measured: ``scroll-padding`` would be an edit that
    nothing shows to be needed."""
    layout = site.layout
    body = layout.find("body")
    bar = site.culprit
    height = round(layout.rect(bar).height)
    bottom = layout.rect(bar).y > height
    if body is None or not height:
        return
    side = "bottom" if bottom else "top"
    needed = f"{height + round(layout.pixels(body, f'padding-{side}'))}px"
    fixes = [
        Fix(f"padding-{side}: {needed}", (Want(body, ((f"padding-{side}", needed),)),)),
        fix(bar, position="sticky"),
    ]
    place = layout.element_of(site.place)
    if place not in (body, bar):
        fixes.append(Fix(f"margin-{side}: {height}px", (Want(place, ((f"margin-{side}", f"{height}px"),)),)))
    yield from writer.patches(fixes, Where.DECLARED, Where.MEDIA, Where.INLINE)


def collapsed(site: Site, writer: Writer) -> Iterator[Patch]:
    """The box contains its children again."""
    node = site.layout.element_of(site.culprit)
    fixes = [fix(node, display="flow-root"), fix(node, height="auto"), fix(node, min_height="fit-content")]
    floats = [
        c
        for c in site.layout.children[node]
        if site.layout.types[c] == 1 and site.layout.style(c, "float") not in ("none", "")
    ]
    if not floats:
        fixes = fixes[1:]
        fixes += [
            fix(c, position="static")
            for c in site.layout.children[node]
            if site.layout.style(c, "position") == "absolute"
        ]
    yield from writer.patches(fixes, Where.DECLARED, Where.MEDIA, Where.INLINE)
