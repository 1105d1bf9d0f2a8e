"""What a document can load, run or move, read from the elements and attributes that a browser makes of it.

Elements and attributes that are not on the lists below count as capabilities: an edit may keep or drop them, but not add
them. What already loads or runs may not be dropped either.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import turbohtml

from relook_lsp.refine.capabilities import Capabilities, Capability, Effect
from relook_lsp.source.html import all_elements

_ELEMENTS_WORDS = """
    html head body title style div span p h1 h2 h3 h4 h5 h6 hgroup header footer main nav section article aside address
    search ul ol li dl dt dd figure figcaption blockquote pre hr br wbr a abbr b bdi bdo cite code data del dfn em i ins
    kbd mark q rp rt ruby s samp small strong sub sup time u var big center font nobr tt strike
    table caption colgroup col thead tbody tfoot tr td th label button details summary fieldset legend img picture"""
_ELEMENTS = frozenset(_ELEMENTS_WORDS.split())
_ATTRIBUTES_WORDS = """
    class id title lang dir role alt hidden inert tabindex translate width height align valign bgcolor color face size
    border cellpadding cellspacing hspace vspace nowrap rowspan colspan scope headers abbr cols rows wrap span start
    reversed for placeholder loading decoding fetchpriority sizes open datetime viewbox preserveaspectratio clear"""
_ATTRIBUTES = frozenset(_ATTRIBUTES_WORDS.split())
_STYLES_WORDS = """
    fill stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-opacity fill-opacity opacity
    font-size font-family font-weight font-style letter-spacing text-anchor dominant-baseline stop-color stop-opacity
    overflow visibility display"""
_STYLES = frozenset(_STYLES_WORDS.split())
"""Presentation attributes of SVG: their values are CSS."""
_URLS_WORDS = """
    src href srcset action formaction data poster background ping xlink:href cite manifest imagesrcset archive codebase
    srcdoc content http-equiv target is longdesc lowsrc dynsrc classid code object usemap profile icon attributionsrc"""
_URLS = frozenset(_URLS_WORDS.split())
_RUNNING_WORDS = """
    script iframe frame frameset object embed applet portal fencedframe base link meta template noscript noframes noembed"""
_RUNNING = frozenset(_RUNNING_WORDS.split())
_MOVING = frozenset(("animate", "animatemotion", "animatetransform", "animatecolor", "set", "marquee", "blink"))
_VIEWPORTS = frozenset(
    ("width=device-width", "width=device-width,initial-scale=1", "width=device-width,initial-scale=1.0")
)


@dataclass(frozen=True)
class PageCapabilities:
    """``sheets``: the texts of all ``<style>`` elements. ``inline``: (element, value) of each ``style`` attribute and
    each presentation attribute. ``viewports``: contents of viewport metas that not every page may have."""

    found: Capabilities
    sheets: Counter[str]
    inline: Counter[tuple[str, str]]
    viewports: frozenset[str]


@lru_cache(maxsize=16)
def page_capabilities(text: str) -> PageCapabilities:
    found = Counter[Capability]()
    sheets, inline, viewports = Counter[str](), Counter[tuple[str, str]](), set[str]()
    for element in all_elements(text):
        name = element.tag.lower()
        attributes = {key.lower(): "" if value is None else _text(value) for key, value in element.attrs.items()}
        if name == "style":
            sheets[element.text] += 1
        viewport = name == "meta" and attributes.get("name", "").strip().lower() == "viewport"
        if viewport:
            viewports.add("".join(attributes.pop("content", "").lower().split()))
            attributes.pop("name")
        elif name in _RUNNING:
            written = " ".join(f"{key}={value}" for key, value in sorted(attributes.items()))
            content = element.text if name != "template" else ""
            found[Capability(Effect.RUNS, f"{name} {written} {content}", lasting=True)] += 1
        elif name in _MOVING:
            found[Capability(Effect.MOVES, _opening(name, attributes))] += 1
        elif name not in _ELEMENTS or element.namespace is not turbohtml.Namespace.HTML:
            found[Capability(Effect.UNKNOWN, f"<{name}>")] += 1
        if element.shadow_root is not None:
            found[Capability(Effect.UNKNOWN, f"<{name}> with a shadow root", lasting=True)] += 1
        for key, value in attributes.items():
            _attribute(name, key, value, found, inline)
    return PageCapabilities(found, sheets, inline, frozenset(viewports - _VIEWPORTS))


def _attribute(element: str, name: str, value: str, found: Capabilities, inline: Counter[tuple[str, str]]) -> None:
    written = f"{element} {name}={value}"
    if name == "style":
        inline[element, value] += 1
    elif name in _STYLES:
        inline[element, f"{name}: {value}"] += 1
    elif name.startswith("on"):
        found[Capability(Effect.RUNS, written, lasting=True)] += 1
    elif name in _URLS:
        found[Capability(Effect.LOADS, written, lasting=True)] += 1
    elif name not in _ATTRIBUTES and not name.startswith("aria-"):
        found[Capability(Effect.UNKNOWN, written)] += 1


def _opening(name: str, attributes: dict[str, str]) -> str:
    return f"<{' '.join((name, *(f'{key}={value}' for key, value in sorted(attributes.items()))))}>"


def _text(value: str | list[str]) -> str:
    """Of an attribute; the parser splits some of them at white space."""
    return value if isinstance(value, str) else " ".join(value)
