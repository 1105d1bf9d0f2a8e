"""``relook/review`` and the command ``relook.review``: look now."""

from __future__ import annotations

from relook_lsp.lsp import describe, lookup, protocol
from relook_lsp.lsp.server import RelookServer

COMMAND = "relook.review"


def register(server: RelookServer) -> None:
    @server.feature(protocol.REVIEW)
    async def review(ls: RelookServer, params: protocol.Document) -> protocol.Reviewed | None:
        return await _review(ls, params.uri)

    @server.command(COMMAND)
    async def run(ls: RelookServer, uri: str) -> bool:
        """Whether there was a page to look at."""
        return await _review(ls, uri) is not None


async def _review(ls: RelookServer, uri: str) -> protocol.Reviewed | None:
    """All pages of the document; the first is the answer."""
    document = ls.session.documents.get(uri)
    if document is not None:
        belongs = await ls.session.pages(document)
        if belongs.message:
            ls.homeless(belongs)
        subjects = belongs.subjects
    else:
        subjects = tuple(seen.subject for seen in lookup.seen_of(ls, uri)[:1])
    with ls.session.scheduler.foreground():
        looked = [await ls.session.look(subject) for subject in subjects]
    return next((describe.reviewed(ls, seen) for seen in looked if seen is not None), None)
