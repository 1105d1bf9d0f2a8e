"""Where two snapshots of one page differ in what rules read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from relook_lsp.core.snapshot import Layout, Snapshot, TextRun, View

_PIXEL = 0.51
"""CSS pixels by which two boxes may differ and be one."""

_BLOB = re.compile(r"\bblob:\S+/[0-9a-f-]{36}")
"""The browser makes a new name for a blob at every load."""


def first_difference(stored: Snapshot, live: Snapshot) -> str:
    """One sentence; empty where rules would read the same."""
    return next(_differences(stored, live), "")


def _differences(stored: Snapshot, live: Snapshot) -> Iterator[str]:
    ids = [view.id for view in stored.views], [view.id for view in live.views]
    if ids[0] != ids[1]:
        yield f"the views are {ids[0]} and now {ids[1]}"
        return
    for one, other in zip(stored.views, live.views, strict=True):
        yield from (f"in {one.id}, {text}" for text in _between_views(one, other))
    requests = [{(r.url, r.kind, r.outcome) for r in snapshot.requests} for snapshot in (stored, live)]
    yield from (f"the request {request} is in one only" for request in sorted(requests[0] ^ requests[1]))
    messages = [{(m.kind, m.text, m.place) for m in snapshot.messages} for snapshot in (stored, live)]
    yield from (f"the message {message} is in one only" for message in sorted(messages[0] ^ messages[1], key=str))
    for text, values in (
        ("the script that hangs", (stored.hang, live.hang)),
        ("whether a script hangs", (stored.hung, live.hung)),
    ):
        if values[0] != values[1]:
            yield f"{text} was {values[0]} and is now {values[1]}"


def _between_views(one: View, other: View) -> Iterator[str]:
    if one.images != other.images:
        yield f"the pictures are {one.images} and now {other.images}"
    if (one.frame is None, one.background is None) != (other.frame is None, other.background is None):
        yield "one has a frame that the other lacks"
    yield from _between_layouts(one.layout, other.layout)


def _between_layouts(one: Layout, other: Layout) -> Iterator[str]:
    if not _near(one.content_size, other.content_size):
        yield f"the document's size was {one.content_size} and is now {other.content_size}"
    if one.names != other.names:
        yield "the document has other nodes"
        return
    for node in range(len(one)):
        if _written(one, node) != _written(other, node):
            yield f"{one.selector(node)} has other attributes or text"
        if one.has_box(node) != other.has_box(node):
            yield f"{one.selector(node)} has a box in one only"
        if _animated(one, node):
            continue
        boxes = [(*layout.rect(node), *layout.client_box(node), *layout.scroll_box(node)) for layout in (one, other)]
        if not _near(*boxes):
            yield f"the box of {one.selector(node)} was {boxes[0]} and is now {boxes[1]}"
        for name in one.properties:
            values = one.style(node, name), other.style(node, name) if name in other.properties else None
            if values[0] != values[1]:
                yield f"{name} of {one.selector(node)} was {values[0]!r} and is now {values[1]!r}"
    for was, now in zip_longest(one.text_runs, other.text_runs):
        if was is None or now is None or not _is_line(one, was, now):
            yield f"a line of text was {was} and is now {now}"


def _is_line(layout: Layout, was: TextRun, now: TextRun) -> bool:
    return was.text == now.text and (_animated(layout, was.element) or _near(was.rect, now.rect))


def _written(layout: Layout, node: int) -> tuple[str, str]:
    """Attributes and text of a node."""
    return _BLOB.sub("blob:", str(layout.attributes(node))), layout.text_of(node)


def _animated(layout: Layout, node: int) -> bool:
    """Whether an animation runs on the node or above it: how far it is at a moment differs by some frames."""
    return any(layout.style(n, "animation-name") not in ("none", "") for n in (node, *layout.ancestors(node)))


def _near(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) < _PIXEL for a, b in zip(one, other, strict=True))
