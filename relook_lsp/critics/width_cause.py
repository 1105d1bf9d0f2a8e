"""Why something reaches too far to the right: the declaration that sets the width, not a box that merely follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from relook_lsp.core.finding import Blame, ByAttribute, ByDeclaration, ByTag
from relook_lsp.core.snapshot import Declaration
from relook_lsp.critics.boxes import path
from relook_lsp.critics.scene import Scene
from relook_lsp.source.cascade import winner

_SIZED = frozenset(
    ("img", "video", "iframe", "canvas", "svg", "embed", "object", "input", "textarea", "select", "table")
)
_FOLLOWS = frozenset(("auto", "initial", "unset", "inherit", "fit-content", "stretch", "-webkit-fill-available", "0", "0px", "none"))  # fmt: skip
_PERCENT = re.compile(r"([\d.]+)%")
_FIXED_TRACK = re.compile(r"\d(?:px|rem|em|ch|vw|pt)\b")
_SLACK = 1.0


class Cause(NamedTuple):
    """The element that sets the width, and where to look for the declaration."""

    node: int
    blame: tuple[Blame, ...]


def lineage(scene: Scene, leaf: int) -> list[int]:
    """The elements that may have set the width of ``leaf``: itself and what is above it, below ``body``."""
    layout = scene.layout
    return [
        n for n in path(scene, layout.element_of(leaf), -1) if layout.names[n] not in ("html", "body") and n >= 0
    ] + [n for n in (layout.find("body"),) if n is not None]


def cause(scene: Scene, leaf: int, edge: float) -> Cause:
    """The cause of ``leaf`` reaching beyond ``edge`` (x in the document). The matched declarations of ``lineage``
    must be known; without them the outermost box that reaches too far is blamed."""
    layout = scene.layout
    chain = [n for n in lineage(scene, leaf) if layout.rect(n).right > edge + _SLACK or n == leaf]
    for index, node in enumerate(chain):
        for found in _reasons(scene, node, leaf if index == 0 else None, edge):
            return found
    last = chain[-1] if chain else leaf
    return Cause(last, (ByTag(last),))


def _declarations(scene: Scene, node: int) -> tuple[Declaration, ...]:
    return scene.snapshot.evidence.styles.get((scene.view.id, scene.layout.key(node)), ())


def _value(scene: Scene, node: int, name: str) -> str:
    found = winner(_declarations(scene, node), name)
    return "" if found is None else found.value.replace("!important", "").strip()


def _available(scene: Scene, node: int, edge: float) -> float:
    """Width that the box's container and the window leave for it."""
    above = scene.containing(node)
    if above < 0:
        return edge
    box = scene.content_box(above)
    return max(0.0, min(box.right, edge) - max(box.x, 0.0))


def _reasons(scene: Scene, node: int, leaf: int | None, edge: float) -> Iterator[Cause]:
    """Reasons on one element, the likeliest first."""
    layout = scene.layout
    rect, room = layout.rect(node), _available(scene, node, edge)
    if leaf is not None:
        yield from _text(scene, node, room)
    if rect.width > room + _SLACK:
        yield from _own_width(scene, node, rect.width, room)
    parent = scene.containing(node)
    if parent >= 0 and layout.style(node, "position") not in ("absolute", "fixed"):
        yield from _row(scene, node, parent, edge)
    if rect.width <= room + _SLACK:
        yield from _displaced(scene, node)


def _text(scene: Scene, node: int, room: float) -> Iterator[Cause]:
    """A line that may not break, or a word that cannot."""
    layout = scene.layout
    widest = max((r for r in layout.runs if r.element == node), key=lambda r: r.rect.width, default=None)
    if widest is None or widest.rect.width <= room + _SLACK:
        return
    if layout.style(node, "text-wrap-mode") == "nowrap":
        yield Cause(node, (ByDeclaration(node, ("text-wrap-mode", "white-space-collapse"), ("normal",)), ByTag(node)))
    elif len(widest.text.split()) <= 1:
        yield Cause(node, (ByTag(node),))


def _own_width(scene: Scene, node: int, width: float, room: float) -> Iterator[Cause]:
    """The element's own width, least width, or natural size."""
    layout = scene.layout
    for name in ("min-width", "width", "flex-basis"):
        value = _value(scene, node, name)
        if value.casefold() in _FOLLOWS or not value:
            continue
        if name == "min-width" and layout.pixels(node, name) <= room:
            continue
        percent = _PERCENT.fullmatch(value)
        if percent and float(percent.group(1)) <= 100:
            extra = sum(layout.pixels(node, f"{p}-{s}{w}") for p, w in (("padding", ""), ("border", "-width")) for s in ("left", "right"))  # fmt: skip
            if layout.style(node, "box-sizing") != "content-box" or extra <= 0 or width - extra > room + _SLACK:
                continue
        yield Cause(node, (ByDeclaration(node, (name,)), ByTag(node)))
    if layout.names[node] in _SIZED:
        yield Cause(node, (ByAttribute(node, ("width", "cols", "size")), ByTag(node)))


def _row(scene: Scene, node: int, parent: int, edge: float) -> Iterator[Cause]:
    """A grid whose tracks, or a row whose items, need more than there is."""
    layout = scene.layout
    display = layout.style(parent, "display")
    box = scene.content_box(parent)
    if layout.rect(node).right <= min(box.right, edge) + _SLACK:
        return
    if "grid" in display:
        value = _value(scene, parent, "grid-template-columns")
        tracks = [float(t) for t in re.findall(r"([\d.]+)px", layout.style(parent, "grid-template-columns"))]
        gap = layout.pixels(parent, "column-gap") * max(0, len(tracks) - 1)
        if sum(tracks) + gap > box.width + _SLACK and (_FIXED_TRACK.search(value) or len(tracks) > 1):
            yield Cause(parent, (ByDeclaration(parent, ("grid-template-columns", "display")), ByTag(parent)))
    elif "flex" in display and layout.style(parent, "flex-direction").startswith("row"):
        items = [
            layout.rect(c).width
            for c in layout.children[parent]
            if layout.has_box(c) and layout.types[c] == 1 and layout.style(c, "position") not in ("absolute", "fixed")
        ]
        one_line = layout.style(parent, "flex-wrap") == "nowrap"
        if one_line and len(items) > 1 and sum(items) > box.width + _SLACK and max(items) <= box.width + _SLACK:
            yield Cause(parent, (ByDeclaration(parent, ("flex-wrap",)), ByDeclaration(parent, ("display",)), ByTag(parent)))  # fmt: skip


def _displaced(scene: Scene, node: int) -> Iterator[Cause]:
    """A box that is narrow enough but was put too far to the right."""
    layout = scene.layout
    names: list[str] = []
    if layout.style(node, "position") in ("absolute", "relative", "fixed", "sticky"):
        names += [name for name in ("left", "right") if _value(scene, node, name) not in ("", "auto", "0", "0px")]
    if layout.style(node, "transform") != "none":
        names.append("transform")
    names += [f"margin-{s}" for s in ("left", "right") if abs(layout.pixels(node, f"margin-{s}")) > _SLACK]
    names = [name for name in names if winner(_declarations(scene, node), name) is not None]
    if names:
        yield Cause(node, (ByDeclaration(node, tuple(names)), ByTag(node)))
