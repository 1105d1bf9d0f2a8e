"""The acceptance conditions on two reviews: base and candidate. Each is a pure function that says what is wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from relook_lsp.core.finding import OUT_OF_TIME, RULE_FAILED, Finding, Report, cost_of_extent
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.refine.acceptance import resting_look
from relook_lsp.refine.acceptance.content import first_lost_content
from relook_lsp.refine.acceptance.stretched_boxes import first_stretched_box
from relook_lsp.refine.trajectory import PageState, Reason

EPSILON = 0.004
"""Smallest fall of the page cost that counts as better: a tenth of a warning's smallest step of extent."""

GROWTH = 0.03
"""Extent by which a surviving finding may differ without counting as grown (measurement noise)."""

Objection = tuple[Reason, str]


def judge_candidate(
    base: PageState,
    candidate: PageState,
    patch: Patch,
    *,
    target: Sequence[Finding] = (),
    better: bool = True,
    guard: bool = True,
) -> Objection | None:
    """All conditions in order of cost. ``target`` is what the patch is for; ``better=False`` leaves out that the cost
    must fall (other pages), ``guard=False`` that content must be kept (ablations)."""
    before, after = base.review, candidate.review
    if before.snapshot is None or after.snapshot is None:
        return Reason.INFRASTRUCTURE, "ReLook could not review a page"
    if any(one.reason == OUT_OF_TIME for one in after.report.incomplete):
        return Reason.INFRASTRUCTURE, "the review of the changed page did not end in its time"
    if failed := next((one.rule for one in after.report.incomplete if one.reason == RULE_FAILED), ""):
        return Reason.INFRASTRUCTURE, f"the rule {failed} failed on the changed page"
    mapped = MappedFindings(before.report, patch, before.snapshot.page)
    return (
        check_render(before.snapshot, after.snapshot, after.report)
        or judged(before.report, after.report, better=better)
        or (
            check_strictly_better(before.report, after.report)
            if better
            else check_not_dearer(before.report, after.report)
        )
        or check_target_improved(mapped, after.report, target)
        or check_nothing_worse(mapped, after.report)
        or check_removed_findings_pass(mapped, after.report, after.snapshot)
        or (_content_lost(before.snapshot, after.snapshot, patch, target) if guard else None)
    )


def _content_lost(before: Snapshot, after: Snapshot, patch: Patch, target: Sequence[Finding]) -> Objection | None:
    other = resting_look.control_changed_at_rest(before, after, target)
    loss = f"{other} looks otherwise without the focus" if other else first_lost_content(before, after, patch)
    loss = loss or first_stretched_box(before, after, target, patch)
    return (Reason.CONTENT_LOST, loss) if loss else None


class MappedFindings:
    """Findings of the base report under the identities they have after the patch."""

    def __init__(self, report: Report, patch: Patch, entry: str) -> None:
        self.report = report
        self.by_identity: dict[tuple[str, str], Finding] = {}
        for finding in report.all_findings:
            key = patch.map_key(finding.key, entry)
            if key is not None:
                self.by_identity[finding.rule, key] = finding


def check_render(before: Snapshot, after: Snapshot, report: Report) -> Objection | None:
    """Condition 1: it renders, throws nothing new, and runs no fewer scripts and listeners."""
    if before.hung and not after.hung:
        return Reason.INFRASTRUCTURE, "the page stood still before, which no edit of style ends; try again"
    if not report.valid:
        return Reason.INVALID_RENDER, "the page is blank or hangs"
    errors = ("exception", "rejection")
    new = Counter(m.text for m in after.messages if m.kind in errors) - Counter(
        m.text for m in before.messages if m.kind in errors
    )
    if new:
        return Reason.INVALID_RENDER, f"a new error is thrown: {next(iter(new))[:120]}"
    if _script_count(after) < _script_count(before):
        return Reason.INVALID_RENDER, "fewer scripts run than before"
    if after.listeners < before.listeners or _clickable_count(after) < _clickable_count(before):
        return Reason.INVALID_RENDER, "fewer event listeners than before"
    missing = {r.url for r in after.requests if r.outcome in ("missing", "refused", "outside", "remote")}
    missing -= {r.url for r in before.requests}
    if missing:
        return Reason.INVALID_RENDER, f"a new request fails: {min(missing)}"
    return None


