"""The document, its boxes and computed styles in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from weakref import WeakKeyDictionary

from relook_lsp.browser.cdp import Cdp
from relook_lsp.core.snapshot import ImageFacts, Layout
from relook_lsp.core.tree import SHADOW_ROOT_CHILDREN

PROPERTIES = (
    "display", "visibility", "opacity", "position", "float", "box-sizing", "transform", "direction", "vertical-align",
    "overflow-x", "overflow-y", "clip-path", "mask-image", "filter", "pointer-events", "cursor", "appearance",
    "min-width", "max-width", "object-fit", "top", "right", "bottom", "left",
    "margin-top", "margin-right", "margin-bottom", "margin-left",
    "padding-top", "padding-right", "padding-bottom", "padding-left",
    "border-top-width", "border-right-width", "border-bottom-width", "border-left-width",
    "border-top-color", "border-right-color", "border-bottom-color", "border-left-color", "box-shadow",
    "color", "background-color", "background-image", "background-clip", "image-rendering",
    "font-size", "font-weight", "letter-spacing", "text-indent", "text-overflow", "text-shadow",
    "-webkit-text-fill-color", "-webkit-line-clamp",
    "white-space-collapse", "text-wrap-mode", "word-break", "hyphens",
    "flex-direction", "flex-wrap", "flex-shrink", "grid-template-columns", "column-gap",
    "animation-name", "animation-duration", "animation-iteration-count", "transition-duration",
)  # fmt: skip
"""Computed styles that somebody reads; each costs 0.03 to 0.1 ms a layout. Who needs another one adds it here."""


async def read_layout(cdp: Cdp) -> Layout:
    """The layout of the page as it is now."""
    raw = await cdp.send(
        "DOMSnapshot.captureSnapshot",
        {"computedStyles": list(PROPERTIES), "includePaintOrder": True, "includeDOMRects": True},
    )
    nodes: dict[str, Any] = raw["documents"][0]["nodes"]
    if nodes.get("shadowRootType", {}).get("index"):
        nodes[SHADOW_ROOT_CHILDREN] = {"index": await _shadow_root_children(cdp, nodes)}
    # Frames of other documents are opaque: only the main document is judged.
    return Layout({"documents": raw["documents"][:1], "strings": raw["strings"]}, PROPERTIES)


_last_shadow_roots: WeakKeyDictionary[Cdp, tuple[object, list[int]]] = WeakKeyDictionary()
"""For each session the last tree, and its answer: a description of 5,000 nodes takes 0.3 s, and most layouts of a load
have the same tree."""


async def _shadow_root_children(cdp: Cdp, nodes: Mapping[str, Any]) -> list[int]:
    """Indices of the nodes whose parent is a shadow root. The snapshot tells only which nodes lie in a shadow tree, so
    that a host in a shadow tree looks like any other element."""
    backend_ids: list[int] = nodes["backendNodeId"]
    tree = (backend_ids, nodes["parentIndex"], nodes["shadowRootType"]["index"])
    last = _last_shadow_roots.get(cdp)
    if last is not None and last[0] == tree:
        return last[1]
    described = await cdp.send("DOM.describeNode", {"backendNodeId": backend_ids[0], "depth": -1, "pierce": True})
    children: set[int] = set()
    waiting: list[dict[str, Any]] = [described["node"]]
    while waiting:
        node = waiting.pop()
        roots: list[dict[str, Any]] = node.get("shadowRoots", [])
        children.update(child["backendNodeId"] for root in roots for child in root.get("children", []))
        waiting += [*roots, *node.get("children", [])]
    found = [index for index, backend_id in enumerate(backend_ids) if backend_id in children]
    _last_shadow_roots[cdp] = (tree, found)
    return found


_IMAGES = """[...document.images].map(i => [i.currentSrc || i.src, i.naturalWidth, i.naturalHeight, i.complete])"""


async def read_images(cdp: Cdp, layout: Layout, world: int) -> tuple[ImageFacts, ...]:
    """Natural sizes; ``document.images`` is in document order, as are the snapshot's nodes."""
    nodes = [
        n
        for n, name in enumerate(layout.names)
        if name == "img"
        and not layout.in_shadow_tree(n)
        and not any(layout.names[a] in ("svg", "template") for a in layout.ancestors(n))
    ]
    if not nodes:
        return ()
    reply = await cdp.send(
        "Runtime.evaluate", {"expression": _IMAGES, "contextId": world, "returnByValue": True, "silent": True}
    )
    facts = cast("list[list[Any]]", reply["result"].get("value") or [])
    if len(facts) != len(nodes):
        return ()
    return tuple(ImageFacts(layout.key(n), f[0], f[1], f[2], f[3]) for n, f in zip(nodes, facts, strict=True))
