"""``textDocument/didClose``."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RelookServer, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.session.close_document(uri)
        # What a page that is still open says of the file stays, without a version.
        ls.diagnostics.publish(uri)
