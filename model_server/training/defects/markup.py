"""Defects of the markup: a viewport meta that is gone, fixed or locked."""

from __future__ import annotations

from collections.abc import Callable

from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.source.html import Tag, parse


def _viewport(text: str) -> Tag | None:
    document = parse(text)
    for tag in document.named("meta"):
        name = tag.attribute("name")
        if name is not None and document.value(name).strip().lower() == "viewport":
            return tag
    return None


def without_viewport(path: str, text: str) -> Patch | None:
    tag = _viewport(text)
    return None if tag is None else Patch.of([Replacement(path, tag.span, text[slice(*tag.span)], "")])


def _content(path: str, text: str, content: str) -> Patch | None:
    tag = _viewport(text)
    written = None if tag is None else tag.attribute("content")
    if written is None:
        return None
    return Patch.of([Replacement(path, written.value, text[slice(*written.value)], content)])


def fixed_viewport(path: str, text: str) -> Patch | None:
    return _content(path, text, "width=1024")


def locked_viewport(path: str, text: str) -> Patch | None:
    return _content(path, text, "width=device-width, initial-scale=1, maximum-scale=1, user-scalable=no")


Make = Callable[[str, str], Patch | None]

_VIEWPORT = frozenset(("viewport-meta",))

MARKUP: tuple[tuple[str, frozenset[str], Make], ...] = (
    ("no-viewport", _VIEWPORT, without_viewport),
    ("fixed-viewport", _VIEWPORT, fixed_viewport),
    ("locked-viewport", _VIEWPORT, locked_viewport),
)
