"""A script never returns."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByScript, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.rule import CriticOptions, Rule


def judge(snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    if snapshot.hang is not None:
        yield Outcome(Verdict.FAIL, blame=(ByScript(snapshot.hang),))
    elif snapshot.hung:
        # Something stood still, but no script was running: the machine may only have been busy.
        yield Outcome(Verdict.INCOMPLETE, reason="no-script-found")
    else:
        yield Outcome(Verdict.PASS)


RULE = Rule(
    id="script-hang",
    group="runtime",
    severity=Severity.ERROR,
    title="A script never returns",
    message="Script never returns: the page freezes and cannot be used.",
    why="While a script runs, the page neither paints nor answers; a loop without an end freezes the window.",
    fix="Give the loop a condition that becomes false, or do the work in pieces with `setTimeout` or `requestAnimationFrame`.",
    page=judge,
)
