"""Pictures of a view: how large they are by nature and on the page, and which did not come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Image, Request, Snapshot, View
from relook_lsp.critics.scene import Scene

_URL = re.compile(r"url\(['\"]?([^'\")]+)['\"]?\)")
_SMALLEST = 2
"""CSS pixels: what is smaller is a counter or a spacer."""


class Picture(NamedTuple):
    node: int
    image: Image


def pictures(scene: Scene) -> Iterator[Picture]:
    """Every ``<img>`` that is shown and has room on the page, in document order."""
    layout = scene.layout
    for image in scene.view.images:
        node = layout.by_key.get(image.key)
        if node is None or not scene.shown(node):
            continue
        box = scene.visible_rect(node)
        if box.width > _SMALLEST and box.height > _SMALLEST and scene.on_page(box):
            yield Picture(node, image)


def is_drawing(image: Image) -> bool:
    """Whether the picture is made of shapes: an SVG keeps its proportions and its sharpness by itself."""
    return urlsplit(image.url).path.lower().endswith((".svg", ".svgz")) or image.url.startswith("data:image/svg")


def did_not_come(snapshot: Snapshot, view: View) -> dict[str, Request]:
    """Key of every ``<img>`` of the view whose file is missing, may not be read or is no picture -> its request."""
    asked = {r.url: r for r in snapshot.requests if r.kind == "image"}
    found: dict[str, Request] = {}
    for image in view.images:
        request = asked.get(image.url.split("#")[0])
        if image.complete and not image.width and request is not None and not _dimensionless(image, request):
            found[image.key] = request
    return found


def holes(scene: Scene) -> list[Rect]:
    """Boxes that a picture would fill which did not come: what lies on them is not seen as it is meant."""
    layout = scene.layout
    places = [(layout.by_key[image.key], image.url) for image in scene.view.images]
    places += [(n, url) for n in layout.elements for url in _URL.findall(layout.style(n, "background-image"))]
    if not places:  # the whole page, which is not known at first, need not be asked for
        return []
    lost = {r.url for r in scene.snapshot.requests if r.kind == "image" and r.outcome != "ok"}
    return [layout.rect(node) for node, url in places if url.split("#")[0] in lost]


def _dimensionless(image: Image, request: Request) -> bool:
    """A drawing that came, and has no size of its own."""
    return request.outcome == "ok" and is_drawing(image)
