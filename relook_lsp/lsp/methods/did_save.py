"""``textDocument/didSave``."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.lsp.configuration import review_all_again
from relook_lsp.lsp.documents import editor_settings_for, is_settings_file
from relook_lsp.lsp.server import RelookServer


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: RelookServer, params: lsp.DidSaveTextDocumentParams) -> None:
        uri = params.text_document.uri
        if is_settings_file(uri):
            ls.session.on_files_changed()
            review_all_again(ls)
            return
        document = ls.session.documents.get(uri)
        if document is not None and editor_settings_for(ls, document).onSave:
            ls.session.schedule_review(document, 0)
