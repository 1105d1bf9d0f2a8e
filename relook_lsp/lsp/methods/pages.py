"""``relook/pages``: the pages that a document belongs to."""

from __future__ import annotations

from relook_lsp.lsp import payloads, protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.pages_of_document import PagesOfDocument


def register(server: RelookServer) -> None:
    @server.feature(protocol.PAGES)
    async def pages(ls: RelookServer, params: protocol.DocumentParams) -> protocol.PagesResult:
        document = ls.session.documents.get(params.uri)
        belongs = await ls.session.pages_of(document) if document is not None else PagesOfDocument()
        names = [protocol.PageNamePayload(payloads.page_uri(ls, one), one.entry) for one in belongs.page_ids]
        return protocol.PagesResult(names, belongs.message)
