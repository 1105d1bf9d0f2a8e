"""What critics say, and what people read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout, ScriptPlace, Viewport
from relook_lsp.core.text import Range, Span

Scalar = float | int | str | bool


class Severity(StrEnum):
    """``error``: unusable. ``warning``: plainly visible. ``information``: a matter of degree, costs nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def weight(self) -> float:
        return {"error": 0.25, "warning": 0.1, "information": 0.0}[self.value]

    @property
    def rank(self) -> int:
        return {"error": 2, "warning": 1, "information": 0}[self.value]


class Verdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    INCOMPLETE = "incomplete"


# -- blame: where in the source the cause of a failure is to be looked for, best first


class ByDeclaration(NamedTuple):
    """The winning declaration of the first of ``properties`` that has one on the node (inherited ones too)."""

    node: int
    properties: tuple[str, ...]
    value_not: tuple[str, ...] = ()
    """Values that cannot be the cause (``auto``, ``none``): such a declaration is passed over."""
    state: str = ""
    """``focus``: as the element is styled with keyboard focus."""

    def evidence_key(self, layout: Layout) -> str:
        """Under which the evidence keeps the declarations: the node's key, with ``:focus`` where that is asked for."""
        return layout.key(self.node) + (f":{self.state}" if self.state else "")


class ByAttribute(NamedTuple):
    node: int
    names: tuple[str, ...]


class ByTag(NamedTuple):
    node: int


class ByScript(NamedTuple):
    place: ScriptPlace


class ByResource(NamedTuple):
    """The reference (attribute or ``url()``) in a source that asked for this URL."""

    url: str


Blame = ByDeclaration | ByAttribute | ByTag | ByScript | ByResource


# -- needs: what a critic must see before it can tell


class NeedView(NamedTuple):
    """A full look (frame and background) at this width, same device class and height as the sweep's."""

    width: int


class NeedPicture(NamedTuple):
    """Frame and background of a view that is layout-only so far."""

    view: str


class NeedPaint(NamedTuple):
    """A look at the same view with this element hidden."""

    view: str
    key: str


class NeedFocus(NamedTuple):
    """A look at the same view with this element focused by keyboard."""

    view: str
    key: str


class NeedFlicker(NamedTuple):
    """How bright this element's part of the window is, picture by picture, within one second of its animations."""

    view: str
    key: str


class NeedStyles(NamedTuple):
    """The declarations that matched these elements: the computed width of a box does not tell whether anyone set it."""

    view: str
    keys: tuple[str, ...]


Need = NeedView | NeedPicture | NeedPaint | NeedFocus | NeedFlicker | NeedStyles


@dataclass(frozen=True)
class Outcome:
    """One verdict on one node. ``extent`` (0-1) says how bad a failure is; ``data`` fills the message."""

    verdict: Verdict
    node: int | None = None
    box: Rect | None = None
    measured: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    required: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    extent: float = 1.0
    blame: tuple[Blame, ...] = ()
    message_values: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    reason: str = ""
    """For ``incomplete``: a short fixed word such as ``remote-blocked``."""
    need: Need | None = None
    severity: Severity | None = None
    """Overrides the rule's severity for this one outcome."""
    place: str = ""
    """Identity where there is no node: a URL, a script line."""
    key: str = ""
    """Set by the engine: the node's key, or ``place``."""
    moment: int | None = None
    """Set by critics that look over time; else the view's."""


# -- results


class Location(NamedTuple):
    """A range in a file of the workspace (``path`` relative to the root), else in the resource at ``url``."""

    path: str | None
    url: str | None
    range: Range
    span: Span


class Related(NamedTuple):
    message: str
    location: Location


class Sighting(NamedTuple):
    viewport: Viewport
    moment: int


def cost_of_extent(weight: float, extent: float) -> float:
    """Weight times extent, of which even the smallest counts a little."""
    return weight * max(0.05, min(1.0, extent))


