"""``relook/review`` and the command ``relook.review``: look now."""

from __future__ import annotations

from relook_lsp.lsp import describe, protocol
from relook_lsp.lsp.look import look
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
    """The first page is the answer."""
    return next((describe.reviewed(ls, seen) for seen in await look(ls, uri)), None)
