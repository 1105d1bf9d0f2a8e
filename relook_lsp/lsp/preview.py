"""Fixes that wait for a decision, with their pictures."""

from __future__ import annotations

from relook_lsp.lsp import payloads
from relook_lsp.lsp.protocol import PreviewPayload
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.fix_store import VerifiedFix


def keep_preview(ls: RelookServer, fix: VerifiedFix) -> PreviewPayload:
    """Describe a fix, and keep it and its pictures until it is decided on; the oldest go when there are many."""
    for old in ls.session.fixes.keep_preview(fix):
        ls.session.release_pictures(old.id)
    return payloads.preview_payload(ls, fix)
