"""Text that is cut, too small, too wide, or that wraps where it should not."""

from __future__ import annotations

import math
from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.site import Site
from relook_lsp.refine.writer import Fix, Want, Where, Writer, fix, grow


def clipped(site: Site, writer: Writer) -> Iterator[Patch]:
    """The box grows with its text, or the text breaks."""
    yield from writer.patches(_clipped(site), Where.DECLARED, Where.MEDIA, Where.INLINE)


def _clipped(site: Site) -> Iterator[Fix]:
    layout = site.layout
    start = layout.element_of(site.culprit)
    for node in dict.fromkeys((*site.lineage(start)[:3], *site.lineage(layout.element_of(site.place))[:3])):
        height, most = site.own(node, "height"), site.own(node, "max-height")
        if height is not None and height.value not in ("auto", "100%"):
            yield grow(node, "height", height.value)
            yield fix(node, height="auto")
        if most is not None and most.value != "none":
            yield fix(node, max_height="none")
        if layout.style(node, "text-wrap-mode") == "nowrap" and site.winner(node, "white-space-collapse") is not None:
            yield fix(node, white_space="normal")
        width = site.own(node, "width")
        if width is not None and width.value not in ("auto", "100%"):
            yield grow(node, "width", width.value)
        if layout.style(node, "-webkit-line-clamp") not in ("none", ""):
            yield fix(node, **{"-webkit-line-clamp": "none"})
        for axis in "xy":
            if layout.style(node, f"overflow-{axis}") in ("hidden", "clip") and site.own(node, f"overflow-{axis}"):
                yield fix(node, overflow="visible")
                break
        if site.own(node, "line-height") is not None:
            yield fix(node, line_height="1.3")
        yield fix(node, overflow_wrap="anywhere")


def small(site: Site, writer: Writer) -> Iterator[Patch]:
    """The least size that is required, where the size comes from: other small text follows."""
    needed = next((float(v) for v in site.finding.required.values() if isinstance(v, int | float)), 12.0)
    size = f"{needed:g}px"
    node = site.layout.element_of(site.culprit)
    places = Where.VARIABLE, Where.SOURCE, Where.DECLARED, Where.MEDIA, Where.INLINE
    yield from writer.patches([fix(node, font_size=size)], *places)
    declared = site.winner(node, "font-size")
    if declared is not None and declared.value.endswith("em"):
        yield from writer.patches([fix(node, font_size=f"{needed / 16:g}rem")], *places)


def long(site: Site, writer: Writer) -> Iterator[Patch]:
    """A measure in characters."""
    yield from writer.patches(
        [fix(site.layout.element_of(site.culprit), max_width=measure) for measure in ("70ch", "65ch")],
        Where.DECLARED,
        Where.INLINE,
    )


def wrapping(site: Site, writer: Writer) -> Iterator[Patch]:
    """Give the row the room that it lacks, or the labels less of their own; keep labels together."""
    layout, node = site.layout, site.layout.element_of(site.culprit)
    item = layout.element_of(site.place)
    row = next((n for n in site.lineage(item)[1:] if len(_elements(site, n)) > 1), None)
    fixes: list[Fix] = []
    if row is not None:
        width = site.own(row, "width")
        if width is not None and width.value not in ("auto", "100%"):
            fixes.append(fix(row, "the row takes the room it needs", width="auto"))
        fixes += _tighter(site, row)
    fixes += [
        fix(item, white_space="nowrap"),
        fix(item, flex_shrink="0"),
        fix(item, white_space="nowrap", flex_shrink="0"),
        fix(node, overflow_wrap="normal"),
        fix(node, word_break="normal"),
    ]
    for one in dict.fromkeys((node, item)):
        width = site.own(one, "width")
        if width is not None and width.value not in ("auto", "100%"):
            fixes.append(grow(one, "width", width.value))
    if row is not None:
        fixes += [fix(row, gap="8px"), fix(row, flex_wrap="wrap"), fix(row, flex_wrap="nowrap")]
    yield from writer.patches(fixes, Where.DECLARED, Where.MEDIA, Where.INLINE)


def _elements(site: Site, node: int) -> list[int]:
    return [child for child in site.layout.children[node] if site.layout.types[child] == 1]


def _tighter(site: Site, row: int) -> Iterator[Fix]:
    """Gaps or paddings that are smaller by what the last item lacks; at least a third of them stays."""
    layout, items = site.layout, _elements(site, row)
    inside = layout.pixels(row, "padding-left") + layout.pixels(row, "padding-right")
    room = layout.client(row).width - inside
    gap = layout.pixels(row, "column-gap")
    margins = sum(layout.pixels(n, f"margin-{side}") for n in items for side in ("left", "right"))
    lacks = sum(layout.rect(n).width for n in items) + margins + gap * (len(items) - 1) - room
    if lacks <= 0 or len(items) < 2:
        return
    smaller = math.floor(gap - lacks / (len(items) - 1))
    if smaller >= gap / 3 and smaller > 0:
        yield fix(row, column_gap=f"{smaller}px")
    first = items[0]
    padding = min(layout.pixels(n, f"padding-{side}") for n in items for side in ("left", "right"))
    thinner = math.floor(padding - lacks / (2 * len(items)))
    if thinner >= padding / 3 and thinner > 0:
        yield fix(first, padding_left=f"{thinner}px", padding_right=f"{thinner}px")
    if smaller > 0:
        return
    half = math.floor(padding - (lacks - gap * (len(items) - 1) / 2) / (2 * len(items)))
    if half >= padding / 3 and half > 0 and gap:
        values = (("padding-left", f"{half}px"), ("padding-right", f"{half}px"))
        wants = (Want(row, (("column-gap", f"{gap / 2:g}px"),)), Want(first, values))
        yield Fix("smaller gaps and paddings", wants)
