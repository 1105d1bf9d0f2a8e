"""What a patch may touch at all: condition 5 (bounded size) and 6 (the policy's rights) of Forced Optimization.

The check compares the texts before and after the edit, before anything is rendered. It compares what a browser makes of
the *whole* text, not the edited characters: an edit that opens a string or closes an element changes what follows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.refine.capabilities import Capabilities, Capability, Effect, find_new_capability
from relook_lsp.refine.css_capabilities import StyleCapabilities, changed_rules, style_capabilities
from relook_lsp.refine.html_capabilities import page_capabilities
from relook_lsp.refine.trajectory import Reason
from relook_lsp.source.comments import find_comments

MAX_SIZE = 4000
MAX_EDITS = 24

_STYLE_SUFFIXES = frozenset((".css",))
_PAGE_SUFFIXES = frozenset((".html", ".htm"))
_STEERING = ("relook-ignore", "relook-intent", "relook-at")


def check_permissions(patch: Patch, texts: Mapping[str, str]) -> tuple[Reason, str] | None:
    """None where the patch may be tried; else why not. ``texts``: all sources of the page, by path."""
    if not patch.replacements:
        return Reason.EMPTY, "the patch changes nothing"
    if patch.character_count > MAX_SIZE or len(patch.replacements) > MAX_EDITS:
        return Reason.TOO_LARGE, f"{len(patch.replacements)} edits, {patch.character_count} characters"
    for path in patch.paths:
        before = texts.get(path)
        if before is None:
            return Reason.DOES_NOT_APPLY, f"{path} is not a source of the page"
        try:
            after = patch.apply(path, before)
        except PatchError as error:
            return Reason.DOES_NOT_APPLY, str(error)
        denied = _denied_change(path, before, after, texts)
        if denied:
            return Reason.NOT_ALLOWED, f"{path}: {denied}"
    return None


def is_editable(path: str) -> bool:
    """Whether a patch may change this file at all. XHTML is read by XML's rules, which the check does not know."""
    return PurePosixPath(path).suffix.lower() in _STYLE_SUFFIXES | _PAGE_SUFFIXES


def _denied_change(path: str, before: str, after: str, texts: Mapping[str, str]) -> str:
    if not is_editable(path):
        return (
            "only .html, .htm and .css files are edited; change this file by hand, or move its style into a .css file"
        )
    suffix = PurePosixPath(path).suffix.lower()
    kind = "css" if suffix in _STYLE_SUFFIXES else "html"
    if _mentions(before) != _mentions(after):
        return "comments that steer ReLook may not be touched"
    denied = find_new_capability(_steering(before, kind), _steering(after, kind))
    if not denied and kind == "html":
        old_page, new_page = page_capabilities(before), page_capabilities(after)
        denied = find_new_capability(old_page.found, new_page.found)
        if not denied and new_page.viewports - old_page.viewports - {""}:
            denied = "a viewport meta may only become width=device-width with zoom allowed"
    return denied or _denied_styles(list(_changed_styles(kind, before, after)), texts)


def _mentions(text: str) -> list[int]:
    lower = text.lower()
    return [lower.count(word) for word in _STEERING]


def _steering(text: str, kind: str) -> Capabilities:
    """The comments that steer ReLook."""
    if not any(_mentions(text)):
        return Counter()
    bodies = (" ".join(body.split()) for _, _, body in find_comments(text, kind))
    steering = (body for body in bodies if any(word in body.lower() for word in _STEERING))
    return Counter(Capability(Effect.STEERS, body, lasting=True) for body in steering)


def _changed_styles(kind: str, before: str, after: str) -> Iterator[tuple[StyleCapabilities, StyleCapabilities]]:
    """(before, after) of the styles that differ; what stands in only one of the texts is compared with nothing."""
    if kind == "css":
        yield _sheets(before, after)
        return
    old, new = page_capabilities(before), page_capabilities(after)
    gone, come = list((old.sheets - new.sheets).elements()), list((new.sheets - old.sheets).elements())
    if len(gone) == len(come) == 1:
        yield _sheets(gone[0], come[0])
    else:
        yield _joined(map(style_capabilities, gone)), _joined(map(style_capabilities, come))
    yield (
        _joined(style_capabilities(value, element=name) for name, value in (old.inline - new.inline).elements()),
        _joined(style_capabilities(value, element=name) for name, value in (new.inline - old.inline).elements()),
    )


def _sheets(before: str, after: str) -> tuple[StyleCapabilities, StyleCapabilities]:
    old, new = changed_rules(before, after)
    return style_capabilities(old), style_capabilities(new)


def _joined(parts: Iterable[StyleCapabilities]) -> StyleCapabilities:
    found, custom = Counter[Capability](), Counter[tuple[str, str]]()
    uses: dict[str, frozenset[str]] = {}
    roots: frozenset[str] = frozenset()
    for part in parts:
        found.update(part.found)
        custom.update(part.custom)
        roots |= part.roots
        for name, others in part.uses.items():
            uses[name] = uses.get(name, frozenset()) | others
    return StyleCapabilities(found, custom, uses, roots)


def _denied_styles(changes: list[tuple[StyleCapabilities, StyleCapabilities]], texts: Mapping[str, str]) -> str:
    before, after = _joined(old for old, _ in changes), _joined(new for _, new in changes)
    denied = find_new_capability(before.found, after.found)
    if denied:
        return denied
    custom = {name for name, _ in (*(after.custom - before.custom), *(before.custom - after.custom))}
    if custom:
        feeding = custom & _feeding(_joined((before, after, *_styles(texts))))
        if feeding:
            return f"what moves or loads depends on {min(feeding)}"
    return ""


def _feeding(styles: StyleCapabilities) -> frozenset[str]:
    """The custom properties that a URL or a motion depends on, also through others."""
    reached: set[str] = set()
    waiting = list(styles.roots)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += styles.uses.get(name, ())
    return frozenset(reached)


def _styles(texts: Mapping[str, str]) -> Iterator[StyleCapabilities]:
    """All styles of a page's sources."""
    for path, text in texts.items():
        suffix = PurePosixPath(path).suffix.lower()
        if suffix in _STYLE_SUFFIXES:
            yield style_capabilities(text)
        elif suffix in _PAGE_SUFFIXES:
            page = page_capabilities(text)
            yield from (style_capabilities(sheet) for sheet in page.sheets)
            yield from (style_capabilities(value, element=name) for name, value in page.inline)
