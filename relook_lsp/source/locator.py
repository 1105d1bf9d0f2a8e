"""From a blamed node, declaration, script line or URL to a range in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag

from relook_lsp.core.finding import (
    Blame,
    ByAttribute,
    ByDeclaration,
    ByResource,
    ByScript,
    ByTag,
    Location,
    Related,
)  # fmt: skip
from relook_lsp.core.page import is_url
from relook_lsp.core.snapshot import Declaration, ScriptPlace, Snapshot, Source, View
from relook_lsp.core.text import LineIndex, Span
from relook_lsp.source import sourcemap
from relook_lsp.source.attribute_values import read_attribute_value
from relook_lsp.source.cascade import applied_declaration
from relook_lsp.source.custom_properties import variables_used_by
from relook_lsp.source.html import HtmlDocument, parse_html
from relook_lsp.source.properties import presentational_attributes
from relook_lsp.source.reference_places import find_reference
from relook_lsp.source.sheet_positions import (
    LINE_FEEDS,
    NORMALISED,
    confirm_declaration_span,
    line_starts,
    script_offset,
    span_of_range,
)
from relook_lsp.source.stamp import StampedDocument, stamp_start_tags

_STATEMENT = re.compile(r"[^;{}\n\r]*")
_ASSIGNED = re.compile(r"[\w$.\[\]]+\s*$")


@dataclass
class Locator:
    """Looks things up in the sources of one snapshot."""

    snapshot: Snapshot
    _indexes: dict[str, LineIndex] = field(default_factory=dict[str, LineIndex])
    _sheets: dict[tuple[str, int], tuple[str, list[int]]] = field(
        default_factory=dict[tuple[str, int], tuple[str, list[int]]]
    )
    _maps: dict[str, sourcemap.SourceMap | None] = field(default_factory=dict[str, "sourcemap.SourceMap | None"])
    _document: HtmlDocument | None = None
    _stamped: StampedDocument | None = None

    @property
    def entry(self) -> Source | None:
        return self.snapshot.sources.get(self.snapshot.url)

    @property
    def document(self) -> HtmlDocument | None:
        if self._document is None and self.entry is not None:
            self._document = parse_html(self.entry.text)
        return self._document

    def _line_index(self, source: Source) -> LineIndex:
        if source.url not in self._indexes:
            self._indexes[source.url] = LineIndex(source.text)
        return self._indexes[source.url]

    def location_of_span(self, source: Source, span: Span) -> Location:
        original = self._map_to_original(source, span) if source.map else None
        if original is not None:
            source, span = original
        return Location(source.path, source.url, self._line_index(source).range(span), span)

    def _map_to_original(self, source: Source, span: Span) -> tuple[Source, Span] | None:
        """What the source map of a sheet says; None where that is no file of the workspace."""
        if source.url not in self._maps:
            self._maps[source.url] = sourcemap.parse_source_map(source.map, source.url)
        map_ = self._maps[source.url]
        origin = None if map_ is None else map_.original_position(self._line_index(source).position(span.start))
        made_from = None if map_ is None or origin is None else self.snapshot.sources.get(map_.sources[origin.source])
        if origin is None or made_from is None or made_from.kind != "original":
            return None
        text, start = made_from.text, self._line_index(made_from).offset(origin.position)
        written = source.text[span.start : span.end]
        if text.startswith(written, start):
            return made_from, Span(start, start + len(written))
        # A preprocessor rewrote it: the statement that begins there.
        end = _STATEMENT.match(text, start)
        return made_from, Span(start, max(start, start + len(end[0].rstrip()) if end else start))

    def document_start(self) -> Location:
        """The beginning of the entry document, where nothing better is known."""
        entry = self.entry
        if entry is None:
            path = None if is_url(self.snapshot.page) else self.snapshot.page
            return Location(path, self.snapshot.url, LineIndex("").range(Span(0, 0)), Span(0, 0))
        document = self.document
        html = next(document.tags_named("html"), None) if document else None
        return self.location_of_span(entry, html.span if html else self._line_index(entry).line_span(0))

    # -- blame

    def locate_cause(self, blames: Iterable[Blame], view: View | None) -> Location | None:
        """The first blame that leads to a place in a source."""
        for blame in blames:
            found = self._locate_blame(blame, view)
            if found is not None:
                return found
        return None

    def _locate_blame(self, blame: Blame, view: View | None) -> Location | None:
        match blame:
            case ByDeclaration():
                found = self.blamed_declaration(blame, view)
                return None if found is None else self.locate_declaration(found)
            case ByAttribute(node, names):
                return self.locate_attribute(view, node, names)
            case ByTag(node):
                return self.locate_tag(view, node)
            case ByScript(place):
                return self.locate_script_line(place)
            case ByResource(url):
                return self.locate_reference(url)

    def blamed_declaration(self, blame: ByDeclaration, view: View | None) -> Declaration | None:
        """The winning declaration of the first property that has one."""
        if view is None:
            return None
        declarations = self.snapshot.evidence.styles.get((view.id, blame.evidence_key(view.layout)), ())
        for name in blame.properties:
            found = applied_declaration(declarations, name)
            if found is not None and (found.value or found.declaration.value) not in blame.value_not:
                return found.declaration
        return None

    def locate_variables(self, blame: ByDeclaration, view: View | None) -> list[Related]:
        """Where the custom properties that the blamed declaration uses get their values, and those that these use."""
        found = self.blamed_declaration(blame, view)
        if found is None or view is None:
            return []
        declarations = self.snapshot.evidence.styles.get((view.id, blame.evidence_key(view.layout)), ())
        related: list[Related] = []
        for name, variable in variables_used_by(declarations, found):
            place = self.locate_declaration(variable)
            if place is not None:
                related.append(Related(f"{name} gets its value here.", place))
        return related

    def locate_declaration(self, declaration: Declaration) -> Location | None:
        """The written declaration, without its semicolon; of a presentational hint, the attribute."""
        if declaration.origin == "attribute":
            return self._locate_presentational_hint(declaration)
        placed = self.source_span(declaration.range, declaration)
        if placed is None:
            return None
        source, span = placed
        text = source.text[span.start : span.end]
        kept = text.rstrip().rstrip(";").rstrip()
        return self.location_of_span(source, Span(span.start, span.start + len(kept)))

    def source_span(
        self, lines: tuple[int, int, int, int] | None, declaration: Declaration
    ) -> tuple[Source, Span] | None:
        """Source and offsets of a range given in the coordinates of a declaration's sheet. None where the text there
        is not what was declared: a script has changed the sheet or the attribute."""
        if lines is None or declaration.range is None:
            return None
        if declaration.origin == "inline":
            return self._span_in_style_attribute(lines, declaration)
        if declaration.url is not None and declaration.owner is None:
            source = self.snapshot.sources.get(urldefrag(declaration.url)[0])
            if source is None:
                return None
            return self._span_in_sheet(source, Span(0, len(source.text)), LINE_FEEDS, lines, declaration)
        entry, document = self.entry, self.document
        tag = document.tag_at(declaration.owner) if document is not None and declaration.owner is not None else None
        if entry is None or document is None or tag is None:
            return None
        return self._span_in_sheet(entry, document.content_span(tag), NORMALISED, lines, declaration)

    def _span_in_sheet(
        self,
        source: Source,
        within: Span,
        ends: re.Pattern[str],
        lines: tuple[int, int, int, int],
        declaration: Declaration,
    ) -> tuple[Source, Span] | None:
        key = source.url, within.start
        if key not in self._sheets:
            text = source.text[within.start : within.end]
            self._sheets[key] = text, line_starts(text, ends)
        text, starts = self._sheets[key]
        assert declaration.range is not None
        written = span_of_range(text, starts, declaration.range)
        found = confirm_declaration_span(text, Span(0, len(text)), written, declaration)
        if found is None:
            return None
        if lines != declaration.range:
            # A rule is where its range says only if its declarations are.
            if found != written:
                return None
            found = span_of_range(text, starts, lines)
        return source, Span(within.start + found.start, within.start + found.end)

    def _span_in_style_attribute(
        self, lines: tuple[int, int, int, int], declaration: Declaration
    ) -> tuple[Source, Span] | None:
        entry, document = self.entry, self.document
        tag = document.tag_at(declaration.owner) if document is not None and declaration.owner is not None else None
        attribute = tag.attribute("style") if tag is not None else None
        if entry is None or document is None or attribute is None:
            return None
        read = read_attribute_value(document.written_value(attribute))
        span = span_of_range(read.text, line_starts(read.text, LINE_FEEDS), lines)
        found = confirm_declaration_span(read.text, Span(0, len(read.text)), span, declaration)
        if found is None:
            return None
        written = read.to_written_span(found)
        return entry, Span(attribute.value.start + written.start, attribute.value.start + written.end)

    def _locate_presentational_hint(self, declaration: Declaration) -> Location | None:
        document, entry = self.document, self.entry
        tag = document.tag_at(declaration.owner) if document is not None and declaration.owner is not None else None
        for name in (declaration.selector, *presentational_attributes(declaration.name)):
            attribute = tag.attribute(name) if tag is not None and name else None
            if attribute is not None and entry is not None:
                return self.location_of_span(entry, attribute.span)
        return None

    def locate_tag(self, view: View | None, node: int | None) -> Location | None:
        """The start tag that made the node, else the script line that did, else the nearest start tag above it."""
        entry, document = self.entry, self.document
        if view is None or node is None or entry is None or document is None:
            return None
        while node >= 0:
            origin = view.layout.source_offset(node)
            tag = document.tag_at(origin) if origin is not None else None
            if tag is not None:
                return self.location_of_span(entry, tag.span)
            creator = self.snapshot.evidence.creators.get(view.layout.key(node))
            line = None if creator is None else self.locate_script_line(creator)
            if line is not None:
                return line
            node = view.layout.parents[node]
        return None

    def locate_attribute(self, view: View | None, node: int, names: tuple[str, ...]) -> Location | None:
        entry, document = self.entry, self.document
        if view is None or entry is None or document is None:
            return None
        origin = view.layout.source_offset(node)
        tag = document.tag_at(origin) if origin is not None else None
        for name in names:
            attribute = tag.attribute(name) if tag is not None else None
            if attribute is not None:
                return self.location_of_span(entry, attribute.span)
        return None

    def locate_script_line(self, place: ScriptPlace) -> Location | None:
        """The line of a script; from the column (for an assignment, from what is assigned to) to the end of the line."""
        source = self.snapshot.sources.get(urldefrag(place.url)[0])
        if source is None:
            return None
        if source.url == self.snapshot.url and self.document is not None:
            if self._stamped is None:
                self._stamped = stamp_start_tags(self.document)
            found = self._stamped.to_source_offset(script_offset(self._stamped.text, place, document=True))
        else:
            found = script_offset(source.text, place, document=False)
        index = self._line_index(source)
        line = index.line_span(index.position(found).line)
        start = found if found < line.end else line.start
        assigned = _ASSIGNED.search(source.text[line.start : start])
        if assigned is not None and source.text[start : start + 1] == "=":
            start -= len(assigned[0])
        end = start + len(source.text[start : line.end].rstrip())
        return self.location_of_span(source, Span(start, max(start, end)))

    def locate_reference(self, url: str) -> Location | None:
        """The attribute, ``url()`` or string that names a resource."""
        found = find_reference(self.snapshot, self.document, url)
        return None if found is None else self.location_of_span(*found)
