"""``textDocument/didChange``."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.documents import editor_settings_for, put_document
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: RelookServer, params: lsp.DidChangeTextDocumentParams) -> None:
        known = ls.session.documents.get(params.text_document.uri)
        if known is None or not params.content_changes:
            return
        text = params.content_changes[-1].text
        document = put_document(ls, known.uri, known.language, params.text_document.version, text)
        editor = editor_settings_for(ls, document)
        if editor.onChange:
            ls.session.schedule_review(document, editor.delay / 1000)
