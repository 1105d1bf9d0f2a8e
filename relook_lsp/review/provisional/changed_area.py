"""Where a page looks otherwise than before, as far as boxes and computed styles tell. Pure."""

from __future__ import annotations

from relook_lsp.browser.camera import MAX_HEIGHT
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout, Viewport

_AROUND = 24
"""CSS pixels around boxes: shadows, outlines, and the ground that they are seen against."""

_MOST = 0.5
"""Share of the page from which all of it is looked at: a part costs a part of a picture, and its margins."""


def changed_rect(before: Layout, after: Layout, viewport: Viewport) -> Rect | None:
    """The part of the document (CSS pixels, whole) in which something has other boxes or computed styles; None where
    nothing has. It holds every line of text that it touches."""
    width, height = after.content_size
    page = Rect(0, 0, int(max(width, viewport.width)), int(min(max(height, viewport.height), MAX_HEIGHT)))
    if before.names != after.names:
        return page
    nodes = range(len(after))
    other = {node for node in nodes if before.box_and_styles(node) != after.box_and_styles(node)}
    if not other:
        same = before.content_size == after.content_size and all(
            before.paint_order(n) == after.paint_order(n) for n in nodes
        )
        return None if same else page
    for node in nodes:  # what is in an element looks otherwise with it; parents come before their children
        if after.parents[node] in other:
            other.add(node)
    found = None
    for node in other:
        if after.names[node] in ("html", "body") and before.box_and_styles(node)[4:] == after.box_and_styles(node)[4:]:
            continue  # only as tall as what is in it
        for layout in (before, after):
            box = layout.rect(node)
            if box.area:
                found = box if found is None else found.union(box)
    if found is None:
        return page
    part = found.inflate(_AROUND)
    lines = [run.rect for layout in (before, after) for run in layout.text_runs]
    for line in lines:
        if part.intersect(line).area:
            part = part.union(line)
    part = part.intersect(page)
    if part.area > _MOST * page.area:
        return page
    left, top = int(part.x), int(part.y)
    return Rect(
        left,
        top,
        min(int(part.right - left) + 1, page.width - left),
        min(int(part.bottom - top) + 1, page.height - top),
    )
