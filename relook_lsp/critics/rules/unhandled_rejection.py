"""A promise is rejected, and nobody handles it."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Outcome, Severity
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.script_errors import script_error_outcomes


def judge(snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    yield from script_error_outcomes(snapshot, "rejection")


RULE = Rule(
    id="unhandled-rejection",
    group="runtime",
    severity=Severity.WARNING,
    title="A rejected promise is not handled",
    message="Promise rejection is not handled: {text}",
    why="Work that the page started never ends, and the page does not tell the visitor.",
    fix="Handle the failure (`try`/`catch` around `await`, or `.catch`) and say on the page what did not work.",
    page=judge,
)
