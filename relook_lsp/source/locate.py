"""From a blamed node, declaration, script line or URL to a range in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin

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
from relook_lsp.core.snapshot import Declaration, ScriptPlace, Snapshot, Source, View
from relook_lsp.core.text import LineIndex, Position, Span
from relook_lsp.source.cascade import winner
from relook_lsp.source.html import Document, parse
from relook_lsp.source.stamp import Stamped, stamp

_VARIABLE = re.compile(r"var\(\s*(--[^\s,)]+)")


@dataclass
class Locator:
    """Looks things up in the sources of one snapshot."""

    snapshot: Snapshot
    _indexes: dict[str, LineIndex] = field(default_factory=dict[str, LineIndex])
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
        return Location(source.path, source.url, self._index(source).range(span), span)

    def whole(self) -> Location:
        """The beginning of the entry document, where nothing better is known."""
        entry = self.entry
        if entry is None:
            path = None if self.snapshot.page.startswith(("http://", "https://")) else self.snapshot.page
            return Location(path, self.snapshot.url, LineIndex("").range(Span(0, 0)), Span(0, 0))
        document = self.document
        html = next((t for t in document.tags if t.name == "html"), None) if document else None
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
        declarations = self.snapshot.evidence.styles.get((view.id, view.layout.key(blame.node)), ())
        for name in blame.properties:
            found = winner(declarations, name)
            if found is not None and found.value not in blame.value_not:
                return found
        return None

    def variables(self, blame: ByDeclaration, view: View | None) -> list[Related]:
        """Where the custom properties that the blamed declaration uses get their values."""
        found = self.declaration(blame, view)
        if found is None or view is None:
            return []
        declarations = self.snapshot.evidence.styles.get((view.id, view.layout.key(blame.node)), ())
        related: list[Related] = []
        for name in dict.fromkeys(_VARIABLE.findall(found.value)):
            variable = winner(declarations, name)
            place = None if variable is None else self.declared(variable)
            if place is not None:
                related.append(Related(f"{name} gets its value here.", place))
        return related

    def declared(self, declaration: Declaration) -> Location | None:
        """The written declaration, without its semicolon."""
        placed = self.span(declaration.range, declaration)
        if placed is None:
            return None
        source, span = placed
        text = source.text[span.start : span.end]
        kept = text.rstrip().rstrip(";").rstrip()
        return self.location(source, Span(span.start, span.start + len(kept)))

    def span(self, extent: tuple[int, int, int, int] | None, declaration: Declaration) -> tuple[Source, Span] | None:
        """Source and offsets of a range given in the coordinates of a declaration's sheet."""
        if extent is None:
            return None
        if declaration.url is not None and declaration.owner is None:
            source = self.snapshot.sources.get(urldefrag(declaration.url)[0])
            if source is None:
                return None
            return source, self._within(source.text, 0, extent)
        entry, document = self.entry, self.document
        tag = document.at(declaration.owner) if document is not None and declaration.owner is not None else None
        if entry is None or document is None or tag is None:
            return None
        if declaration.origin == "inline":
            attribute = tag.attribute("style")
            if attribute is None:
                return None
            if "&" in document.value(attribute):
                return entry, attribute.value
            return entry, self._within(
                entry.text[attribute.value.start : attribute.value.end], attribute.value.start, extent
            )
        content = tag.content or Span(tag.span.end, len(entry.text))
        return entry, self._within(entry.text[content.start : content.end], content.start, extent)

    @staticmethod
    def _within(text: str, start: int, extent: tuple[int, int, int, int]) -> Span:
        index = LineIndex(text)
        first, last = Position(extent[0], extent[1]), Position(extent[2], extent[3])
        return Span(start + index.offset(first), start + index.offset(last))

    def tag(self, view: View | None, node: int | None) -> Location | None:
        """The start tag that made the node, else the nearest one above it."""
        entry, document = self.entry, self.document
        if view is None or node is None or entry is None or document is None:
            return None
        while node >= 0:
            origin = view.layout.origin(node)
            tag = document.at(origin) if origin is not None else None
            if tag is not None:
                return self.location(entry, tag.span)
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
        """The line of a script; from the column to the end of the line."""
        source = self.snapshot.sources.get(urldefrag(place.url)[0])
        if source is None:
            return None
        if source.url == self.snapshot.url and self.document is not None:
            if self._stamped is None:
                self._stamped = stamp(self.document)
            served = LineIndex(self._stamped.text).offset(Position(place.line, place.column))
            offset = self._stamped.to_source(served)
        else:
            offset = self._index(source).offset(Position(place.line, place.column))
        index = self._index(source)
        line = index.line_span(index.position(offset).line)
        start = offset if offset < line.end else line.start
        end = start + len(source.text[start : line.end].rstrip())
        return self.location(source, Span(start, max(start, end)))

    def reference(self, url: str) -> Location | None:
        """The attribute or ``url()`` that names a resource."""
        document, entry = self.document, self.entry
        wanted = urldefrag(url)[0]
        if document is not None and entry is not None:
            base = self.snapshot.url
            for tag in document.tags:
                for name in ("src", "href", "data", "poster", "srcset"):
                    attribute = tag.attribute(name)
                    if attribute is None:
                        continue
                    candidates = (
                        [part.split()[0] for part in document.value(attribute).split(",") if part.split()]
                        if name == "srcset"
                        else [document.value(attribute).strip()]
                    )
                    if any(urldefrag(urljoin(base, one.replace("&amp;", "&")))[0] == wanted for one in candidates):
                        return self.location(entry, attribute.span)
        for source in self.snapshot.sources.values():
            for match in re.finditer(
                r"(?:url\(\s*['\"]?|@import\s+['\"]|(?:from|import|fetch)\s*\(?\s*['\"])([^'\")]+)", source.text
            ):
                if urldefrag(urljoin(source.url, match.group(1).strip()))[0] == wanted:
                    return self.location(source, Span(match.start(1), match.end(1)))
        return None
