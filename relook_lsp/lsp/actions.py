"""Code actions: answered from memory."""

from __future__ import annotations

from lsprotocol import types as lsp

from relook_lsp.core.finding import Finding
from relook_lsp.lsp import convert, ignore, refine
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.session import Seen

KINDS = (lsp.CodeActionKind.QuickFix, refine.FIX_ALL, refine.REWRITE)


def register(server: RelookServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=list(KINDS)))
    def code_action(ls: RelookServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri = params.text_document.uri
        only = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())
        found: list[lsp.CodeAction] = []
        if not only or any("quickfix".startswith(kind) for kind in only):
            for seen, group in _touched(ls, uri, params.range):
                assert seen.result.snapshot is not None
                diagnostic = convert.diagnostic(group, seen.subject.root, seen.result.snapshot, ls.caps, ls.encoding)
                fix = refine.quick_fix(ls, seen, group, diagnostic, uri)
                if fix is not None:
                    found.append(fix)
                found += ignore.actions(ls, seen, group, diagnostic)
        return found + refine.page_actions(ls, uri, only)


def _touched(ls: RelookServer, uri: str, wanted: lsp.Range) -> list[tuple[Seen, tuple[Finding, ...]]]:
    """Groups whose cause touches the range; matched by place, because clients drop the diagnostic's data."""
    first = (wanted.start.line, wanted.start.character)
    last = (wanted.end.line, wanted.end.character)
    return [
        (seen, group)
        for seen, group in ls.groups(uri)
        if tuple(group[0].cause.range.start) <= last and first <= tuple(group[0].cause.range.end)
    ]