def _script_count(snapshot: Snapshot) -> int:
    return max((view.layout.names.count("script") for view in snapshot.settled_views), default=0)


def _clickable_count(snapshot: Snapshot) -> int:
    return min(
        (sum(map(view.layout.is_clickable, range(len(view.layout)))) for view in snapshot.settled_views), default=0
    )


def judged(before: Report, after: Report, *, better: bool) -> Objection | None:
    """Nothing is known to be better, or no worse than what was judged, where the changed page is not judged."""
    if after.not_judged is None or not (better or before.not_judged is None):
        return None
    return Reason.INFRASTRUCTURE, f"the changed page is not judged: {after.not_judged.message}"


def check_strictly_better(before: Report, after: Report) -> Objection | None:
    """Condition 2: the page cost falls, and at no viewport, moment or width does it rise."""
    if after.cost > before.cost - EPSILON:
        return Reason.NOT_BETTER, f"cost {before.cost:.3f} -> {after.cost:.3f}"
    return check_not_dearer(before, after)


def check_not_dearer(before: Report, after: Report) -> Objection | None:
    was, now = cost_by_view(before), cost_by_view(after)
    for place, cost in sorted(now.items()):
        if cost > was.get(place, 0.0) + EPSILON:
            return Reason.WORSE_SOMEWHERE, f"at {place} the cost rises from {was.get(place, 0.0):.3f} to {cost:.3f}"
    return None


def cost_by_view(report: Report) -> dict[str, float]:
    """Cost at every size and moment; a width that was swept and then looked at counts once."""
    total: dict[str, float] = defaultdict(float)
    for finding in report.all_findings:
        for place, cost in _finding_cost_by_view(finding).items():
            total[place] += cost
    return dict(total)


def _finding_cost_by_view(finding: Finding) -> dict[str, float]:
    at: dict[str, float] = {}
    for view, extent in finding.extent_by_view.items():
        place = view.split(":", 1)[-1]
        at[place] = max(at.get(place, 0.0), extent)
    return {place: cost_of_extent(finding.weight, extent) for place, extent in at.items()}


def check_target_improved(base: MappedFindings, after: Report, target: Sequence[Finding]) -> Objection | None:
    """Condition 2, of what the patch is for: its own cost falls somewhere. What else went away may be chance: a script
    that stood still on a busy machine does not do so the next time."""
    aim = {finding.identity for finding in target}
    still = {finding.identity: finding for finding in after.all_findings}
    aimed = {identity: finding for identity, finding in base.by_identity.items() if finding.identity in aim}
    was = sum(sum(_finding_cost_by_view(finding).values()) for finding in aimed.values())
    now = sum(sum(_finding_cost_by_view(still[identity]).values()) for identity in aimed if identity in still)
    if was and now > was - EPSILON:
        return Reason.NOT_BETTER, f"{target[0].rule} stays"
    return None


def check_nothing_worse(base: MappedFindings, after: Report) -> Objection | None:
    """Condition 3, first half: no new finding that costs, and no surviving one grows."""
    for finding in after.all_findings:
        if finding.weight == 0:
            continue
        known = base.by_identity.get(finding.identity)
        if known is None or known.weight == 0:
            return Reason.NEW_FINDING, f"{finding.rule} at {finding.selector or finding.key}: {finding.message}"
        if finding.severity.rank > known.severity.rank or finding.extent > known.extent + GROWTH:
            return Reason.FINDING_GREW, f"{finding.rule} at {finding.selector or finding.key}: {finding.message}"
    return None


def check_removed_findings_pass(base: MappedFindings, after: Report, snapshot: Snapshot) -> Objection | None:
    """Condition 3, second half: what was removed passes now; it did not merely become impossible to tell."""
    alive = {finding.identity for finding in after.all_findings}
    unclear = {(one.rule, one.key): one.reason for one in after.incomplete}
    for identity, finding in base.by_identity.items():
        if identity in alive or finding.weight == 0:
            continue
        if identity in unclear:
            return Reason.UNCLEAR, f"{finding.rule} at {finding.selector or finding.key}: {unclear[identity]}"
        if finding.node is not None and identity not in after.passed:
            return Reason.UNCLEAR, f"{finding.rule} at {finding.selector} is no longer examined"
    return None
