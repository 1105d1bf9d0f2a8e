"""The acceptance conditions on two reviews: base and candidate. Each is a pure function that says what is wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from relook_lsp.core.finding import OUT_OF_TIME, RULE_FAILED, Finding, Report, price
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.refine import resting
from relook_lsp.refine.content import lost
from relook_lsp.refine.stretched import stretched
from relook_lsp.refine.trajectory import Reason, State

EPSILON = 0.004
"""Smallest fall of the page cost that counts as better: a tenth of a warning's smallest step of extent."""

GROWTH = 0.03
"""Extent by which a surviving finding may differ without counting as grown (measurement noise)."""

Objection = tuple[Reason, str]


def judge(
    base: State,
    candidate: State,
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
        return Reason.INFRASTRUCTURE, "a page could not be looked at"
    if any(one.reason == OUT_OF_TIME for one in after.report.incomplete):
        return Reason.INFRASTRUCTURE, "the review of the changed page did not end in its time"
    if failed := next((one.rule for one in after.report.incomplete if one.reason == RULE_FAILED), ""):
        return Reason.INFRASTRUCTURE, f"the rule {failed} failed on the changed page"
    mapped = Mapped(before.report, patch, before.snapshot.page)
    return (
        renders(before.snapshot, after.snapshot, after.report)
        or judged(before.report, after.report, better=better)
        or (strictly_better(before.report, after.report) if better else not_dearer(before.report, after.report))
        or on_target(mapped, after.report, target)
        or nothing_worse(mapped, after.report)
        or cleared(mapped, after.report, after.snapshot)
        or (_lost(before.snapshot, after.snapshot, patch, target) if guard else None)
    )


def _lost(before: Snapshot, after: Snapshot, patch: Patch, target: Sequence[Finding]) -> Objection | None:
    other = resting.changed(before, after, target)
    loss = f"{other} looks otherwise without the focus" if other else lost(before, after, patch)
    loss = loss or stretched(before, after, target, patch)
    return (Reason.CONTENT_LOST, loss) if loss else None


class Mapped:
    """Findings of the base report under the identities they have after the patch."""

    def __init__(self, report: Report, patch: Patch, entry: str) -> None:
        self.report = report
        self.by_identity: dict[tuple[str, str], Finding] = {}
        for finding in report.all:
            key = patch.map_key(finding.key, entry)
            if key is not None:
                self.by_identity[finding.rule, key] = finding


def renders(before: Snapshot, after: Snapshot, report: Report) -> Objection | None:
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
    if _scripts(after) < _scripts(before):
        return Reason.INVALID_RENDER, "fewer scripts run than before"
    if after.listeners < before.listeners or _clickable(after) < _clickable(before):
        return Reason.INVALID_RENDER, "fewer event listeners than before"
    missing = {r.url for r in after.requests if r.outcome in ("missing", "refused", "outside", "remote")}
    missing -= {r.url for r in before.requests}
    if missing:
        return Reason.INVALID_RENDER, f"a new request fails: {min(missing)}"
    return None


def _scripts(snapshot: Snapshot) -> int:
    return max((view.layout.names.count("script") for view in snapshot.settled), default=0)


def _clickable(snapshot: Snapshot) -> int:
    return min((sum(map(view.layout.clickable, range(len(view.layout)))) for view in snapshot.settled), default=0)


def judged(before: Report, after: Report, *, better: bool) -> Objection | None:
    """Nothing is known to be better, or no worse than what was judged, where the changed page is not judged."""
    if after.not_judged is None or not (better or before.not_judged is None):
        return None
    return Reason.INFRASTRUCTURE, f"the changed page is not judged: {after.not_judged.message}"


def strictly_better(before: Report, after: Report) -> Objection | None:
    """Condition 2: the page cost falls, and at no viewport, moment or width does it rise."""
    if after.cost > before.cost - EPSILON:
        return Reason.NOT_BETTER, f"cost {before.cost:.3f} -> {after.cost:.3f}"
    return not_dearer(before, after)


def not_dearer(before: Report, after: Report) -> Objection | None:
    was, now = costs(before), costs(after)
    for place, cost in sorted(now.items()):
        if cost > was.get(place, 0.0) + EPSILON:
            return Reason.WORSE_SOMEWHERE, f"at {place} the cost rises from {was.get(place, 0.0):.3f} to {cost:.3f}"
    return None


def costs(report: Report) -> dict[str, float]:
    """Cost at every size and moment; a width that was swept and then looked at counts once."""
    total: dict[str, float] = defaultdict(float)
    for finding in report.all:
        for place, cost in _costs(finding).items():
            total[place] += cost
    return dict(total)


def _costs(finding: Finding) -> dict[str, float]:
    at: dict[str, float] = {}
    for view, extent in finding.extents.items():
        place = view.split(":", 1)[-1]
        at[place] = max(at.get(place, 0.0), extent)
    return {place: price(finding.weight, extent) for place, extent in at.items()}


def on_target(base: Mapped, after: Report, target: Sequence[Finding]) -> Objection | None:
    """Condition 2, of what the patch is for: its own cost falls somewhere. What else went away may be chance: a script
    that stood still on a busy machine does not do so the next time."""
    aim = {finding.identity for finding in target}
    still = {finding.identity: finding for finding in after.all}
    aimed = {identity: finding for identity, finding in base.by_identity.items() if finding.identity in aim}
    was = sum(sum(_costs(finding).values()) for finding in aimed.values())
    now = sum(sum(_costs(still[identity]).values()) for identity in aimed if identity in still)
    if was and now > was - EPSILON:
        return Reason.NOT_BETTER, f"{target[0].rule} stays"
    return None


def nothing_worse(base: Mapped, after: Report) -> Objection | None:
    """Condition 3, first half: no new finding that costs, and no surviving one grows."""
    for finding in after.all:
        if finding.weight == 0:
            continue
        known = base.by_identity.get(finding.identity)
        if known is None or known.weight == 0:
            return Reason.NEW_FINDING, f"{finding.rule} at {finding.selector or finding.key}: {finding.message}"
        if finding.severity.rank > known.severity.rank or finding.extent > known.extent + GROWTH:
            return Reason.FINDING_GREW, f"{finding.rule} at {finding.selector or finding.key}: {finding.message}"
    return None


def cleared(base: Mapped, after: Report, snapshot: Snapshot) -> Objection | None:
    """Condition 3, second half: what was removed passes now; it did not merely become impossible to tell."""
    alive = {finding.identity for finding in after.all}
    unclear = {(one.rule, one.key): one.reason for one in after.incomplete}
    for identity, finding in base.by_identity.items():
        if identity in alive or finding.weight == 0:
            continue
        if identity in unclear:
            return Reason.UNCLEAR, f"{finding.rule} at {finding.selector or finding.key}: {unclear[identity]}"
        if finding.node is not None and identity not in after.passed:
            return Reason.UNCLEAR, f"{finding.rule} at {finding.selector} is no longer examined"
    return None
