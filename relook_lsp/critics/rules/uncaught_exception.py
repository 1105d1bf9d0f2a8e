"""A script of the page throws, and nobody catches it."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Outcome, Severity
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.script_errors import script_error_outcomes


def judge(snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    yield from script_error_outcomes(snapshot, "exception")


RULE = Rule(
    id="uncaught-exception",
    group="runtime",
    severity=Severity.ERROR,
    title="A script throws",
    message="Script throws: {text}",
    why="The rest of the script does not run: what it would have built or wired up is missing.",
    fix="Correct the line, or check for what may be missing before it is used.",
    page=judge,
)
