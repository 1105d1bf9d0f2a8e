"""``textDocument/codeAction``: answered from memory. An action carries an edit only if that was verified for exactly the
texts as they are; else it is a command that looks for one."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from relook_lsp.lsp import convert, lookup, payloads
from relook_lsp.lsp.methods import refine_command, why_command
from relook_lsp.lsp.server import RelookServer
from relook_lsp.report.grouping import Group
from relook_lsp.session.fix_store import VerifiedFix
from relook_lsp.session.reviewed_page import ReviewedPage
from relook_lsp.session.suppression_edits import Scope, suppression_edit

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.relook"
REWRITE = "refactor.rewrite.relook"

SHOW_PREVIEW = "relook.showPreview"
"""A command of a client that has a place for two pictures."""

SCOPES: tuple[Scope, ...] = ("line", "file", "project", "host")


def register(server: RelookServer) -> None:
    options = lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, FIX_ALL, REWRITE])

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)
    def code_action(ls: RelookServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri = params.text_document.uri
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        found: list[lsp.CodeAction] = []
        if _is_kind_wanted(QUICK_FIX, only):
            here = lookup.groups_touched(ls, uri, params.range)
            for reviewed, group, diagnostic in here:
                found += _fix_actions(ls, uri, reviewed, group, diagnostic)
            for reviewed, group, diagnostic in here:
                found += _suppression_actions(ls, reviewed, group, diagnostic)
        found += _page_actions(ls, uri, only)
        # Sure fixes come first: a client may show only some.
        return sorted(found, key=lambda action: (not action.is_preferred, bool(action.tags)))


def _is_kind_wanted(kind: str, only: list[str]) -> bool:
    """Whether the client asked for this kind, or for one above it."""
    return not only or any(kind == one or kind.startswith(f"{one}.") for one in only)


def _fix_actions(
    ls: RelookServer, uri: str, reviewed: ReviewedPage, group: Group, diagnostic: lsp.Diagnostic
) -> Iterator[lsp.CodeAction]:
    one = group[0]
    places = tuple(finding.identity for finding in group)
    fix = ls.session.fixes.find_fix(reviewed.page_id, places)
    if fix is not None and _is_fix_current(ls, fix):
        yield _fix_edit(ls, fix, f"ReLook refine: {fix.patch.title} (verified)", QUICK_FIX, [diagnostic])
        if SHOW_PREVIEW in ls.client.commands:
            title = "ReLook: show before and after of the verified fix…"
            command = lsp.Command(title=title, command=SHOW_PREVIEW, arguments=[uri, payloads.finding_id(one)])
            yield lsp.CodeAction(title, kind=QUICK_FIX, diagnostics=[diagnostic], command=command)
        return
    arguments: list[object] = [uri, one.rule, one.key]
    tried = ls.session.fixes.attempts_for(reviewed.page_id, places)
    if ls.session.is_repairable(one.rule) and not tried:
        title = "ReLook: look for a verified fix…"
        command = lsp.Command(title=title, command=refine_command.COMMAND, arguments=arguments)
        yield lsp.CodeAction(title, kind=QUICK_FIX, diagnostics=[diagnostic], command=command)
        return
    if tried and ls.session.preferences.config_for(reviewed.page_id.root).policy.endpoint:
        title = "ReLook: look for a verified fix with the code model…"
        command = lsp.Command(title=title, command=refine_command.COMMAND, arguments=arguments)
        yield lsp.CodeAction(title, kind=QUICK_FIX, diagnostics=[diagnostic], command=command)
    title = "ReLook: why is there no verified fix?"
    command = lsp.Command(title=title, command=why_command.COMMAND, arguments=arguments)
    yield lsp.CodeAction(title, kind=QUICK_FIX, diagnostics=[diagnostic], command=command)


def _suppression_actions(
    ls: RelookServer, reviewed: ReviewedPage, group: Group, diagnostic: lsp.Diagnostic
) -> Iterator[lsp.CodeAction]:
    documents = ls.session.documents
    trusted = ls.session.preferences.trusts(reviewed.page_id.root)
    for scope in SCOPES:
        made = suppression_edit(scope, reviewed, group[0], documents, trusted=trusted)
        if made is not None:
            edit = convert.build_workspace_edit(
                made.patch, reviewed.page_id, made.texts, documents, ls.caps, ls.encoding
            )
            yield lsp.CodeAction(f"ReLook: {made.title}", kind=QUICK_FIX, diagnostics=[diagnostic], edit=edit)


def _page_actions(ls: RelookServer, uri: str, only: list[str]) -> Iterator[lsp.CodeAction]:
    """For the whole page: refine it, and everything that was verified together. Fix-all only where it was asked for:
    it is for saving, not for menus."""
    for reviewed in lookup.reviews_of(ls, uri)[:1]:
        if _is_kind_wanted(REWRITE, only) and any(finding.cost > 0 for finding in reviewed.report.findings):
            title = "ReLook refine this page…"
            command = lsp.Command(title=title, command=refine_command.COMMAND, arguments=[uri, "", ""])
            yield lsp.CodeAction(title, kind=REWRITE, command=command)
        joint = ls.session.fixes.find_fix(reviewed.page_id, ())
        if only and _is_kind_wanted(FIX_ALL, only) and joint is not None and _is_fix_current(ls, joint):
            yield _fix_edit(ls, joint, f"ReLook: {joint.patch.title}", FIX_ALL, None)


def _is_fix_current(ls: RelookServer, fix: VerifiedFix) -> bool:
    """Whether every open file is as it was verified. The disk is not asked here: watched files start a new review."""
    documents, root = ls.session.documents, fix.page_id.root
    return all(
        (document := documents.document_named(root, path)) is None or document.text == text
        for path, text in fix.before.texts.items()
    )


def _fix_edit(
    ls: RelookServer, fix: VerifiedFix, title: str, kind: str, diagnostics: list[lsp.Diagnostic] | None
) -> lsp.CodeAction:
    documents = ls.session.documents
    return lsp.CodeAction(
        title,
        kind=kind,
        diagnostics=diagnostics,
        is_preferred=True if ls.caps.preferred and fix.definite and kind == QUICK_FIX else None,
        edit=convert.build_workspace_edit(fix.patch, fix.page_id, fix.before.texts, documents, ls.caps, ls.encoding),
        tags=[lsp.CodeActionTag.LlmGenerated] if ls.caps.tags and not fix.definite else None,
    )
