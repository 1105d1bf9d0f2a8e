"""The language server: state that outlives a message, and nothing about single methods."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any, cast

from lsprotocol import types as lsp
from pygls import uris
from pygls.lsp.server import LanguageServer

from relook_lsp import __version__
from relook_lsp.core.finding import Finding, Severity
from relook_lsp.core.text import Encoding
from relook_lsp.lsp import convert
from relook_lsp.lsp.caps import ClientCaps
from relook_lsp.report.terminal import grouped
from relook_lsp.session.documents import Open
from relook_lsp.session.session import Seen, Session, Subject

log = logging.getLogger(__name__)

STATUS = "relook/status"


class RelookServer(LanguageServer):
    """One client. Reviews come in through ``report``; diagnostics go out per file, merged over pages."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "relook", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full
        )
        self.session = Session(self.report, self.status)
        self.caps = ClientCaps()
        self.prepared: dict[tuple[Subject, str, str], object] = {}
        self._shown: dict[Subject, set[str]] = {}

    @property
    def encoding(self) -> Encoding:
        # The framework names the encoding by an enumeration whose text is the protocol's.
        name: Any = self.workspace.position_encoding
        return cast("Encoding", str(getattr(name, "value", name or "utf-16")))

    # -- out

    def status(self, state: str, message: str) -> None:
        """``idle``, ``rendering``, ``refining``, ``problem`` or ``settings``, and why nothing shows."""
        self.protocol.notify(STATUS, {"state": state, "message": message})

    async def report(self, seen: Seen) -> None:
        """Publish the diagnostics of every file that this page touches, or touched before."""
        touched = {uri for uri, _ in self.groups_of(seen)}
        before = self._shown.get(seen.subject, set())
        self._shown[seen.subject] = touched
        for uri in sorted(touched | before):
            self.publish(uri)
        from relook_lsp.lsp.refine import prepare

        self.session.scheduler.submit(("prepare", seen.subject), lambda: prepare(self, seen), 0.5)

    def groups(self, uri: str) -> list[tuple[Seen, tuple[Finding, ...]]]:
        """What all pages say about one file: findings with one rule and one cause together."""
        found: dict[tuple[str, int, int], tuple[Seen, tuple[Finding, ...]]] = {}
        for seen in self.session.seen.values():
            for at, group in self.groups_of(seen):
                span = group[0].cause.span
                if at == uri:
                    found.setdefault((group[0].rule, span.start, span.end), (seen, group))
        return list(found.values())

    def groups_of(self, seen: Seen) -> list[tuple[str, tuple[Finding, ...]]]:
        report, snapshot = seen.result.report, seen.result.snapshot
        if snapshot is None:
            return []
        least = 0 if self.session.config(seen.subject.root).editor.information else Severity.WARNING.rank
        groups = grouped(f for f in report.findings if f.severity.rank >= least)
        return [
            (self._uri(seen.subject, group[0].cause.path), group) for group in groups if group[0].cause.path is not None
        ]

    def _uri(self, subject: Subject, path: str | None) -> str:
        """The URI under which the client knows the file."""
        assert path is not None
        target = subject.root / path
        document = self.session.documents.by_path(target)
        if document is None and path.startswith("untitled-"):
            document = next((d for d in self.session.documents if d.path is None), None)
        return document.uri if document is not None else target.as_uri()

    def publish(self, uri: str) -> None:
        """Send the diagnostics of one file; an empty list clears it."""
        diagnostics = [
            convert.diagnostic(group, seen.subject.root, seen.result.snapshot, self.caps, self.encoding)
            for seen, group in self.groups(uri)
            if seen.result.snapshot is not None
        ]
        document = self.session.documents.get(uri)
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri, diagnostics, version=document.version if document else None)
        )

    def forget(self, uri: str) -> None:
        """A document was closed: pages that no open document needs any more are dropped, and their findings."""
        needed = {document.path for document in self.session.documents}
        for subject, seen in tuple(self.session.seen.items()):
            sources = seen.result.snapshot.sources.values() if seen.result.snapshot else ()
            used = {subject.root / subject.entry, *(subject.root / s.path for s in sources if s.path)}
            if not used & needed and not subject.entry.startswith("untitled-"):
                del self.session.seen[subject]
                for shown in self._shown.pop(subject, set()):
                    self.publish(shown)
        self.publish(uri)

    def schedule(self, uri: str, delay: float) -> None:
        document = self.session.documents.get(uri)
        if document is not None:
            self.session.schedule(document, delay)

    def opened(self, uri: str, language: str, version: int, text: str) -> None:
        """Keep the text of a document as the editor has it."""
        path = uris.to_fs_path(uri) if uri.startswith("file:") else None
        self.session.documents.put(Open(uri, Path(path).resolve() if path else None, language, version, text))

    # -- errors

    def report_server_error(self, error: Exception, source: object) -> None:
        """Into the log, never as a toast: the user did not ask for anything that failed."""
        log.error("in %s", source, exc_info=error)

    async def stop(self) -> None:
        """Close the browser; bounded, because a client waits for it."""
        try:
            async with asyncio.timeout(5):
                await self.session.close()
        except TimeoutError:
            log.warning("the browser did not close in time")
