"""What all pages say about a file, as the diagnostics that the client shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from relook_lsp.core.finding import Severity
from relook_lsp.lsp import convert
from relook_lsp.report.grouping import Group, group_by_cause
from relook_lsp.session.reviewed_page import PageId, ReviewedPage

if TYPE_CHECKING:
    from relook_lsp.lsp.server import RelookServer


class DiagnosticsPublisher:
    """What the client shows of each file, merged over the pages that use it.

    Every list is computed from the reviews that the session holds when it is published, and is published again as soon
    as other pages than before name the file. So no diagnostic outlives its review, whatever was in progress."""

    def __init__(self, server: RelookServer) -> None:
        self._server = server
        self._shown: dict[str, frozenset[PageId]] = {}
        """The pages that each file's last list comes from; the key is its URI."""

    def publish(self, *uris: str) -> None:
        """Publish these files, and every file that other pages name than those its last list comes from."""
        named = self._named()
        moved = {uri for uri in named.keys() | self._shown.keys() if named.get(uri) != self._shown.get(uri)}
        self._shown = named
        for uri in sorted(moved.union(uris)):
            self._send(uri)

    def publish_review(self, reviewed: ReviewedPage) -> None:
        """Publish the files that this review names, or that the former review of its page named."""
        self.publish(*(uri for uri, _ in self._groups_of(reviewed)))

    def _named(self) -> dict[str, frozenset[PageId]]:
        """The pages whose reviews have findings in each file."""
        named: dict[str, set[PageId]] = {}
        for reviewed in self._server.session.reviews.values():
            for uri, _ in self._groups_of(reviewed):
                named.setdefault(uri, set()).add(reviewed.page_id)
        return {uri: frozenset(page_ids) for uri, page_ids in named.items()}

    def groups_in_file(self, uri: str) -> list[tuple[ReviewedPage, Group]]:
        """Findings of one file with one rule and one cause together. A review that saw another text of the file says
        nothing: its ranges would be wrong."""
        server = self._server
        document = server.session.documents.get(uri)
        found: dict[tuple[str, int, int], tuple[ReviewedPage, Group]] = {}
        for reviewed in server.session.reviews.values():
            name = document.relative_name(reviewed.page_id.root) if document is not None else None
            if document is not None and name is not None and reviewed.texts.get(name, document.text) != document.text:
                continue
            for at, group in self._groups_of(reviewed):
                span = group[0].cause.span
                if at == uri:
                    found.setdefault((group[0].rule, span.start, span.end), (reviewed, group))
        return list(found.values())

    def _groups_of(self, reviewed: ReviewedPage) -> list[tuple[str, Group]]:
        server = self._server
        shown = server.session.preferences.config_for(reviewed.page_id.root).editor.information
        least = 0 if shown else Severity.WARNING.rank
        groups = group_by_cause(f for f in reviewed.report.findings if f.severity.rank >= least)
        uri, root = server.session.documents.uri_of, reviewed.page_id.root
        return [(uri(root, path), group) for group in groups if (path := group[0].cause.path) is not None]

    def _send(self, uri: str) -> None:
        """The only sender of diagnostics."""
        server = self._server
        documents = server.session.documents
        found = [
            convert.build_diagnostic(group, reviewed, documents, server.caps, server.encoding)
            for reviewed, group in self.groups_in_file(uri)
        ]
        # A closed document has no version.
        document = documents.get(uri)
        version = document.version if document is not None else None
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, version=version))
