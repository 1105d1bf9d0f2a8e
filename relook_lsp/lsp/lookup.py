"""Which review a message of the client is about."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding
from relook_lsp.lsp import convert, payloads
from relook_lsp.lsp.server import RelookServer
from relook_lsp.report.grouping import Group, group_by_cause
from relook_lsp.session.reviewed_page import ReviewedPage


def reviews_of(ls: RelookServer, uri: str) -> list[ReviewedPage]:
    """Reviews of the page at this address, then of pages that use the file."""
    documents, found = ls.session.documents, list[ReviewedPage]()
    for reviewed in ls.session.reviews.values():
        root = reviewed.page_id.root
        if payloads.page_uri(ls, reviewed.page_id) == uri:
            found.insert(0, reviewed)
        elif any(documents.uri_of(root, path) == uri for path in reviewed.texts):
            found.append(reviewed)
    return found


def finding_by_id(ls: RelookServer, uri: str, identity: str) -> tuple[ReviewedPage, Finding] | None:
    """The finding with this id (``describe.identity``) of a page, or of a page that uses the file."""
    for reviewed in reviews_of(ls, uri):
        finding = payloads.find_by_id(reviewed, identity)
        if finding is not None:
            return reviewed, finding
    return None


def group_of_finding(reviewed: ReviewedPage, finding: Finding) -> Group:
    """All findings of the same rule and cause: one edit would mend them."""
    return next(group for group in group_by_cause(reviewed.report.findings) if finding in group)


def groups_touched(ls: RelookServer, uri: str, wanted: lsp.Range) -> list[tuple[ReviewedPage, Group, lsp.Diagnostic]]:
    """Groups whose cause touches the range, with their diagnostics; by place, because clients drop a diagnostic's data."""

    first, last = _group_key(wanted.start), _group_key(wanted.end)
    found: list[tuple[ReviewedPage, Group, lsp.Diagnostic]] = []
    for reviewed, group in ls.diagnostics.groups_in_file(uri):
        one = convert.build_diagnostic(group, reviewed, ls.session.documents, ls.caps, ls.encoding)
        if _group_key(one.range.start) <= last and first <= _group_key(one.range.end):
            found.append((reviewed, group, one))
    return found


def _group_key(position: lsp.Position) -> tuple[int, int]:
    return position.line, position.character
