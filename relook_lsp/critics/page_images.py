"""Pictures of a view: how large they are by nature and on the page, and which did not come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import ImageFacts, ResourceRequest, Snapshot, View
from relook_lsp.critics.view_context import ViewContext

_URL = re.compile(r"url\(['\"]?([^'\")]+)['\"]?\)")
_SMALLEST = 2
"""CSS pixels: what is smaller is a counter or a spacer."""


class RenderedImage(NamedTuple):
    node: int
    image: ImageFacts


def rendered_images(context: ViewContext) -> Iterator[RenderedImage]:
    """Every ``<img>`` that is shown and has room on the page, in document order."""
    layout = context.layout
    for image in context.view.images:
        node = layout.nodes_by_key.get(image.key)
        if node is None or not context.is_shown(node):
            continue
        box = context.visible_rect(node)
        if box.width > _SMALLEST and box.height > _SMALLEST and context.is_on_page(box):
            yield RenderedImage(node, image)


def is_drawing(image: ImageFacts) -> bool:
    """Whether the picture is made of shapes: an SVG keeps its proportions and its sharpness by itself."""
    return urlsplit(image.url).path.lower().endswith((".svg", ".svgz")) or image.url.startswith("data:image/svg")


def failed_images(snapshot: Snapshot, view: View) -> dict[str, ResourceRequest]:
    """Key of every ``<img>`` of the view whose file is missing, may not be read or is no picture -> its request."""
    asked = {r.url: r for r in snapshot.requests if r.kind == "image"}
    found: dict[str, ResourceRequest] = {}
    for image in view.images:
        request = asked.get(image.url.split("#")[0])
        if image.complete and not image.width and request is not None and not _has_no_intrinsic_size(image, request):
            found[image.key] = request
    return found


def missing_image_boxes(context: ViewContext) -> list[Rect]:
    """Boxes that a picture would fill which did not come: what lies on them is not seen as it is meant."""
    layout = context.layout
    places = [(layout.nodes_by_key[image.key], image.url) for image in context.view.images]
    places += [(n, url) for n in layout.elements for url in _URL.findall(layout.style(n, "background-image"))]
    if not places:  # the whole page, which is not known at first, need not be asked for
        return []
    lost = {r.url for r in context.snapshot.requests if r.kind == "image" and r.outcome != "ok"}
    return [layout.rect(node) for node, url in places if url.split("#")[0] in lost]


def _has_no_intrinsic_size(image: ImageFacts, request: ResourceRequest) -> bool:
    """A drawing that came, and has no size of its own."""
    return request.outcome == "ok" and is_drawing(image)
