"""``relook/report`` and the command ``relook.report``: the review of a page as one HTML file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from relook_lsp.core.atomic import write_atomically
from relook_lsp.core.page import hash_texts
from relook_lsp.lsp import lookup, protocol
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.reviewed_page import ReviewedPage

COMMAND = "relook.report"
NOTHING = "There is no review of this page yet."


def register(server: RelookServer) -> None:
    @server.feature(protocol.REPORT)
    async def report(ls: RelookServer, params: protocol.DocumentParams) -> protocol.WrittenResult:
        path = await _write_report_of(ls, params.uri)
        if path is None:
            raise JsonRpcException(NOTHING, lsp.LSPErrorCodes.RequestFailed.value)
        return protocol.WrittenResult(str(path))

    @server.command(COMMAND)
    async def run(ls: RelookServer, uri: str) -> str | None:
        """The path; shown where the client can."""
        path = await _write_report_of(ls, uri)
        if path is None:
            ls.show_message(NOTHING)
        elif ls.caps.show_document:
            await asyncio.shield(ls.window_show_document_async(lsp.ShowDocumentParams(path.as_uri(), external=True)))
        else:
            ls.show_message(f"the report is {path}")
        return None if path is None else str(path)


async def _write_report_of(ls: RelookServer, uri: str) -> Path | None:
    reviewed = next(iter(lookup.reviews_of(ls, uri)), None)
    return None if reviewed is None else await asyncio.to_thread(_write_html, ls, reviewed)


def _write_html(ls: RelookServer, reviewed: ReviewedPage) -> Path:
    # By now the rules are loaded.
    from relook_lsp.critics.registry import RULES
    from relook_lsp.report import PageReview
    from relook_lsp.report.html import render_html

    texts = {rule.id: (rule.title, rule.why, rule.fix) for rule in RULES}
    path = ls.session.pictures.folder() / f"report-{hash_texts(reviewed.page_id.uri)[:12]}.html"
    write_atomically(
        path,
        render_html([PageReview(reviewed.report, reviewed.snapshot)], texts).encode("utf-8", "replace"),
        durable=False,
    )
    return path
