"""A line of text whose letters are cut through by the edge of a box that hides what sticks out."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Outcome, Severity
from relook_lsp.critics.clipping import THRESHOLDS, TextClipping
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    yield from TextClipping(context, RULE).outcomes()


RULE = Rule(
    id="text-clipped",
    group="legibility",
    severity=Severity.WARNING,
    title="Letters are cut off",
    message="{holder} cuts {cut} px off its text at the {side}.",
    why="Half letters cannot be read, and what lies beyond the edge cannot be reached by scrolling.",
    fix="Let the box grow (`min-height` instead of `height`), let the text wrap, or shorten it with `text-overflow: ellipsis`.",
    thresholds=THRESHOLDS,
    view=judge,
    text_metrics=True,
    related="The box that cuts the text.",
)
