"""Why a finding has no verified fix, from memory."""

from __future__ import annotations

from relook_lsp.lsp import lookup, payloads
from relook_lsp.lsp.protocol import WhyResult
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.attempt_summary import explain_no_fix

GONE = "This finding is gone."


def explain_finding(ls: RelookServer, uri: str, finding: str) -> WhyResult:
    target = lookup.finding_by_id(ls, uri, finding)
    if target is None:
        return WhyResult(GONE)
    reviewed, one = target
    tried = ls.session.fixes.attempts_for(
        reviewed.page_id, [same.identity for same in lookup.group_of_finding(reviewed, one)]
    )
    asked = bool(ls.session.preferences.config_for(reviewed.page_id.root).policy.endpoint)
    message = explain_no_fix(one.rule, repairable=ls.session.is_repairable(one.rule), tried=tried, asked_model=asked)
    return WhyResult(message, payloads.attempt_payloads(tried or ()))
