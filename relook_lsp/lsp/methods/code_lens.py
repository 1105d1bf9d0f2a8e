"""``textDocument/codeLens``: score, findings and refine, above the ``<html>`` tag or the first line of a page."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from relook_lsp.core.text import Span
from relook_lsp.lsp import convert, lookup, payloads
from relook_lsp.lsp.methods import refine_command, report_command
from relook_lsp.lsp.server import RelookServer
from relook_lsp.report.grouping import group_by_cause

OPEN_PAGE = "relook.openPage"
REFINE_PAGE = "relook.refinePage"
"""Commands of a client that shows more than an editor can by itself."""


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS, lsp.CodeLensOptions(resolve_provider=False))
    def code_lens(ls: RelookServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        uri = params.text_document.uri
        reviewed = next(iter(lookup.reviews_of(ls, uri)), None)
        document = ls.session.documents.get(uri)
        if (
            reviewed is None
            or document is None
            or payloads.page_uri(ls, reviewed.page_id) != uri
            or not reviewed.report.reviewed
        ):
            return []
        count = len(group_by_cause(reviewed.report.findings))
        title = f"ReLook {reviewed.report.scored} · {count} finding{'' if count == 1 else 's'}"
        tag = re.search(r"<html\b", document.text, re.I)
        start = tag.start() if tag is not None else 0
        at = convert.span_to_range(document.text, Span(start, start), ls.encoding)
        show = OPEN_PAGE if OPEN_PAGE in ls.client.commands else report_command.COMMAND
        lenses = [lsp.CodeLens(at, command=lsp.Command(title=title, command=show, arguments=[uri]))]
        if any(finding.cost > 0 for finding in reviewed.report.findings):
            own = REFINE_PAGE in ls.client.commands
            command = lsp.Command(
                title="Refine this page",
                command=REFINE_PAGE if own else refine_command.COMMAND,
                arguments=[uri] if own else [uri, "", ""],
            )
            lenses.append(lsp.CodeLens(at, command=command))
        return lenses
