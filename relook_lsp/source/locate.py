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
from relook_lsp.source.cascade import applied
from relook_lsp.source.characters import value
from relook_lsp.source.html import Document, parse
from relook_lsp.source.properties import hints
from relook_lsp.source.resource import named
from relook_lsp.source.sheet import LINE_FEEDS, NORMALISED, confirmed, extent, line_starts, script_offset
from relook_lsp.source.stamp import Stamped, stamp
from relook_lsp.source.variables import used

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
    _document: Document | None = None
    _stamped: Stamped | None = None

    @property
    def entry(self) -> Source | None:
        return self.snapshot.sources.get(self.snapshot.url)

    @property
    def document(self) -> Document | None:
        if self._document is None and self.entry is not None:
            self._document = parse(self.entry.text)
        return self._document

    def _index(self, source: Source) -> LineIndex:
        if source.url not in self._indexes:
            self._indexes[source.url] = LineIndex(source.text)
        return self._indexes[source.url]

    def location(self, source: Source, span: Span) -> Location:
        original = self._original(source, span) if source.map else None
        if original is not None:
            source, span = original
        return Location(source.path, source.url, self._index(source).range(span), span)

    def _original(self, source: Source, span: Span) -> tuple[Source, Span] | None:
        """What the source map of a sheet says; None where that is no file of the workspace."""
        if source.url not in self._maps:
            self._maps[source.url] = sourcemap.read(source.map, source.url)
        map_ = self._maps[source.url]
        origin = None if map_ is None else map_.original(self._index(source).position(span.start))
        made_from = None if map_ is None or origin is None else self.snapshot.sources.get(map_.sources[origin.source])
        if origin is None or made_from is None or made_from.kind != "original":
            return None
        text, start = made_from.text, self._index(made_from).offset(origin.position)
        written = source.text[span.start : span.end]
        if text.startswith(written, start):
            return made_from, Span(start, start + len(written))
        # A preprocessor rewrote it: the statement that begins there.
        end = _STATEMENT.match(text, start)
        return made_from, Span(start, max(start, start + len(end[0].rstrip()) if end else start))

    def whole(self) -> Location:
        """The beginning of the entry document, where nothing better is known."""
        entry = self.entry
        if entry is None:
            path = None if is_url(self.snapshot.page) else self.snapshot.page
            return Location(path, self.snapshot.url, LineIndex("").range(Span(0, 0)), Span(0, 0))
        document = self.document
        html = next(document.named("html"), None) if document else None
        return self.location(entry, html.span if html else self._index(entry).line_span(0))

    # -- blame

    def cause(self, blames: Iterable[Blame], view: View | None) -> Location | None:
        """The first blame that leads to a place in a source."""
        for blame in blames:
            found = self._blamed(blame, view)
            if found is not None:
                return found
        return None

    def _blamed(self, blame: Blame, view: View | None) -> Location | None:
        match blame:
            case ByDeclaration():
                found = self.declaration(blame, view)
                return None if found is None else self.declared(found)
            case ByAttribute(node, names):
                return self.attribute(view, node, names)
            case ByTag(node):
                return self.tag(view, node)
            case ByScript(place):
                return self.script(place)
            case ByResource(url):
                return self.reference(url)

    def declaration(self, blame: ByDeclaration, view: View | None) -> Declaration | None:
        """The winning declaration of the first property that has one."""
        if view is None:
            return None
        declarations = self.snapshot.evidence.styles.get((view.id, blame.key(view.layout)), ())
        for name in blame.properties:
            found = applied(declarations, name)
            if found is not None and (found.value or found.declaration.value) not in blame.value_not:
                return found.declaration
        return None

    def variables(self, blame: ByDeclaration, view: View | None) -> list[Related]:
        """Where the custom properties that the blamed declaration uses get their values, and those that these use."""
        found = self.declaration(blame, view)
        if found is None or view is None:
            return []
        declarations = self.snapshot.evidence.styles.get((view.id, blame.key(view.layout)), ())
        related: list[Related] = []
        for name, variable in used(declarations, found):
            place = self.declared(variable)
            if place is not None:
                related.append(Related(f"{name} gets its value here.", place))
        return related

    def declared(self, declaration: Declaration) -> Location | None:
        """The written declaration, without its semicolon; of a presentational hint, the attribute."""
        if declaration.origin == "attribute":
            return self._hint(declaration)
        placed = self.span(declaration.range, declaration)
        if placed is None:
            return None
        source, span = placed
        text = source.text[span.start : span.end]
        kept = text.rstrip().rstrip(";").rstrip()
        return self.location(source, Span(span.start, span.start + len(kept)))

    def span(self, lines: tuple[int, int, int, int] | None, declaration: Declaration) -> tuple[Source, Span] | None:
        """Source and offsets of a range given in the coordinates of a declaration's sheet. None where the text there
        is not what was declared: a script has changed the sheet or the attribute."""
        if lines is None or declaration.range is None:
            return None
        if declaration.origin == "inline":
            return self._in_attribute(lines, declaration)
        if declaration.url is not None and declaration.owner is None:
            source = self.snapshot.sources.get(urldefrag(declaration.url)[0])
            if source is None:
                return None
            return self._in_sheet(source, Span(0, len(source.text)), LINE_FEEDS, lines, declaration)
        entry, document = self.entry, self.document
        tag = document.at(declaration.owner) if document is not None and declaration.owner is not None else None
        if entry is None or document is None or tag is None:
            return None
        return self._in_sheet(entry, document.content(tag), NORMALISED, lines, declaration)

    def _in_sheet(
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
        written = extent(text, starts, declaration.range)
        found = confirmed(text, Span(0, len(text)), written, declaration)
        if found is None:
            return None
        if lines != declaration.range:
            # A rule is where its range says only if its declarations are.
            if found != written:
                return None
            found = extent(text, starts, lines)
        return source, Span(within.start + found.start, within.start + found.end)

    def _in_attribute(self, lines: tuple[int, int, int, int], declaration: Declaration) -> tuple[Source, Span] | None:
        entry, document = self.entry, self.document
        tag = document.at(declaration.owner) if document is not None and declaration.owner is not None else None
        attribute = tag.attribute("style") if tag is not None else None
        if entry is None or document is None or attribute is None:
            return None
        read = value(document.value(attribute))
        span = extent(read.text, line_starts(read.text, LINE_FEEDS), lines)
        found = confirmed(read.text, Span(0, len(read.text)), span, declaration)
        if found is None:
            return None
        written = read.span(found)
        return entry, Span(attribute.value.start + written.start, attribute.value.start + written.end)

    def _hint(self, declaration: Declaration) -> Location | None:
        document, entry = self.document, self.entry
        tag = document.at(declaration.owner) if document is not None and declaration.owner is not None else None
        for name in (declaration.selector, *hints(declaration.name)):
            attribute = tag.attribute(name) if tag is not None and name else None
            if attribute is not None and entry is not None:
                return self.location(entry, attribute.span)
        return None

    def tag(self, view: View | None, node: int | None) -> Location | None:
        """The start tag that made the node, else the script line that did, else the nearest start tag above it."""
        entry, document = self.entry, self.document
        if view is None or node is None or entry is None or document is None:
            return None
        while node >= 0:
            origin = view.layout.origin(node)
            tag = document.at(origin) if origin is not None else None
            if tag is not None:
                return self.location(entry, tag.span)
            creator = self.snapshot.evidence.creators.get(view.layout.key(node))
            line = None if creator is None else self.script(creator)
            if line is not None:
                return line
            node = view.layout.parents[node]
        return None

    def attribute(self, view: View | None, node: int, names: tuple[str, ...]) -> Location | None:
        entry, document = self.entry, self.document
        if view is None or entry is None or document is None:
            return None
        origin = view.layout.origin(node)
        tag = document.at(origin) if origin is not None else None
        for name in names:
            attribute = tag.attribute(name) if tag is not None else None
            if attribute is not None:
                return self.location(entry, attribute.span)
        return None

    def script(self, place: ScriptPlace) -> Location | None:
        """The line of a script; from the column (for an assignment, from what is assigned to) to the end of the line."""
        source = self.snapshot.sources.get(urldefrag(place.url)[0])
        if source is None:
            return None
        if source.url == self.snapshot.url and self.document is not None:
            if self._stamped is None:
                self._stamped = stamp(self.document)
            found = self._stamped.to_source(script_offset(self._stamped.text, place, document=True))
        else:
            found = script_offset(source.text, place, document=False)
        index = self._index(source)
        line = index.line_span(index.position(found).line)
        start = found if found < line.end else line.start
        assigned = _ASSIGNED.search(source.text[line.start : start])
        if assigned is not None and source.text[start : start + 1] == "=":
            start -= len(assigned[0])
        end = start + len(source.text[start : line.end].rstrip())
        return self.location(source, Span(start, max(start, end)))

    def reference(self, url: str) -> Location | None:
        """The attribute, ``url()`` or string that names a resource."""
        found = named(self.snapshot, self.document, url)
        return None if found is None else self.location(*found)