@dataclass(frozen=True)
class Finding:
    """A defect: one rule at one place with one cause. Numbers, viewport, moment and box are of the worst sighting."""

    rule: str
    severity: Severity
    message: str
    cause: Location
    key: str
    viewport: Viewport
    moment: int
    view: str
    """Id of the view of the worst sighting."""
    box: Rect
    node: int | None
    """Index in that view's layout."""
    culprit: int | None = None
    """The node whose style, attributes or tag are to blame, where it is another one than ``node``."""
    related: tuple[Related, ...] = ()
    selector: str = ""
    xpath: str = ""
    failing_widths: tuple[int, int] | None = None
    measured: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    required: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    extent: float = 1.0
    sightings: tuple[Sighting, ...] = ()
    extent_by_view: Mapping[str, float] = field(default_factory=dict[str, float])
    """Extent at every view (id) where it was seen, sweep widths included."""
    source: str = "measured"
    """``measured``, ``axe`` or ``critic`` (a multimodal model)."""

    @property
    def weight(self) -> float:
        """Price of full extent; what axe-core or a model says has none."""
        return self.severity.weight if self.source == "measured" else 0.0

    @property
    def cost(self) -> float:
        """Weight times extent, counted once however many viewports show it."""
        return cost_of_extent(self.weight, self.extent)

    @property
    def identity(self) -> tuple[str, str]:
        return self.rule, self.key


OUT_OF_TIME = "out-of-time"
"""Why a rule is incomplete that did not judge every view because the time for the page was up."""

RULE_FAILED = "rule-failed"
"""Why a rule is incomplete that raised: a mistake of ours, which a problem of this kind names."""


class Incomplete(NamedTuple):
    """What a rule could not tell: about one place, or about the whole page where ``key`` is empty."""

    rule: str
    reason: str
    key: str
    selector: str
    view: str = ""


class NotJudged(NamedTuple):
    """Why nobody knows how good a page is as a whole: a fixed word, and a sentence for people."""

    reason: str
    message: str


class Problem(NamedTuple):
    """A failure of ours or of the environment, never of the author."""

    kind: str
    message: str


@dataclass(frozen=True)
class Opinion:
    """What a multimodal model thinks of a page, 0-100: shown beside the measured score, never part of it."""

    model: str
    score: int
    rubric: Mapping[str, int]


@dataclass(frozen=True)
class Report:
    """All findings of one page, sorted by file and place. ``cost`` counts suppressed findings too."""

    page: str
    valid: bool
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    incomplete: tuple[Incomplete, ...] = ()
    problems: tuple[Problem, ...] = ()
    passed: frozenset[tuple[str, str]] = frozenset()
    """(rule, key) that were examined and passed in every view that shows them."""
    capture: str = "exact"
    reviewed: bool = True
    """False where the page could not be looked at for a reason that is not the author's."""
    not_judged: NotJudged | None = None
    """Set where layout or legibility of the whole page could not be judged: such a report has no score."""
    milliseconds: Mapping[str, float] = field(default_factory=dict[str, float])
    opinion: Opinion | None = None

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        return self.findings + self.suppressed

    @property
    def faulty(self) -> bool:
        """Whether a rule raised: what is here is true, but not all that there is."""
        return any(problem.kind == RULE_FAILED for problem in self.problems)

    @property
    def cost(self) -> float:
        return sum(finding.cost for finding in self.all_findings)

    def cost_at(self, view: str) -> float:
        """Cost of what is seen in one view."""
        return sum(
            cost_of_extent(finding.weight, finding.extent_by_view[view])
            for finding in self.all_findings
            if view in finding.extent_by_view
        )

    @property
    def score(self) -> int | None:
        """0-100 for display: 100·exp(-cost); 0 for an invalid render; None where not all of the page was judged."""
        if not self.reviewed:
            return None
        if not self.valid:
            return 0
        return None if self.not_judged is not None else round(100 * math.exp(-self.cost))

    @property
    def scored(self) -> str:
        """The score in words: ``84``, or ``not judged``."""
        return "not judged" if self.score is None else str(self.score)


JSON = Mapping[str, Any]
