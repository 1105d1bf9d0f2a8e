"""``textDocument/didOpen``."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.documents import editor_settings_for, put_document
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: RelookServer, params: lsp.DidOpenTextDocumentParams) -> None:
        sent = params.text_document
        document = put_document(ls, sent.uri, sent.language_id, sent.version, sent.text)
        if editor_settings_for(ls, document).onOpen:
            ls.session.schedule_review(document, 0)
