"""``relook/review`` and the command ``relook.review``: look now."""

from __future__ import annotations

from relook_lsp.lsp import payloads, protocol
from relook_lsp.lsp.review_on_demand import review_on_demand
from relook_lsp.lsp.server import RelookServer

COMMAND = "relook.review"


def register(server: RelookServer) -> None:
    @server.feature(protocol.REVIEW)
    async def review(ls: RelookServer, params: protocol.DocumentParams) -> protocol.ReviewPayload | None:
        return await _review_document(ls, params.uri)

    @server.command(COMMAND)
    async def run(ls: RelookServer, uri: str) -> bool:
        """Whether there was a page to look at."""
        return await _review_document(ls, uri) is not None


async def _review_document(ls: RelookServer, uri: str) -> protocol.ReviewPayload | None:
    """The first page is the answer."""
    return next((payloads.review_payload(ls, reviewed) for reviewed in await review_on_demand(ls, uri)), None)
