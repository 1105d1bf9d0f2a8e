"""Why a finding has no verified fix, from memory."""

from __future__ import annotations

from relook_lsp.lsp import describe, lookup
from relook_lsp.lsp.protocol import Why
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.tried import why

GONE = "This finding is gone."


def explain(ls: RelookServer, uri: str, finding: str) -> Why:
    target = lookup.finding_of(ls, uri, finding)
    if target is None:
        return Why(GONE)
    seen, one = target
    tried = ls.session.fixes.why(seen.subject, [same.identity for same in lookup.group_of(seen, one)])
    asked = bool(ls.session.preferences.config(seen.subject.root).policy.endpoint)
    message = why(one.rule, repairable=ls.session.repairable(one.rule), tried=tried, asked_model=asked)
    return Why(message, describe.tried(tried or ()))
