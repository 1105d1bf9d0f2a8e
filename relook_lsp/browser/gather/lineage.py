"""From whom a node inherits, and what presentational attributes up there pass on."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.snapshot import Declaration, Layout

_HINTS = {
    ("font", "color"): ("color",),
    ("font", "size"): ("font-size",),
    ("font", "face"): ("font-family",),
    ("body", "text"): ("color",),
    ("td", "nowrap"): ("white-space-collapse", "text-wrap-mode"),
    ("th", "nowrap"): ("white-space-collapse", "text-wrap-mode"),
}
_ALIGNED = frozenset(
    ("div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "tbody", "thead", "tfoot", "caption")
)


def flat_ancestors(layout: Layout, node: int) -> list[int]:
    """Elements from the parent to the root in the flat tree (CSS Scoping 1, 3.5): a slotted node's parent is its slot."""
    found: list[int] = []
    at = node
    while (at := _flat_parent(layout, at)) >= 0:
        found.append(at)
    return found


def _flat_parent(layout: Layout, node: int) -> int:
    parent = layout.parents[node]
    if parent < 0 or layout.names[parent] == "#document":
        return -1
    if layout.names[parent] == "#document-fragment":
        return layout.parents[parent]
    root = next((n for n in layout.children[parent] if layout.names[n] == "#document-fragment"), None)
    if root is None or root == node or layout.names[parent] == "template" or layout.pseudo_type(node):
        return parent
    slot = layout.attribute(node, "slot") or ""
    return next((n for n in _slots_of_root(layout, root) if (layout.attribute(n, "name") or "") == slot), parent)


def _slots_of_root(layout: Layout, root: int) -> Iterator[int]:
    for child in layout.children[root]:
        if layout.names[child] == "slot":
            yield child
        yield from _slots_of_root(layout, child)


def presentational_declarations(layout: Layout, node: int, level: int) -> list[Declaration]:
    """Attributes of an ancestor that set inherited properties; the browser tells only those of the node itself."""
    found: list[Declaration] = []
    name = layout.names[node]
    for attribute, value in layout.attributes(node).items():
        properties = _HINTS.get((name, attribute), ())
        if attribute == "align" and name in _ALIGNED:
            properties = ("text-align",)
        found += [
            Declaration(one, value, False, "attribute", attribute, (), None, layout.source_offset(node), None, level)
            for one in properties
        ]
    return found
