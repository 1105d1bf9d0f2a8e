"""Document notifications: they only replace texts and schedule reviews."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from relook_lsp.lsp.server import RelookServer
from relook_lsp.review.config import EditorSettings


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: RelookServer, params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        ls.opened(document.uri, document.language_id, document.version, document.text)
        if _editor(ls, document.uri).onOpen:
            ls.schedule(document.uri, 0)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: RelookServer, params: lsp.DidChangeTextDocumentParams) -> None:
        known = ls.session.documents.get(params.text_document.uri)
        if known is None or not params.content_changes:
            return
        text = params.content_changes[-1].text
        ls.opened(known.uri, known.language, params.text_document.version, text)
        editor = _editor(ls, known.uri)
        if editor.onChange:
            ls.schedule(known.uri, editor.delay / 1000)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: RelookServer, params: lsp.DidSaveTextDocumentParams) -> None:
        if Path(params.text_document.uri).name in ("relook.toml", "pyproject.toml"):
            ls.session.forget_settings()
        if _editor(ls, params.text_document.uri).onSave:
            ls.schedule(params.text_document.uri, 0)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RelookServer, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.session.documents.drop(params.text_document.uri)
        ls.forget(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(ls: RelookServer, params: lsp.DidChangeWatchedFilesParams) -> None:
        if any(Path(change.uri).name in ("relook.toml", "pyproject.toml") for change in params.changes):
            ls.session.forget_settings()
        for document in ls.session.documents:
            ls.schedule(document.uri, 0.3)


def _editor(ls: RelookServer, uri: str) -> EditorSettings:
    document = ls.session.documents.get(uri)
    path = document.path if document is not None else None
    root = ls.session.root(path) if path is not None else Path.cwd()
    return ls.session.config(root).editor
