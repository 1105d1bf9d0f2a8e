"""A failure that exists only between two widths, so that none of the configured viewports shows it.

It is what a rule of the width sweep found, under its own name: such a break is always a missing or misplaced
breakpoint, whatever it breaks. The engine renames the defect (``run.py``), so that nothing is reported twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from relook_lsp.core.finding import Outcome, Severity
from relook_lsp.critics.rule import Rule, format_message


def is_small_range(failing: Collection[int], examined: Collection[int], configured: Collection[int]) -> bool:
    """Whether narrower and wider windows are free of the failure, and every configured one is. Widths in CSS pixels."""
    return bool(failing and examined) and not set(failing) & set(configured) and min(examined) < min(failing) <= max(failing) < max(examined)  # fmt: skip


def as_small_range_outcome(rule: Rule, outcome: Outcome) -> Outcome:
    """The outcome of another rule, as this rule reports it."""
    data = {**outcome.message_values, "what": format_message(rule, outcome)}
    return replace(outcome, message_values=data, measured={**outcome.measured, "rule": rule.id})


RULE = Rule(
    id="small-range-break",
    group="layout",
    severity=Severity.ERROR,
    title="The layout breaks between two widths",
    message="Only between two breakpoints: {what}",
    why="Windows are dragged to any width and tablets come in many: a layout that was tried at three sizes can break at a fourth.",
    fix="Move the breakpoint to where the layout stops fitting, or let the row wrap or shrink by itself.",
    related="The element that this is about.",
)
