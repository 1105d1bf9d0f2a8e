"""A review that somebody asked for: now, whatever the settings say of saving and typing."""

from __future__ import annotations

from relook_lsp.lsp import lookup
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.reviewed_page import ReviewedPage


async def review_on_demand(ls: RelookServer, uri: str) -> list[ReviewedPage]:
    """Reviews of all pages of the document; without those that changed meanwhile."""
    document = ls.session.documents.get(uri)
    if document is not None:
        belongs = await ls.session.pages_of(document)
        if belongs.message:
            ls.on_no_page(belongs)
        page_ids = belongs.page_ids
    else:
        page_ids = tuple(reviewed.page_id for reviewed in lookup.reviews_of(ls, uri)[:1])
    with ls.session.scheduler.foreground():
        looked = [await ls.session.review_now(page_id) for page_id in page_ids]
    return [reviewed for reviewed in looked if reviewed is not None]
