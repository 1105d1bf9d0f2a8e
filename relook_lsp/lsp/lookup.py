"""Which review a message of the client is about."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding
from relook_lsp.lsp import convert, describe
from relook_lsp.lsp.server import RelookServer
from relook_lsp.report.group import Group, grouped
from relook_lsp.session.subject import Seen


def seen_of(ls: RelookServer, uri: str) -> list[Seen]:
    """Reviews of the page at this address, then of pages that use the file."""
    documents, found = ls.session.documents, list[Seen]()
    for seen in ls.session.seen.values():
        root = seen.subject.root
        if describe.page_uri(ls, seen.subject) == uri:
            found.insert(0, seen)
        elif any(documents.uri(root, path) == uri for path in seen.texts):
            found.append(seen)
    return found


def finding_of(ls: RelookServer, uri: str, identity: str) -> tuple[Seen, Finding] | None:
    """The finding with this id (``describe.identity``) of a page, or of a page that uses the file."""
    for seen in seen_of(ls, uri):
        finding = describe.find(seen, identity)
        if finding is not None:
            return seen, finding
    return None


def group_of(seen: Seen, finding: Finding) -> Group:
    """All findings of the same rule and cause: one edit would mend them."""
    return next(group for group in grouped(seen.report.findings) if finding in group)


def touched(ls: RelookServer, uri: str, wanted: lsp.Range) -> list[tuple[Seen, Group, lsp.Diagnostic]]:
    """Groups whose cause touches the range, with their diagnostics; by place, because clients drop a diagnostic's data."""

    first, last = _key(wanted.start), _key(wanted.end)
    found: list[tuple[Seen, Group, lsp.Diagnostic]] = []
    for seen, group in ls.diagnostics.groups(uri):
        one = convert.diagnostic(group, seen, ls.session.documents, ls.caps, ls.encoding)
        if _key(one.range.start) <= last and first <= _key(one.range.end):
            found.append((seen, group, one))
    return found


def _key(position: lsp.Position) -> tuple[int, int]:
    return position.line, position.character
