"""What a patch may touch at all: condition 5 (bounded size) and 6 (the policy's rights) of Forced Optimization.

Decided on the texts before anything is rendered. What is compared is what the edit *makes*, not how it is spelled:
scripts, event handlers and every URL of a document after the edit must have been there before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.refine.trajectory import Reason
from relook_lsp.source.html import Attribute, Document, parse

MAX_SIZE = 4000
MAX_EDITS = 24

_URL_ATTRIBUTES = frozenset(
    ("src", "href", "srcset", "action", "formaction", "data", "poster", "background", "ping", "xlink:href", "cite",
     "manifest", "imagesrcset", "archive", "codebase", "srcdoc", "content", "http-equiv", "target", "is")
)  # fmt: skip
_FORBIDDEN_TAGS = frozenset(
    ("script", "iframe", "frame", "object", "embed", "base", "link", "portal", "template", "noscript")
)
_CSS_URL = re.compile(
    r"(?:url|src|image|image-set|-webkit-image-set|cross-fade|element|paint|expression)\s*\([^)]*\)|@import[^;]*|behaviou?r\s*:|-moz-binding\s*:",
    re.I,
)
_MOTION = re.compile(r"@(?:-webkit-)?keyframes[^{]*|(?:animation|transition|scroll-behavior)[\w-]*\s*:[^;}]*", re.I)
_STYLE_SUFFIXES = frozenset((".css", ".html", ".htm", ".xhtml"))


def check(patch: Patch, texts: Mapping[str, str]) -> tuple[Reason, str] | None:
    """None where the patch may be tried; else why not."""
    if not patch.replacements:
        return Reason.EMPTY, "the patch changes nothing"
    if patch.size > MAX_SIZE or len(patch.replacements) > MAX_EDITS:
        return Reason.TOO_LARGE, f"{len(patch.replacements)} edits, {patch.size} characters"
    for path in patch.paths:
        before = texts.get(path)
        if before is None:
            return Reason.DOES_NOT_APPLY, f"{path} is not a source of the page"
        try:
            after = patch.apply(path, before)
        except PatchError as error:
            return Reason.DOES_NOT_APPLY, str(error)
        denied = _denied(path, before, after)
        if denied:
            return Reason.NOT_ALLOWED, denied
    return None


def _denied(path: str, before: str, after: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in _STYLE_SUFFIXES:
        return f"{path}: only HTML and CSS may be edited"
    for word in ("relook-ignore", "relook-intent", "relook-at"):
        if _count(word, before) != _count(word, after):
            return f"{path}: comments that steer ReLook may not be touched"
    if suffix == ".css":
        return _css(path, before, after)
    return _html(path, parse(before), parse(after))


def _count(word: str, text: str) -> int:
    return text.lower().count(word)


def _css(path: str, before: str, after: str) -> str:
    if after.count("\\") > before.count("\\"):
        return f"{path}: no new escapes"
    if "<" in after and after.count("<") > before.count("<"):
        return f"{path}: no markup in a style sheet"
    moves = Counter(_MOTION.findall(_uncommented(after))) - Counter(_MOTION.findall(_uncommented(before)))
    if moves:
        return f"{path}: nothing may begin to move ({next(iter(moves))[:60]}): it would be judged between two looks"
    new = Counter(_CSS_URL.findall(_uncommented(after))) - Counter(_CSS_URL.findall(_uncommented(before)))
    return f"{path}: no new URL ({next(iter(new))[:60]})" if new else ""


def _uncommented(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def _html(path: str, before: Document, after: Document) -> str:
    old, new = facts(before), facts(after)
    more = new - old
    if more:
        return f"{path}: no new script, handler, frame or URL ({next(iter(more))[:80]})"
    gone = old - new
    scripts = [fact for fact in gone if fact.startswith(("script", "on"))]
    if scripts:
        return f"{path}: scripts and handlers may not be changed ({scripts[0][:80]})"
    if gone:
        return f"{path}: links, sources and frames may not be removed ({next(iter(gone))[:80]})"
    if _viewports(after) - _viewports(before) - {""}:
        return f"{path}: a viewport meta may only become width=device-width with zoom allowed"
    return _css(path, _styles(before), _styles(after))


def _viewports(document: Document) -> set[str]:
    """Contents of the viewport metas that are not what every page may have; removal counts as no content."""
    metas = [t for t in document.tags if t.name == "meta" and _written(document, t.attribute("name")) == "viewport"]
    contents = {"".join(_written(document, tag.attribute("content")).split()) for tag in metas}
    return contents - {
        "width=device-width,initial-scale=1",
        "width=device-width,initial-scale=1.0",
        "width=device-width",
    }


def facts(document: Document) -> Counter[str]:
    """Everything in a document that can run, be fetched or be gone to."""
    facts: Counter[str] = Counter()
    for tag in document.tags:
        if tag.name in _FORBIDDEN_TAGS:
            content = document.text[tag.content.start : tag.content.end] if tag.content and tag.name == "script" else ""
            facts[f"{tag.name} {content}"] += 1
        viewport = tag.name == "meta" and _written(document, tag.attribute("name")) == "viewport"
        for attribute in tag.attributes:
            if attribute.name.startswith("on") or (attribute.name in _URL_ATTRIBUTES and not viewport):
                facts[f"{attribute.name}={document.value(attribute)}"] += 1
    return facts


def _written(document: Document, attribute: Attribute | None) -> str:
    return "" if attribute is None else document.value(attribute).strip().lower()


def _styles(document: Document) -> str:
    """All CSS of a document, in order."""
    parts: list[str] = []
    for tag in document.tags:
        style = tag.attribute("style")
        if style is not None:
            parts.append(document.value(style))
        if tag.name == "style" and tag.content is not None:
            parts.append(document.text[tag.content.start : tag.content.end])
    return "\n".join(parts)
