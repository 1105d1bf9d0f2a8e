"""The page itself reports an error on the console.

Only information: it says that the author's own check failed, not that a visitor sees anything; what breaks the page
is an exception or a missing file, and these have rules of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Outcome, Severity
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.script_errors import script_error_outcomes


def judge(snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    yield from script_error_outcomes(snapshot, "console")


RULE = Rule(
    id="console-error",
    group="runtime",
    severity=Severity.INFORMATION,
    title="The page reports an error on the console",
    message="Page logs an error: {text}",
    why="The page noticed an error, but only visitors who open the console see the message.",
    fix="Fix the cause of the message, or log it at its true level (`console.warn`, `console.info`).",
    page=judge,
)
