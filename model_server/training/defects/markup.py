"""Defects of the markup: a viewport meta that is missing, fixed, or locked against zoom."""

from __future__ import annotations

from collections.abc import Callable

from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.source.html import Tag, parse_html


def _find_viewport(text: str) -> Tag | None:
    document = parse_html(text)
    for tag in document.tags_named("meta"):
        name = tag.attribute("name")
        if name is not None and document.written_value(name).strip().lower() == "viewport":
            return tag
    return None


def remove_viewport(path: str, text: str) -> Patch | None:
    tag = _find_viewport(text)
    return None if tag is None else Patch.from_replacements([Replacement(path, tag.span, text[slice(*tag.span)], "")])


def _replace_content(path: str, text: str, content: str) -> Patch | None:
    tag = _find_viewport(text)
    written = None if tag is None else tag.attribute("content")
    if written is None:
        return None
    return Patch.from_replacements([Replacement(path, written.value, text[slice(*written.value)], content)])


def fix_viewport_width(path: str, text: str) -> Patch | None:
    return _replace_content(path, text, "width=1024")


def lock_viewport_zoom(path: str, text: str) -> Patch | None:
    return _replace_content(path, text, "width=device-width, initial-scale=1, maximum-scale=1, user-scalable=no")


MakePatch = Callable[[str, str], Patch | None]

_VIEWPORT = frozenset(("viewport-meta",))

MARKUP: tuple[tuple[str, frozenset[str], MakePatch], ...] = (
    ("no-viewport", _VIEWPORT, remove_viewport),
    ("fixed-viewport", _VIEWPORT, fix_viewport_width),
    ("locked-viewport", _VIEWPORT, lock_viewport_zoom),
)
