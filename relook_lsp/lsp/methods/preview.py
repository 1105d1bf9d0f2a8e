"""``relook/preview``, ``relook/accept`` and ``relook/discard``: before and after, and what becomes of it."""

from __future__ import annotations

from relook_lsp.lsp import lookup, protocol
from relook_lsp.lsp.apply import apply_fix
from relook_lsp.lsp.preview import keep_preview
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.fix_store import VerifiedFix

GONE = "This preview is gone; look for the fix again."


def register(server: RelookServer) -> None:
    @server.feature(protocol.PREVIEW)
    def preview(ls: RelookServer, params: protocol.FindingParams) -> protocol.PreviewPayload | None:
        fix = _prepare_preview(ls, params.uri, params.finding)
        return keep_preview(ls, fix) if fix is not None else None

    @server.feature(protocol.ACCEPT)
    async def accept(ls: RelookServer, params: protocol.PreviewParams) -> protocol.ApplyResult:
        fix = ls.session.fixes.find_preview(params.id)
        if fix is None:
            return protocol.ApplyResult(False, GONE)
        applied = await apply_fix(ls, fix)
        if applied.applied:
            _take_decision(ls, params.id)
        return applied

    @server.feature(protocol.DISCARD)
    def discard(ls: RelookServer, params: protocol.PreviewParams) -> None:
        _take_decision(ls, params.id)


def _prepare_preview(ls: RelookServer, uri: str, finding: str) -> VerifiedFix | None:
    if finding:
        target = lookup.finding_by_id(ls, uri, finding)
        if target is None or not ls.session.is_latest(target[0]):
            return None
        places = tuple(one.identity for one in lookup.group_of_finding(*target))
        return ls.session.fixes.find_fix(target[0].page_id, places)
    reviewed = next(iter(lookup.reviews_of(ls, uri)), None)
    return (
        ls.session.fixes.find_fix(reviewed.page_id, ())
        if reviewed is not None and ls.session.is_latest(reviewed)
        else None
    )


def _take_decision(ls: RelookServer, identity: str) -> None:
    if ls.session.fixes.take_preview(identity) is not None:
        ls.session.release_pictures(identity)
