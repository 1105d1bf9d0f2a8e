"""The document, its boxes and computed styles in one round trip."""

from __future__ import annotations

from typing import Any, cast

from relook_lsp.browser.cdp import Cdp
from relook_lsp.core.snapshot import Image, Layout

PROPERTIES = (
    "display", "visibility", "opacity", "position", "float", "z-index", "box-sizing", "transform", "writing-mode", "direction",
    "overflow-x", "overflow-y", "clip", "clip-path", "contain", "content-visibility", "pointer-events", "cursor",
    "width", "height", "min-width", "min-height", "max-width", "max-height", "aspect-ratio", "object-fit",
    "top", "right", "bottom", "left",
    "margin-top", "margin-right", "margin-bottom", "margin-left",
    "padding-top", "padding-right", "padding-bottom", "padding-left",
    "border-top-width", "border-right-width", "border-bottom-width", "border-left-width",
    "border-top-color", "border-right-color", "border-bottom-color", "border-left-color", "border-top-left-radius",
    "color", "background-color", "background-image", "background-clip", "background-size", "filter", "backdrop-filter",
    "mix-blend-mode", "mask-image", "box-shadow", "outline-style", "outline-width", "outline-color",
    "font-size", "font-weight", "font-family", "line-height", "letter-spacing", "text-align", "text-indent", "text-overflow",
    "text-decoration-line", "text-shadow", "-webkit-text-fill-color", "-webkit-text-stroke-width", "-webkit-line-clamp",
    "white-space-collapse", "text-wrap-mode", "overflow-wrap", "word-break", "hyphens", "user-select",
    "flex-direction", "flex-wrap", "flex-grow", "flex-shrink", "flex-basis", "justify-content", "align-items",
    "grid-template-columns", "grid-auto-flow", "row-gap", "column-gap",
    "vertical-align", "animation-name", "animation-duration", "animation-iteration-count", "transition-duration", "appearance", "image-rendering", "list-style-type",
)  # fmt: skip
"""Computed styles that are kept; a critic that needs another one adds it here."""


async def layout(cdp: Cdp) -> Layout:
    """The layout of the page as it is now."""
    raw = await cdp.send(
        "DOMSnapshot.captureSnapshot",
        {"computedStyles": list(PROPERTIES), "includePaintOrder": True, "includeDOMRects": True},
    )
    # Frames of other documents are opaque: only the main document is judged.
    return Layout({"documents": raw["documents"][:1], "strings": raw["strings"]}, PROPERTIES)


_IMAGES = """[...document.images].map(i => [i.currentSrc || i.src, i.naturalWidth, i.naturalHeight, i.complete])"""


async def images(cdp: Cdp, layout: Layout, world: int) -> tuple[Image, ...]:
    """Natural sizes; ``document.images`` is in document order, as are the snapshot's nodes."""
    nodes = [
        n
        for n, name in enumerate(layout.names)
        if name == "img"
        and not any(layout.names[a] in ("#document-fragment", "svg", "template") for a in layout.ancestors(n))
    ]
    if not nodes:
        return ()
    reply = await cdp.send(
        "Runtime.evaluate", {"expression": _IMAGES, "contextId": world, "returnByValue": True, "silent": True}
    )
    facts = cast("list[list[Any]]", reply["result"].get("value") or [])
    if len(facts) != len(nodes):
        return ()
    return tuple(Image(layout.key(n), f[0], f[1], f[2], f[3]) for n, f in zip(nodes, facts, strict=True))
