"""Start tags, attributes and raw text of an HTML document, with offsets (WHATWG tree construction)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import turbohtml

from relook_lsp.core.text import Span


@dataclass(frozen=True)
class Attribute:
    """``span`` covers name and value, ``value`` the characters between the quotes (empty span where none)."""

    name: str
    span: Span
    value: Span


@dataclass(frozen=True)
class Tag:
    """A start tag that made an element. ``content`` runs to the end tag; None where the source has none."""

    name: str
    span: Span
    name_end: int
    attributes: tuple[Attribute, ...]
    end: Span | None

    def attribute(self, name: str) -> Attribute | None:
        return next((one for one in self.attributes if one.name == name), None)

    @property
    def content(self) -> Span | None:
        return None if self.end is None else Span(self.span.end, self.end.start)


@dataclass(frozen=True)
class Document:
    text: str
    tags: tuple[Tag, ...]
    """In source order, one for each start tag that the parser accepted."""

    @cached_property
    def _by_start(self) -> dict[int, Tag]:
        return {tag.span.start: tag for tag in self.tags}

    def at(self, start: int) -> Tag | None:
        """The tag that begins at this offset."""
        return self._by_start.get(start)

    def value(self, attribute: Attribute) -> str:
        """The attribute's characters as written (character references not decoded)."""
        return self.text[attribute.value.start : attribute.value.end]


_TAG_NAME = re.compile(r"<[^\s/>]*")


def parse(text: str) -> Document:
    """Never raises: every text is some document (HTML Living Standard, 13.2)."""
    tree = turbohtml.parse(text.replace("\0", "\ufffd"), source_locations=True, scripting=True)
    place = _Places(text)
    tags: list[Tag] = []
    seen: set[int] = set()
    stack: list[turbohtml.Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, turbohtml.Element):
            location = node.source_location
            if location is not None:
                tag = _tag(text, place, node.tag, location)
                # The adoption agency clones elements: the clone has the same start tag.
                if tag is not None and tag.span.start not in seen:
                    seen.add(tag.span.start)
                    tags.append(tag)
            if node.shadow_root is not None:
                stack.append(node.shadow_root)
        stack.extend(getattr(node, "children", ()))
    return Document(text, tuple(sorted(tags, key=lambda tag: tag.span.start)))


class _Places:
    """The parser counts ``\\r\\n`` as one character; the source does not."""

    def __init__(self, text: str) -> None:
        # Offsets, in the parser's counting, of the characters that follow a CRLF.
        self._after: list[int] = []
        if "\r\n" in text:
            for count, match in enumerate(re.finditer("\r\n", text)):
                self._after.append(match.end() - count - 1)

    def __call__(self, offset: int) -> int:
        return offset + bisect_right(self._after, offset)


def _tag(text: str, place: _Places, name: str, location: turbohtml.SourceLocation) -> Tag | None:
    start = location.start_tag
    span = Span(place(start.start_offset), place(start.end_offset))
    match = _TAG_NAME.match(text, span.start)
    if match is None or match.end() > span.end:
        return None
    attributes = tuple(
        _attribute(text, attribute, Span(place(at.start_offset), place(at.end_offset)))
        for attribute, at in location.attrs.items()
    )
    end = location.end_tag
    closing = None if end is None else Span(place(end.start_offset), place(end.end_offset))
    return Tag(name.lower(), span, match.end(), attributes, closing)


_VALUE = re.compile(r"[^=]*?=\s*(?:\"([^\"]*)\"?|'([^']*)'?|(\S*))", re.S)


def _attribute(text: str, name: str, span: Span) -> Attribute:
    match = _VALUE.match(text[span.start : span.end])
    if match is None:
        return Attribute(name, span, Span(span.end, span.end))
    group = next(index for index in (1, 2, 3) if match.group(index) is not None)
    return Attribute(name, span, Span(span.start + match.start(group), span.start + match.end(group)))
