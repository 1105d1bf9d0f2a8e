"""Numbered marks on elements, so that a model can say where it means and we know which element that is."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout, View

MAX_MARKS = 60
MAX_WIDTH = 1024
"""Pixels of a picture that a model gets; a wider one is made smaller."""
MAX_HEIGHT = 2400
"""Pixels of the document that are shown, counted before it is made smaller."""
SMALLEST = 64.0
"""Square pixels below which an element is not marked."""

_CONTROLS = frozenset(("a", "button", "input", "select", "textarea", "summary"))
_PICTURES = frozenset(("img", "svg", "canvas", "video", "iframe"))
_REGIONS = frozenset(
    (
        "header",
        "nav",
        "main",
        "section",
        "article",
        "aside",
        "footer",
        "form",
        "table",
        "ul",
        "ol",
        "dialog",
        "fieldset",
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_COLOURS = ((200, 30, 30), (20, 90, 200), (0, 120, 60), (150, 40, 160), (170, 90, 0), (0, 110, 130))
_TAG = 14
"""Height of a number in pixels."""


@dataclass(frozen=True)
class NumberedMark:
    """``number`` counts from 1 in document order; ``key`` names the element in every view."""

    number: int
    key: str
    node: int
    """In the layout that the marks were chosen from."""
    name: str
    box: Rect
    text: str


def choose_marks(view: View) -> tuple[NumberedMark, ...]:
    """The elements worth talking about: controls, pictures, headings and regions before other text, large before
    small. Of elements with the same box only the innermost is marked."""
    layout = view.layout
    shown = Rect(0, 0, max(view.viewport.width, layout.content_size[0]), MAX_HEIGHT)
    texts: dict[int, list[str]] = {}
    for run in layout.text_runs:
        texts.setdefault(layout.nearest_element(run.element), []).append(run.text.strip())
    boxes: dict[Rect, int] = {}
    for node in layout.elements:
        special = layout.names[node] in _CONTROLS | _PICTURES | _REGIONS | _HEADINGS
        if (special or node in texts) and layout.rect(node).intersect(shown).area >= SMALLEST:
            boxes[layout.rect(node).rounded(0)] = node

    def rank(node: int) -> tuple[bool, float]:
        return layout.names[node] not in _CONTROLS | _PICTURES | _REGIONS | _HEADINGS, -layout.rect(node).area

    kept = sorted(sorted(boxes.values(), key=rank)[:MAX_MARKS])
    return tuple(
        NumberedMark(number, layout.key(node), node, layout.names[node], layout.rect(node).rounded(0), " ".join(texts.get(node, ())))
        for number, node in enumerate(kept, start=1)
    )  # fmt: skip


def draw_marks(png: bytes, layout: Layout, marks: Sequence[NumberedMark]) -> bytes:
    """The picture as a model gets it, PNG, with the marks where their elements are in this layout."""
    image, scale = _scale_for_model(png)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(_TAG - 2)
    for mark in marks:
        node = layout.nodes_by_key.get(mark.key)
        if node is None or not layout.has_box(node):
            continue
        x, y, right, bottom = (scale * value for value in _box_edges(layout.rect(node)))
        colour = _COLOURS[mark.number % len(_COLOURS)]
        if right <= x or bottom <= y:
            continue
        pen.rectangle(
            (x, y, right - 1, bottom - 1) if right - x > 1 and bottom - y > 1 else (x, y, x, y), outline=colour, width=2
        )
        text = str(mark.number)
        width = pen.textlength(text, font=font) + 4
        left, top = min(x, image.width - width), max(0.0, y - _TAG)
        pen.rectangle((left, top, left + width, top + _TAG - 1), fill=colour)
        pen.text((left + 2, top + _TAG / 2), text, fill=(255, 255, 255), font=font, anchor="lm")
    return _encode_png(image)


def plain_picture(png: bytes) -> bytes:
    """The picture as a model gets it, without marks."""
    return _encode_png(_scale_for_model(png)[0])


def _scale_for_model(png: bytes) -> tuple[Image.Image, float]:
    """Cut to ``MAX_HEIGHT``, made no wider than ``MAX_WIDTH``; and by how much it was made smaller."""
    with Image.open(io.BytesIO(png)) as image:
        part = image.convert("RGB").crop((0, 0, image.width, min(image.height, MAX_HEIGHT)))
    scale = min(1.0, MAX_WIDTH / part.width)
    if scale == 1.0:
        return part, scale
    size = (max(1, round(scale * part.width)), max(1, round(scale * part.height)))
    return part.resize(size, Image.Resampling.LANCZOS), scale


def _box_edges(box: Rect) -> tuple[float, float, float, float]:
    return box.x, box.y, box.right, box.bottom


def _encode_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def distinct_framed_views(views: Iterable[View]) -> tuple[View, ...]:
    """Those with a picture, each picture once: what does not change over time is looked at once."""
    seen: dict[str, View] = {}
    for view in views:
        if view.frame is not None:
            seen.setdefault(view.frame.hash, view)
    return tuple(seen.values())
