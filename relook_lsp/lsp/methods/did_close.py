"""``textDocument/didClose``."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RelookServer, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.diagnostics.forget(ls.session.drop(params.text_document.uri))
        ls.diagnostics.closed(params.text_document.uri)
