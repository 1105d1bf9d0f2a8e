"""``textDocument/didOpen``."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.documents import keep, settings
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: RelookServer, params: lsp.DidOpenTextDocumentParams) -> None:
        sent = params.text_document
        document = keep(ls, sent.uri, sent.language_id, sent.version, sent.text)
        if settings(ls, document).onOpen:
            ls.session.schedule(document, 0)
