"""What all pages say about a file, as the diagnostics that the client shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from relook_lsp.core.finding import Severity
from relook_lsp.lsp import convert
from relook_lsp.report.group import Group, grouped
from relook_lsp.session.subject import Seen, Subject

if TYPE_CHECKING:
    from relook_lsp.lsp.server import RelookServer


class Diagnostics:
    """Published file by file, merged over the pages that use the file; an empty list clears it."""

    def __init__(self, server: RelookServer) -> None:
        self._server = server
        self._shown: dict[Subject, frozenset[str]] = {}

    def update(self, seen: Seen) -> None:
        """Publish every file that this page touches, or touched before."""
        touched = frozenset(uri for uri, _ in self._groups_of(seen))
        before = self._shown.get(seen.subject, frozenset())
        self._shown[seen.subject] = touched
        self._publish(touched | before)

    def forget(self, subjects: Iterable[Subject]) -> None:
        """Pages that are not looked at any more, and their findings."""
        self._publish({uri for subject in subjects for uri in self._shown.pop(subject, ())})

    def closed(self, uri: str) -> None:
        """A closed document has no version, and keeps what a page that is still open says of it."""
        self._publish((uri,))

    def groups(self, uri: str) -> list[tuple[Seen, Group]]:
        """Findings of one file with one rule and one cause together. A review that saw another text of the file says
        nothing: its ranges would be wrong."""
        server = self._server
        document = server.session.documents.get(uri)
        found: dict[tuple[str, int, int], tuple[Seen, Group]] = {}
        for seen in server.session.seen.values():
            name = document.name(seen.subject.root) if document is not None else None
            if document is not None and name is not None and seen.texts.get(name, document.text) != document.text:
                continue
            for at, group in self._groups_of(seen):
                span = group[0].cause.span
                if at == uri:
                    found.setdefault((group[0].rule, span.start, span.end), (seen, group))
        return list(found.values())

    def _groups_of(self, seen: Seen) -> list[tuple[str, Group]]:
        server = self._server
        shown = server.session.preferences.config(seen.subject.root).editor.information
        least = 0 if shown else Severity.WARNING.rank
        groups = grouped(f for f in seen.report.findings if f.severity.rank >= least)
        uri, root = server.session.documents.uri, seen.subject.root
        return [(uri(root, path), group) for group in groups if (path := group[0].cause.path) is not None]

    def _publish(self, uris: Iterable[str]) -> None:
        server = self._server
        documents = server.session.documents
        for uri in sorted(uris):
            found = [
                convert.diagnostic(group, seen, documents, server.caps, server.encoding)
                for seen, group in self.groups(uri)
            ]
            document = documents.get(uri)
            version = document.version if document is not None else None
            server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, version=version))
