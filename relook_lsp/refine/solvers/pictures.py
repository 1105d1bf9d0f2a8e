"""Pictures that are squeezed, blown up, or that push the page down when they arrive."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.patch_writer import PatchWriter, StyleFix, WriteTarget, style_fix
from relook_lsp.refine.repair_site import RepairSite


def solve_distorted(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """One side follows the other; else the picture is cropped instead of squeezed."""
    node = site.culprit
    height, width = site.own_declaration(node, "height"), site.own_declaration(node, "width")
    fixes: list[StyleFix] = []
    if height is not None and width is None:
        fixes.append(style_fix(node, width="auto"))
    if width is not None or site.layout.attribute(node, "width"):
        fixes.append(style_fix(node, height="auto"))
    fixes += [
        style_fix(node, object_fit="cover"),
        style_fix(node, height="auto"),
        style_fix(node, object_fit="contain"),
        style_fix(node, width="auto"),
    ]
    yield from writer.write_patches(fixes, WriteTarget.DECLARED, WriteTarget.INLINE)


def solve_blurred(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """No larger than its pixels."""
    node = site.culprit
    image = _natural_size(site)
    if image is not None and image[0]:
        yield from writer.write_patches(
            [style_fix(node, max_width=f"{image[0]}px"), style_fix(node, max_width=f"{image[0]}px", height="auto")],
            WriteTarget.DECLARED,
            WriteTarget.INLINE,
        )


def solve_shifting(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """Room is kept from the beginning."""
    node, image = site.culprit, _natural_size(site)
    if image is not None and image[0] and image[1]:
        patch = writer.write_attributes(
            node, f"width and height of the picture ({image[0]}x{image[1]})", width=str(image[0]), height=str(image[1])
        )
        if patch is not None:
            yield patch
        yield from writer.write_patches(
            [style_fix(node, aspect_ratio=f"{image[0]} / {image[1]}", width="100%", height="auto")],
            WriteTarget.DECLARED,
            WriteTarget.INLINE,
        )
    box = site.layout.rect(node)
    if box.height > 0:
        yield from writer.write_patches(
            [style_fix(node, min_height=f"{round(box.height)}px")], WriteTarget.DECLARED, WriteTarget.INLINE
        )
    for above in site.editable_ancestors(node)[1:2]:
        height = site.layout.rect(above).height
        yield from writer.write_patches(
            [style_fix(above, min_height=f"{round(height)}px")], WriteTarget.DECLARED, WriteTarget.INLINE
        )


def _natural_size(site: RepairSite) -> tuple[int, int] | None:
    key = site.layout.key(site.culprit)
    return next(((i.width, i.height) for i in site.view.images if i.key == key), None)
