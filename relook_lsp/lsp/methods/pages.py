"""``relook/pages``: the pages that a document belongs to."""

from __future__ import annotations

from relook_lsp.lsp import describe, protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.pages import Belongs


def register(server: RelookServer) -> None:
    @server.feature(protocol.PAGES)
    async def pages(ls: RelookServer, params: protocol.Document) -> protocol.Pages:
        document = ls.session.documents.get(params.uri)
        belongs = await ls.session.pages(document) if document is not None else Belongs()
        names = [protocol.PageName(describe.page_uri(ls, one), one.entry) for one in belongs.subjects]
        return protocol.Pages(names, belongs.message)
