"""From the source to the picture and back: which element stands where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout
from relook_lsp.core.text import Span
from relook_lsp.source.html import HtmlDocument, Tag, parse_html

_document = lru_cache(maxsize=4)(parse_html)


@dataclass(frozen=True)
class SourceElement:
    """``tag`` is the start tag, ``whole`` runs to the end of the end tag; a template has a box for each clone."""

    selector: str
    boxes: tuple[Rect, ...]
    tag: Span
    whole: Span


def element_at_offset(layout: Layout, text: str, offset: int) -> SourceElement | None:
    """The innermost element with a box whose source holds the offset."""
    around = [tag for tag in _document(text).tags if offset in _whole_span(tag)]
    for tag in sorted(around, key=lambda tag: -tag.span.start):
        nodes = [node for node in layout.elements if layout.source_offset(node) == tag.span.start]
        boxes = tuple(box for node in nodes if (box := layout.rect(node)).area > 0)
        if boxes:
            return SourceElement(layout.selector(nodes[0]), boxes, tag.span, _whole_span(tag))
    return None


def element_at_point(layout: Layout, text: str, x: float, y: float) -> SourceElement | None:
    """The topmost element there, or the nearest one around it that is written in the source."""
    here = [node for node in layout.elements if _holds_point(layout.rect(node), x, y)]
    if not here:
        return None
    top = max(here, key=lambda node: (layout.paint_order(node), node))
    document: HtmlDocument = _document(text)
    for node in (top, *layout.ancestors(top)):
        start = layout.source_offset(node)
        tag = document.tag_at(start) if start is not None else None
        if tag is not None:
            return SourceElement(layout.selector(node), (layout.rect(node),), tag.span, _whole_span(tag))
    return None


def _holds_point(box: Rect, x: float, y: float) -> bool:
    return box.x <= x < box.right and box.y <= y < box.bottom


def _whole_span(tag: Tag) -> Span:
    return Span(tag.span.start, tag.end.end if tag.end is not None else tag.span.end)
