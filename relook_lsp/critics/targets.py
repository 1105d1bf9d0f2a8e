"""Where a control can be hit: its box with everything inside it, and the labels that pass a click on."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.geometry import Rect
from relook_lsp.critics.boxes import decorative, inner
from relook_lsp.critics.scene import Scene


def targets(scene: Scene) -> dict[int, Rect]:
    """Controls that a visitor can see and use, with the area that answers to the pointer."""
    layout = scene.layout
    labels = _labels(scene)
    found: dict[int, Rect] = {}
    for node in scene.controls():
        if scene.disabled(node) or decorative(scene, node) or inner(scene, node):
            continue
        if layout.style(node, "pointer-events") == "none":
            continue
        box = scene.visible_rect(node)
        if min(layout.rect(node).width, layout.rect(node).height) <= 2 and not any(layout.children[node]):
            continue
        for part in _parts(scene, node):
            box = box.union(part) if box.area else part
        for label in labels.get(node, ()):
            if scene.shown(label):
                for part in (scene.visible_rect(label), *_parts(scene, label)):
                    box = box.union(part) if part.area else box
        if box.width > 2 and box.height > 2 and scene.on_page(box):
            found[node] = box
    return found


def _parts(scene: Scene, node: int) -> Iterator[Rect]:
    """Visible boxes inside, pseudo-elements included: a link is as large as the picture in it."""
    layout = scene.layout
    for child in layout.children[node]:
        if layout.has_box(child) and scene.shown(child):
            rect = scene.visible_rect(child)
            if rect.area:
                yield rect
        yield from _parts(scene, child)


def _labels(scene: Scene) -> dict[int, list[int]]:
    """Control -> its labels: the one around it and those that name it."""
    layout = scene.layout
    named = {layout.attribute(n, "id"): n for n in layout.elements if layout.attribute(n, "id")}
    found: dict[int, list[int]] = {}
    for label in layout.elements:
        if layout.names[label] != "label":
            continue
        target = named.get(layout.attribute(label, "for"))
        if target is None and layout.attribute(label, "for") is None:
            target = next((n for n in _elements(scene, label) if scene.is_control(n)), None)
        if target is not None:
            found.setdefault(target, []).append(label)
    return found


def _elements(scene: Scene, node: int) -> Iterator[int]:
    for child in scene.layout.children[node]:
        if scene.layout.types[child] == 1:
            yield child
            yield from _elements(scene, child)
