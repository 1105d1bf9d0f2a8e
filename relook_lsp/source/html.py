"""Start tags, attributes and raw text of an HTML document, with offsets (WHATWG tree construction)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import turbohtml

from relook_lsp.core.text import LineIndex, Span


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
class HtmlDocument:
    """A text and the start tags that the parser accepted. Tags are looked at when they are asked for: a large
    document has tens of thousands, and few of them are ever blamed."""

    text: str
    _elements: Mapping[int, turbohtml.Element] = field(compare=False, repr=False)
    """By the offset of the start tag, in source order."""
    _index: LineIndex = field(compare=False, repr=False)
    _made: dict[int, Tag] = field(default_factory=dict[int, Tag], compare=False, repr=False)

    @cached_property
    def unstampable_starts(self) -> frozenset[int]:
        """Starts of formatting tags that stand inside three others just like them. The parser counts those ("Noah's
        Ark", 13.2.4.3), so they must stay alike: nothing may be added to them."""
        groups: dict[str, list[int]] = defaultdict(list)
        for start, element in self._elements.items():
            if element.tag in _FORMATTING:
                groups[_formatting_signature(element)].append(start)
        return frozenset(
            start
            for likeness, starts in groups.items()
            if len(starts) > 3 and any(_is_inside_three_alike(self._elements[start], likeness) for start in starts)
            for start in starts
        )

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Offsets of all start tags, ascending."""
        return tuple(self._elements)

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """In source order, one for each start tag that the parser accepted."""
        return tuple(self._cached_tag(start) for start in self._elements)

    def tags_named(self, *names: str) -> Iterator[Tag]:
        """Tags of these names (lower case), in source order."""
        for start, element in self._elements.items():
            if element.tag.lower() in names:
                yield self._cached_tag(start)

    def tag_at(self, start: int) -> Tag | None:
        """The tag that begins at this offset."""
        return self._cached_tag(start) if start in self._elements else None

    def written_value(self, attribute: Attribute) -> str:
        """The attribute's characters as written (character references not decoded)."""
        return self.text[attribute.value.start : attribute.value.end]

    def content_span(self, tag: Tag) -> Span:
        """From the end of the start tag to the end tag, or to the end of the text where that is missing."""
        return tag.content or Span(tag.span.end, len(self.text))

    def _cached_tag(self, start: int) -> Tag:
        if start not in self._made:
            self._made[start] = self._build_tag(start, self._elements[start])
        return self._made[start]

    def _build_tag(self, start: int, element: turbohtml.Element) -> Tag:
        location = element.source_location
        assert location is not None
        attributes = tuple(
            _parse_attribute(self.text, name, self._source_span(at)) for name, at in location.attrs.items()
        )
        end = None if location.end_tag is None else self._source_span(location.end_tag)
        return Tag(
            element.tag.lower(), self._source_span(location.start_tag), tag_name_end(self.text, start), attributes, end
        )

    def _source_span(self, place: turbohtml.SourceSpan) -> Span:
        # The parser counts a CRLF as one character, so its offsets are not those of the source; its lines are.
        starts = self._index.starts
        return Span(starts[place.start_line - 1] + place.start_col, starts[place.end_line - 1] + place.end_col)


_FORMATTING = frozenset(("b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"))
_DEEPEST = 512


def _formatting_signature(element: turbohtml.Element) -> str:
    attributes = element.attrs
    return f"{element.tag} {sorted(attributes.items())!r}" if attributes else element.tag


def _is_inside_three_alike(element: turbohtml.Element, likeness: str) -> bool:
    alike, node = 0, element.parent
    for _ in range(_DEEPEST):
        if not isinstance(node, turbohtml.Element):
            break
        alike += node.tag == element.tag and _formatting_signature(node) == likeness
        if alike == 3:
            return True
        node = node.parent
    return False


_TAG_NAME = re.compile(r"<[^\t\n\f\r />]*")


def tag_name_end(text: str, start: int) -> int:
    """Where the tag name that begins behind ``<`` ends."""
    match = _TAG_NAME.match(text, start)
    return start if match is None else match.end()


def parse_html(text: str) -> HtmlDocument:
    """Never raises: every text is some document (HTML Living Standard, 13.2)."""
    index = LineIndex(text)
    elements: dict[int, turbohtml.Element] = {}
    starts = index.starts
    for element in all_elements(text):
        line = element.source_line
        if line is not None:
            start = starts[line - 1] + (element.source_col or 0)
            # The adoption agency clones elements; a clone has the place of the first but no source of its own.
            if start not in elements or elements[start].source_location is None:
                elements[start] = element
    return HtmlDocument(text, {start: elements[start] for start in sorted(elements)}, index)


def all_elements(text: str) -> Iterator[turbohtml.Element]:
    """Every element that a browser with scripting makes of a text: also those that no tag stands for, clones, and those
    in templates and declared shadow trees."""
    for node in _nodes(tree(text), "shadowrootmode" in text.lower()):
        if isinstance(node, turbohtml.Element):
            yield node


def tree(text: str) -> turbohtml.Document:
    """The parsed document, as a browser with scripting sees it."""
    # A null and a lone surrogate would end or break the parse; a browser sees U+FFFD in their place.
    return turbohtml.parse(_BROKEN.sub("\ufffd", text), source_locations=True, scripting=True)


def comments_of(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, content) of every comment that begins with ``<!--`` and is one for the parser, not the text of an
    element or attribute. The parser gives no offsets for comments: every place where one may begin gets a number, and the
    numbers that come back as comments are those of the real ones."""
    starts = [match.end() for match in _COMMENT_START.finditer(text)]
    if not starts:
        return
    parts = [text[: starts[0]]]
    for number, (start, end) in enumerate(zip(starts, (*starts[1:], len(text)), strict=True)):
        parts += [f"{number}:", text[start:end]]
    for node in _nodes(tree("".join(parts)), "shadowrootmode" in text.lower()):
        if isinstance(node, turbohtml.Comment):
            number, _, _ = node.data.partition(":")
            # Other comments ("<!x>") have no number of ours; a text that looks like one is that of no known place.
            if number.isdecimal() and int(number) < len(starts):
                start = starts[int(number)]
                end = _COMMENT_END.search(text, start)
                assert end is not None
                yield start - len("<!--"), end.end(), text[start : end.start()]


# Not where the number would change what follows: "<!-->" and "<!--->" are whole comments, and end others.
_COMMENT_START = re.compile("<!--(?!-*!?>)")
_COMMENT_END = re.compile(r"--!?>|\Z")

_SCRIPT_TYPES = re.compile(
    r"|module|(?:text|application)/(?:x-)?(?:java|ecma|j|live)script|text/(?:javascript1\.[0-5]|babel|jsx)", re.I
)


def is_script(document: HtmlDocument, tag: Tag) -> bool:
    """Whether a ``<script>`` holds JavaScript (HTML Living Standard, 4.12.1), not data."""
    kind = tag.attribute("type")
    return kind is None or _SCRIPT_TYPES.fullmatch(document.written_value(kind).strip()) is not None


_BROKEN = re.compile("[\0\ud800-\udfff]")


def _nodes(tree: turbohtml.Node, shadows: bool) -> Iterator[turbohtml.Node]:
    for node in tree.descendants:
        yield node
        if shadows and isinstance(node, turbohtml.Element) and node.shadow_root is not None:
            yield from _nodes(node.shadow_root, shadows)


_VALUE = re.compile(r".[^=]*?=\s*(?:\"([^\"]*)\"?|'([^']*)'?|(\S*))", re.S)


def _parse_attribute(text: str, name: str, span: Span) -> Attribute:
    match = _VALUE.match(text[span.start : span.end])
    if match is None:
        return Attribute(name, span, Span(span.end, span.end))
    group = next(index for index in (1, 2, 3) if match.group(index) is not None)
    return Attribute(name, span, Span(span.start + match.start(group), span.start + match.end(group)))
