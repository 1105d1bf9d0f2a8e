"""Pictures that are squeezed, blown up, or that push the page down when they arrive."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.site import Site
from relook_lsp.refine.writer import Fix, Where, Writer, fix


def distorted(site: Site, writer: Writer) -> Iterator[Patch]:
    """One side follows the other; else the picture is cropped instead of squeezed."""
    node = site.culprit
    height, width = site.own(node, "height"), site.own(node, "width")
    fixes: list[Fix] = []
    if height is not None and width is None:
        fixes.append(fix(node, width="auto"))
    if width is not None or site.layout.attribute(node, "width"):
        fixes.append(fix(node, height="auto"))
    fixes += [
        fix(node, object_fit="cover"),
        fix(node, height="auto"),
        fix(node, object_fit="contain"),
        fix(node, width="auto"),
    ]
    yield from writer.patches(fixes, Where.DECLARED, Where.INLINE)


def blurred(site: Site, writer: Writer) -> Iterator[Patch]:
    """No larger than its pixels."""
    node = site.culprit
    image = _image(site)
    if image is not None and image[0]:
        yield from writer.patches(
            [fix(node, max_width=f"{image[0]}px"), fix(node, max_width=f"{image[0]}px", height="auto")],
            Where.DECLARED,
            Where.INLINE,
        )


def shifting(site: Site, writer: Writer) -> Iterator[Patch]:
    """Room is kept from the beginning."""
    node, image = site.culprit, _image(site)
    if image is not None and image[0] and image[1]:
        patch = writer.attributes(
            node, f"width and height of the picture ({image[0]}x{image[1]})", width=str(image[0]), height=str(image[1])
        )
        if patch is not None:
            yield patch
        yield from writer.patches(
            [fix(node, aspect_ratio=f"{image[0]} / {image[1]}", width="100%", height="auto")],
            Where.DECLARED,
            Where.INLINE,
        )
    box = site.layout.rect(node)
    if box.height > 0:
        yield from writer.patches([fix(node, min_height=f"{round(box.height)}px")], Where.DECLARED, Where.INLINE)
    for above in site.lineage(node)[1:2]:
        height = site.layout.rect(above).height
        yield from writer.patches([fix(above, min_height=f"{round(height)}px")], Where.DECLARED, Where.INLINE)


def _image(site: Site) -> tuple[int, int] | None:
    key = site.layout.key(site.culprit)
    return next(((i.width, i.height) for i in site.view.images if i.key == key), None)
