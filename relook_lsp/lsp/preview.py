"""Fixes that wait for a decision, with their pictures."""

from __future__ import annotations

from relook_lsp.lsp import describe
from relook_lsp.lsp.protocol import Preview
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.fixes import Fix


def keep(ls: RelookServer, fix: Fix) -> Preview:
    """Describe a fix, and keep it and its pictures until it is decided on; the oldest go when there are many."""
    for old in ls.session.fixes.show(fix):
        ls.session.release(old.id)
    return describe.preview(ls, fix)
