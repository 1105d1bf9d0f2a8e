"""What a rule is: its data, and the function that measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING

from relook_lsp.core.finding import Outcome, Severity
from relook_lsp.core.snapshot import Snapshot

if TYPE_CHECKING:
    from relook_lsp.critics.view_context import ViewContext


@dataclass(frozen=True)
class CriticOptions:
    """Settings that critics see."""

    contrast_level: str = "AA"
    severities: Mapping[str, str] = field(default_factory=dict[str, str])
    """Rule id -> ``error``, ``warning``, ``information`` or ``off``."""
    only: frozenset[str] = frozenset()
    """When not empty, the only rules that run."""

    def severity_of(self, rule: Rule) -> Severity | None:
        """None where the rule is off."""
        if self.only and rule.id not in self.only:
            return None
        chosen = self.severities.get(rule.id)
        if chosen == "off" or (chosen is None and not rule.enabled and rule.id not in self.only):
            return None
        return Severity(chosen) if chosen else rule.severity


JudgeView = Callable[["ViewContext"], Iterable[Outcome]]
JudgePage = Callable[[Snapshot, CriticOptions], Iterable[Outcome]]


@dataclass(frozen=True)
class Rule:
    """One visual defect. Exactly one of ``view`` and ``page`` is set (none where the engine itself makes the findings).

    ``view`` is called for the settled view of every configured viewport, and with ``sweep`` also for layout-only
    widths (``scene.pixels`` is None there: a fail is then a suspicion that the engine confirms by a full look).
    ``page`` is called once with the whole snapshot.
    """

    id: str
    group: str
    """``runtime``, ``layout``, ``legibility``, ``images``, ``interaction``, ``time``, ``document``."""
    severity: Severity
    title: str
    message: str
    """Template over the outcome's ``data``, ``measured`` and ``required``."""
    why: str
    """One or two sentences for the documentation page and the hover: why it matters to a visitor."""
    fix: str
    """One or two sentences: what usually helps."""
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])
    view: JudgeView | None = None
    page: JudgePage | None = None
    roles: tuple[str, ...] = ("settled",)
    """Which views ``view`` is called for: ``settled``, ``zoom`` (the window zoomed to 200 %), ``dark`` (the dark scheme)."""
    sweep: bool = False
    enabled: bool = True
    text_metrics: bool = False
    """Whether a blocked web font makes the rule unable to tell."""
    unstyled: bool = False
    """Whether the rule can tell even while a style sheet or script of the page is missing."""
    related: str = "The element this is about."
    """Message of the link to the other end (the element, where the cause is a declaration)."""
    source: str = ""
    """Standard or paper the thresholds come from."""


def format_message(rule: Rule, outcome: Outcome) -> str:
    """What the rule says of a failure. Raises KeyError where its template asks for a value that is not there."""
    required = {f"required_{name}": value for name, value in outcome.required.items()}
    values = {**outcome.measured, **required, **outcome.message_values}
    shown = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in values.items()}
    missing = [name for _, name, _, _ in Formatter().parse(rule.message) if name and name not in shown]
    if missing:
        raise KeyError(f"message needs {missing}, which the outcome does not give: {rule.message}")
    return rule.message.format(**shown)
