"""Text that is broken over columns, where it is.

Chromium (150) tells every line of a block as if the block stood whole in its first column, and the pieces of the block
itself where they are. So a line belongs to the next piece where the lines start again from the top, and stands as far
from its place as that piece from the first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, cast

from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.core.geometry import Rect
from relook_lsp.core.layout import Layout

_STEP = """function () {
  const style = getComputedStyle(this), px = parseFloat;
  const gap = style.columnGap === "normal" ? px(style.fontSize) : px(style.columnGap);
  const width = this.clientWidth - px(style.paddingLeft) - px(style.paddingRight);
  const fit = style.columnWidth === "auto" ? Infinity : Math.max(1, Math.floor((width + gap) / (px(style.columnWidth) + gap)));
  const count = Math.min(fit, style.columnCount === "auto" ? Infinity : px(style.columnCount));
  return Number.isFinite(count) ? (width - (count - 1) * gap) / count + gap : 0;
}"""
"""Pixels from one column of an element to the next (CSS Multi-column Layout 1, section 3.4); 0 where it has none."""


class TextBoxLine(NamedTuple):
    """A text box: its number in the snapshot, the node of its text, and where it is (CSS pixels of the page)."""

    box: int
    node: int
    rect: Rect


async def place_column_text(cdp: Cdp, layout: Layout, world: int) -> Layout:
    """The layout with such lines, and the inline elements around them, in their columns. A block that has not as many
    pieces as its lines say stays as it was told. ``world``: the execution context to ask in."""
    broken = {block: lines for block, lines in _lines_by_block(layout).items() if any(_column_restarts(lines))}
    if not broken:
        return layout
    counts = [1 + sum(_column_restarts(lines)) for lines in broken.values()]
    pieces = await asyncio.gather(
        *(_fragment_offsets(cdp, layout.backend_ids[block], n, world) for block, n in zip(broken, counts, strict=True))
    )
    texts: dict[int, Rect] = {}
    boxes: dict[int, Rect] = {}
    for (block, lines), offsets in zip(broken.items(), pieces, strict=True):
        for line in _shift_lines(lines, offsets):
            texts[line.box] = line.rect
            node = line.node
            while node != block:
                boxes[node] = boxes[node].union(line.rect) if node in boxes else line.rect
                node = layout.parents[node]
    return _with_bounds(layout, texts, boxes)


def _lines_by_block(layout: Layout) -> dict[int, list[TextBoxLine]]:
    """The lines of every block in the order of the text; blocks that are written from right to left are left out."""
    document = layout.raw["documents"][0]
    boxes, nodes = document["textBoxes"], cast("list[int]", document["layout"]["nodeIndex"])
    blocks: dict[int, list[TextBoxLine]] = {}
    rows, rects = cast("list[int]", boxes["layoutIndex"]), cast("list[list[float]]", boxes["bounds"])
    for index, (row, bounds) in enumerate(zip(rows, rects, strict=True)):
        node = nodes[row]
        if bounds[2] > 0 and bounds[3] > 0:
            blocks.setdefault(layout.nearest_block(layout.parents[node]), []).append(
                TextBoxLine(index, node, Rect(*bounds))
            )
    return {block: lines for block, lines in blocks.items() if layout.style(block, "direction") == "ltr"}


def _column_restarts(lines: Sequence[TextBoxLine]) -> Iterator[bool]:
    """For every line after the first, whether it starts above the one before it, or on it."""
    for (_, _, before), (_, _, after) in pairwise(lines):
        down, half = after.y - before.y, min(before.height, after.height) / 2
        yield down < -half or (down <= half and after.x < before.right - 1)


async def _fragment_offsets(cdp: Cdp, backend_id: int, count: int, world: int) -> list[tuple[float, float]]:
    """How far every piece of a block stands from the first; empty where the browser tells of fewer."""
    with contextlib.suppress(CdpError):
        quads = (await cdp.send("DOM.getContentQuads", {"backendNodeId": backend_id}))["quads"]
        if len(quads) >= count:
            return [(quad[0] - quads[0][0], quad[1] - quads[0][1]) for quad in quads]
        # The columns are its own: they all begin at its top.
        node = await cdp.send("DOM.resolveNode", {"backendNodeId": backend_id, "executionContextId": world})
        question = {"functionDeclaration": _STEP, "objectId": node["object"]["objectId"], "returnByValue": True}
        step = (await cdp.send("Runtime.callFunctionOn", question))["result"].get("value") or 0
        return [(piece * step, 0.0) for piece in range(count)] if step else []
    return []


def _shift_lines(lines: Sequence[TextBoxLine], offsets: Sequence[tuple[float, float]]) -> Iterator[TextBoxLine]:
    piece = 0
    for line, restart in zip(lines, (False, *_column_restarts(lines)), strict=True):
        piece += restart
        if offsets:
            x, y = offsets[piece]
            yield line._replace(rect=line.rect.translated(x, y))


def _with_bounds(layout: Layout, texts: dict[int, Rect], boxes: dict[int, Rect]) -> Layout:
    """The layout with other bounds for some text boxes (by number) and nodes."""
    document: dict[str, Any] = layout.raw["documents"][0]
    told, rows = document["textBoxes"], document["layout"]
    lines = list(told["bounds"])
    for box, rect in texts.items():
        lines[box] = list(rect)
    bounds = [
        list(boxes[node]) if node in boxes else as_told
        for node, as_told in zip(rows["nodeIndex"], rows["bounds"], strict=True)
    ]
    document = {**document, "textBoxes": {**told, "bounds": lines}, "layout": {**rows, "bounds": bounds}}
    return Layout({**layout.raw, "documents": [document]}, layout.properties)
