"""``relook/preview``, ``relook/accept`` and ``relook/discard``: before and after, and what becomes of it."""

from __future__ import annotations

from relook_lsp.lsp import lookup, protocol
from relook_lsp.lsp.apply import apply_fix
from relook_lsp.lsp.preview import keep
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.fixes import Fix

GONE = "This preview is gone; look for the fix again."


def register(server: RelookServer) -> None:
    @server.feature(protocol.PREVIEW)
    def preview(ls: RelookServer, params: protocol.About) -> protocol.Preview | None:
        fix = _prepared(ls, params.uri, params.finding)
        return keep(ls, fix) if fix is not None else None

    @server.feature(protocol.ACCEPT)
    async def accept(ls: RelookServer, params: protocol.Reference) -> protocol.Applied:
        fix = ls.session.fixes.preview(params.id)
        if fix is None:
            return protocol.Applied(False, GONE)
        applied = await apply_fix(ls, fix)
        if applied.applied:
            _decided(ls, params.id)
        return applied

    @server.feature(protocol.DISCARD)
    def discard(ls: RelookServer, params: protocol.Reference) -> None:
        _decided(ls, params.id)


def _prepared(ls: RelookServer, uri: str, finding: str) -> Fix | None:
    if finding:
        target = lookup.finding_of(ls, uri, finding)
        if target is None or not ls.session.fresh(target[0]):
            return None
        places = tuple(one.identity for one in lookup.group_of(*target))
        return ls.session.fixes.find(target[0].subject, places)
    seen = next(iter(lookup.seen_of(ls, uri)), None)
    return ls.session.fixes.find(seen.subject, ()) if seen is not None and ls.session.fresh(seen) else None


def _decided(ls: RelookServer, identity: str) -> None:
    if ls.session.fixes.decide(identity) is not None:
        ls.session.release(identity)
