"""Where a control can be hit: its box with everything inside it, and the labels that pass a click on."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.geometry import Rect
from relook_lsp.critics.box_traits import is_decorative, is_inside_replaced_content
from relook_lsp.critics.view_context import ViewContext


def hit_areas(context: ViewContext) -> dict[int, Rect]:
    """Controls that a visitor can see and use, with the area that answers to the pointer."""
    layout = context.layout
    labels = _labels_of_controls(context)
    found: dict[int, Rect] = {}
    for node in context.controls():
        if context.is_disabled(node) or is_decorative(context, node) or is_inside_replaced_content(context, node):
            continue
        if layout.style(node, "pointer-events") == "none":
            continue
        box = context.visible_rect(node)
        if min(layout.rect(node).width, layout.rect(node).height) <= 2 and not any(layout.children[node]):
            continue
        for part in _inner_boxes(context, node):
            box = box.union(part) if box.area else part
        for label in labels.get(node, ()):
            if context.is_shown(label):
                for part in (context.visible_rect(label), *_inner_boxes(context, label)):
                    box = box.union(part) if part.area else box
        if box.width > 2 and box.height > 2 and context.is_on_page(box):
            found[node] = box
    return found


def _inner_boxes(context: ViewContext, node: int) -> Iterator[Rect]:
    """Visible boxes inside, pseudo-elements included: a link is as large as the picture in it."""
    layout = context.layout
    for child in layout.children[node]:
        if layout.has_box(child) and context.is_shown(child):
            rect = context.visible_rect(child)
            if rect.area:
                yield rect
        yield from _inner_boxes(context, child)


def _labels_of_controls(context: ViewContext) -> dict[int, list[int]]:
    """Control -> its labels: the one around it and those that name it."""
    layout = context.layout
    named = {layout.attribute(n, "id"): n for n in layout.elements if layout.attribute(n, "id")}
    found: dict[int, list[int]] = {}
    for label in layout.elements:
        if layout.names[label] != "label":
            continue
        target = named.get(layout.attribute(label, "for"))
        if target is None and layout.attribute(label, "for") is None:
            target = next((n for n in _descendant_elements(context, label) if context.is_control(n)), None)
        if target is not None:
            found.setdefault(target, []).append(label)
    return found


def _descendant_elements(context: ViewContext, node: int) -> Iterator[int]:
    for child in context.layout.children[node]:
        if context.layout.types[child] == 1:
            yield child
            yield from _descendant_elements(context, child)
