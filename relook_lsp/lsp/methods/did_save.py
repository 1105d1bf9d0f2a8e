"""``textDocument/didSave``."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.configuration import look_again
from relook_lsp.lsp.documents import is_settings_file, settings
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: RelookServer, params: lsp.DidSaveTextDocumentParams) -> None:
        uri = params.text_document.uri
        if is_settings_file(uri):
            ls.session.files_changed()
            look_again(ls)
            return
        document = ls.session.documents.get(uri)
        if document is not None and settings(ls, document).onSave:
            ls.session.schedule(document, 0)
