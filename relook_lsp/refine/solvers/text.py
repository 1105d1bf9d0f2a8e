"""Text that is cut, too small, too wide, or that wraps where it should not."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.site import Site
from relook_lsp.refine.writer import Fix, Want, Where, Writer, fix


def clipped(site: Site, writer: Writer) -> Iterator[Patch]:
    """The box grows with its text, or the text breaks."""
    yield from writer.patches(_clipped(site), Where.DECLARED, Where.MEDIA, Where.INLINE)


def _clipped(site: Site) -> Iterator[Fix]:
    layout = site.layout
    start = layout.element_of(site.culprit)
    for node in dict.fromkeys((*site.lineage(start)[:3], *site.lineage(layout.element_of(site.place))[:3])):
        height, most = site.own(node, "height"), site.own(node, "max-height")
        if height is not None and height.value not in ("auto", "100%"):
            yield Fix(f"min-height: {height.value}", (Want(node, (("height", "auto"), ("min-height", height.value))),))
            yield fix(node, height="auto")
        if most is not None and most.value != "none":
            yield fix(node, max_height="none")
        if layout.style(node, "text-wrap-mode") == "nowrap" and site.winner(node, "white-space-collapse") is not None:
            yield fix(node, white_space="normal")
        width = site.own(node, "width")
        if width is not None and width.value not in ("auto", "100%"):
            yield Fix(f"min-width: {width.value}", (Want(node, (("width", "auto"), ("min-width", width.value))),))
        if layout.style(node, "-webkit-line-clamp") not in ("none", ""):
            yield fix(node, **{"-webkit-line-clamp": "none"})
        for axis in "xy":
            if layout.style(node, f"overflow-{axis}") in ("hidden", "clip") and site.own(node, f"overflow-{axis}"):
                yield fix(node, overflow="visible")
                break
        yield fix(node, overflow_wrap="anywhere")


def small(site: Site, writer: Writer) -> Iterator[Patch]:
    """The least size that is required."""
    needed = next((float(v) for v in site.finding.required.values() if isinstance(v, int | float)), 12.0)
    size = f"{needed:g}px"
    node = site.layout.element_of(site.culprit)
    yield from writer.patches([fix(node, font_size=size)], Where.DECLARED, Where.MEDIA, Where.INLINE)
    declared = site.winner(node, "font-size")
    if declared is not None and declared.value.endswith("em"):
        yield from writer.patches(
            [fix(node, font_size=f"{needed / 16:g}rem")], Where.DECLARED, Where.MEDIA, Where.INLINE
        )


def long(site: Site, writer: Writer) -> Iterator[Patch]:
    """A measure in characters."""
    yield from writer.patches(
        [fix(site.layout.element_of(site.culprit), max_width=measure) for measure in ("70ch", "65ch")],
        Where.DECLARED,
        Where.INLINE,
    )


def wrapping(site: Site, writer: Writer) -> Iterator[Patch]:
    """Keep labels together, give rows room."""
    node = site.layout.element_of(site.culprit)
    fixes = [
        fix(node, white_space="nowrap"),
        fix(node, flex_shrink="0"),
        fix(node, white_space="nowrap", flex_shrink="0"),
    ]
    fixes += [fix(above, gap="8px") for above in site.lineage(node)[1:2]]
    fixes += [fix(above, flex_wrap="wrap") for above in site.lineage(node)[1:2]]
    yield from writer.patches(fixes, Where.DECLARED, Where.MEDIA, Where.INLINE)
