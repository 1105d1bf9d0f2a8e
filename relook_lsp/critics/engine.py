"""All rules over one snapshot: pure, so that a stored snapshot gives the same answer without a browser."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from relook_lsp.core.finding import (
    OUT_OF_TIME,
    RULE_FAILED,
    Incomplete,
    Need,
    NeedView,
    NotJudged,
    Outcome,
    Severity,
    Verdict,
)
from relook_lsp.core.incomplete_reasons import explain_reason
from relook_lsp.core.snapshot import ResourceRequest, Snapshot, View
from relook_lsp.critics.incremental_run import IncrementalRun
from relook_lsp.critics.missing_files import absence_reason, file_name
from relook_lsp.critics.registry import RULES
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.rules import blank_render, small_range_break
from relook_lsp.critics.view_context import ViewContext

MAX_NEEDS = 24
"""Questions asked of the browser after one pass; the rest stay incomplete (``too-many``)."""

MAX_CONFIRMED_WIDTHS = 3

_FONT_SHEETS = re.compile(r"https?://(fonts\.googleapis\.com|fonts\.bunny\.net|use\.typekit\.net|api\.fontshare\.com)/")
"""Style sheets that do nothing but name web fonts."""

_WHOLE_PAGE = ("layout", "legibility")
"""Groups without which a page has no score."""

_HELD_BACK = ("layout", "legibility", "images", "interaction")
"""Groups that cannot tell while a style sheet or script of the page is not there."""


@dataclass(frozen=True)
class FailedSighting:
    """A failed outcome and the view it was seen in (None: the page as a whole)."""

    outcome: Outcome
    view: View | None


@dataclass(frozen=True)
class Defect:
    """All sightings of one rule at one place, the worst first, before its source is known."""

    rule: Rule
    severity: Severity
    key: str
    sightings: tuple[FailedSighting, ...]
    extent_by_view: dict[str, float]
    failing_widths: tuple[int, int] | None

    @property
    def worst(self) -> FailedSighting:
        return self.sightings[0]


@dataclass
class Judgement:
    defects: list[Defect] = field(default_factory=list[Defect])
    incomplete: list[Incomplete] = field(default_factory=list[Incomplete])
    passed: frozenset[tuple[str, str]] = frozenset()
    needs: list[Need] = field(default_factory=list[Need])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    """Rules that raised, and the error in words. What they had found before stays."""
    not_judged: NotJudged | None = None


_PLAYS = {"configured": "settled", "confirm": "settled"}
"""Role of a view -> what rules call it (``Rule.roles``); the same word where it is not listed."""


def judge_view_early(
    view: View, options: CriticOptions, incremental_run: IncrementalRun, rules: tuple[Rule, ...] = RULES
) -> None:
    """Judge one view while others are still being looked at, as far as that goes; ``judge`` with the same hearing says
    the same as without, sooner."""
    role = _PLAYS.get(view.role, view.role)
    active = [rule for rule, _ in _active_rules(options, rules) if rule.view is not None]
    incremental_run.judge_view([r for r in active if role in r.roles or (role == "sweep" and r.sweep)], view)


def _active_rules(options: CriticOptions, rules: tuple[Rule, ...]) -> list[tuple[Rule, Severity]]:
    active = [(rule, severity) for rule in rules if (severity := options.severity_of(rule)) is not None]
    if small_range_break.RULE.id in options.only:  # it is what the rules of the sweep find
        active += [(r, r.severity) for r in rules if r.sweep and r.id not in options.only]
    return active


def judge_snapshot(
    snapshot: Snapshot,
    options: CriticOptions,
    rules: tuple[Rule, ...] = RULES,
    incremental_run: IncrementalRun | None = None,
) -> Judgement:
    """Run every enabled rule; ``needs`` are questions that would turn incompletes into verdicts. A ``incremental_run`` that is
    passed again after they were answered saves time and changes nothing."""
    incremental_run = incremental_run or IncrementalRun(options)
    result = Judgement()
    views = {role: snapshot.views_in_roles(role) for role in ("sweep", "zoom", "dark")}
    views["settled"] = (*snapshot.settled_views, *snapshot.views_in_roles("confirm"))
    contexts = {role: [incremental_run.view_context(snapshot, view) for view in seen] for role, seen in views.items()}
    passed: set[tuple[str, str]] = set()
    unclear: set[tuple[str, str]] = set()
    for rule, severity in _active_rules(options, rules):
        try:
            _apply(rule, severity, snapshot, contexts, incremental_run, result, passed, unclear)
        except Exception as error:  # an outcome that does not fit its view
            incremental_run.fail(rule, error)
    failing = {(d.rule.id, d.key) for d in result.defects}
    result.passed = frozenset(passed - failing - unclear)
    result.failed = dict(incremental_run.failed)
    late = incremental_run.unfinished_rules | _rules_without_sweep(snapshot, options, rules)
    _mark_out_of_time(result, late, OUT_OF_TIME)
    _mark_out_of_time(result, result.failed.keys(), RULE_FAILED)
    _name_small_ranges(result, snapshot, options, failing | unclear, late | result.failed.keys())
    result.needs = list(dict.fromkeys(result.needs))[:MAX_NEEDS]
    result.not_judged = _not_judged([rule for rule, _ in _active_rules(options, rules)], snapshot, result)
    return result


def _apply(
    rule: Rule,
    severity: Severity,
    snapshot: Snapshot,
    contexts: Mapping[str, Sequence[ViewContext]],
    incremental_run: IncrementalRun,
    result: Judgement,
    passed: set[tuple[str, str]],
    unclear: set[tuple[str, str]],
) -> None:
    """Run one rule on every view that it judges; its verdicts join ``result``, ``passed`` and ``unclear``."""
    held_back = _held_back_reason(rule, snapshot)
    fails: dict[str, list[FailedSighting]] = defaultdict(list)
    suspicions: dict[str, list[FailedSighting]] = defaultdict(list)
    if rule.page is not None:
        for outcome in incremental_run.page_outcomes(rule, snapshot):
            _record_outcome(rule, None, outcome, held_back, fails, result, passed, unclear)
    if rule.view is not None:
        for context in (context for role in rule.roles for context in contexts[role]):
            for outcome in incremental_run.outcomes(rule, context):
                _record_outcome(rule, context.view, outcome, held_back, fails, result, passed, unclear)
        for context in contexts["sweep"] if rule.sweep else ():
            for outcome in incremental_run.outcomes(rule, context):
                if outcome.verdict is Verdict.FAIL and not held_back:
                    keyed = replace(outcome, key=_outcome_key(outcome, context.view))
                    suspicions[keyed.key].append(FailedSighting(keyed, context.view))
    for key, sightings in fails.items():
        result.defects.append(_build_defect(rule, severity, key, sightings, suspicions.get(key, []), snapshot))
    _request_confirmation(rule, {k: s for k, s in suspicions.items() if k not in fails}, snapshot, result, unclear)


def _rules_without_sweep(snapshot: Snapshot, options: CriticOptions, rules: tuple[Rule, ...]) -> set[str]:
    """Rules that should have been asked about widths that were left out."""
    active = [rule for rule, _ in _active_rules(options, rules)]
    return {r.id for r in active if r.sweep or r is small_range_break.RULE} if snapshot.unswept else set()


def _mark_out_of_time(result: Judgement, unheard: Set[str], reason: str) -> None:
    """Where a rule did not judge every view, nobody knows what would have passed, nor at which widths a failure ends."""
    result.incomplete += (Incomplete(rule, reason, "", "") for rule in sorted(unheard))
    result.passed = frozenset(one for one in result.passed if one[0] not in unheard)
    result.defects = [replace(one, failing_widths=None) if one.rule.id in unheard else one for one in result.defects]


def _outcome_key(outcome: Outcome, view: View | None) -> str:
    if outcome.key:
        return outcome.key
    return view.layout.key(outcome.node) if view is not None and outcome.node is not None else outcome.place


def _record_outcome(
    rule: Rule, view: View | None, outcome: Outcome, held_back: str, fails: dict[str, list[FailedSighting]],
    result: Judgement, passed: set[tuple[str, str]], unclear: set[tuple[str, str]],
) -> None:  # fmt: skip
    if outcome.verdict is Verdict.PASS:
        passed.add((rule.id, _outcome_key(outcome, view)))
        return
    outcome = replace(outcome, key=_outcome_key(outcome, view))
    identity = (rule.id, outcome.key)
    reason = held_back if outcome.verdict is Verdict.FAIL else outcome.reason
    if outcome.verdict is Verdict.FAIL and not reason:
        fails[outcome.key].append(FailedSighting(outcome, view))
        return
    unclear.add(identity)
    if outcome.need is not None:
        result.needs.append(outcome.need)
    layout = view.layout if view is not None else None
    selector = layout.selector(outcome.node) if layout is not None and outcome.node is not None else ""
    result.incomplete.append(Incomplete(rule.id, reason or "unknown", outcome.key, selector, view.id if view else ""))


def _not_judged(rules: Sequence[Rule], snapshot: Snapshot, result: Judgement) -> NotJudged | None:
    """Why layout or legibility of the page as a whole was not judged: a file is missing that all of it hangs on, or a
    rule did not judge the whole page. A web font counts only where a suspicion had to be dropped because of it."""
    if any(rule.group in _WHOLE_PAGE and not rule.unstyled for rule in rules):
        shaping = [
            (absence_reason(one), one) for one in snapshot.requests if _effective_kind(one) in ("stylesheet", "script")
        ]
        lost = sorted(((reason, one) for reason, one in shaping if reason), key=lambda two: _reason_order(two[0]))
        if lost:
            names = sorted({file_name(one) for reason, one in lost if reason == lost[0][0]})
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            return NotJudged(lost[0][0], f"{explain_reason(lost[0][0])} ({names[0]}{more})")
    of_fonts = {
        (rule.id, reason) for rule in rules if rule.text_metrics and (reason := _held_back_reason(rule, snapshot))
    }
    for one in result.incomplete:
        unpainted = one.rule == blank_render.RULE.id
        if unpainted or one.reason in (OUT_OF_TIME, RULE_FAILED) or (one.rule, one.reason) in of_fonts:
            detail = f" ({one.rule})" if one.reason == RULE_FAILED else ""
            return NotJudged(one.reason, f"{explain_reason(one.reason)}{detail}")
    return None


def _held_back_reason(rule: Rule, snapshot: Snapshot) -> str:
    """Why the rule cannot tell on this page; empty where it can."""
    absent = [
        (_effective_kind(request), reason) for request in snapshot.requests if (reason := absence_reason(request))
    ]
    shaping = sorted((reason for kind, reason in absent if kind in ("stylesheet", "script")), key=_reason_order)
    fonts = sorted((reason for kind, reason in absent if kind == "font"), key=_reason_order)
    if shaping and rule.group in _HELD_BACK and not rule.unstyled:
        return shaping[0]
    if fonts and rule.text_metrics:
        return "remote-font-blocked" if fonts[0] == "remote-blocked" else fonts[0]
    return ""


def _reason_order(reason: str) -> bool:
    return reason != "remote-blocked"


def _effective_kind(request: ResourceRequest) -> str:
    return "font" if _FONT_SHEETS.match(request.url) else request.kind


def _build_defect(
    rule: Rule,
    severity: Severity,
    key: str,
    sightings: list[FailedSighting],
    suspicions: list[FailedSighting],
    snapshot: Snapshot,
) -> Defect:
    order = {view.id: index for index, view in enumerate(snapshot.views)}
    ranked = sorted(sightings, key=lambda s: (-s.outcome.extent, order.get(s.view.id, 0) if s.view else 0))
    chosen = max((s.outcome.severity or severity for s in sightings), key=lambda one: one.rank)
    if severity.rank < rule.severity.rank:  # the user turned the rule down
        chosen = severity
    extents = {s.view.id if s.view else "page": s.outcome.extent for s in (*suspicions, *sightings)}
    return Defect(
        rule,
        chosen,
        key,
        tuple(ranked),
        extents,
        _failing_width_range(rule, ranked[0], sightings + suspicions, snapshot),
    )


def _failing_width_range(
    rule: Rule, worst: FailedSighting, sightings: list[FailedSighting], snapshot: Snapshot
) -> tuple[int, int] | None:
    """The unbroken range of examined widths around the worst sighting that fail; None where all of them do."""
    if not rule.sweep or worst.view is None:
        return None
    examined = sorted({v.viewport.width for v in (*snapshot.settled_views, *snapshot.views_in_roles("sweep"))})
    failing = {s.view.viewport.width for s in sightings if s.view is not None}
    if not examined or failing >= set(examined):
        return None
    at = worst.view.viewport.width
    low = high = at
    for width in reversed([w for w in examined if w < at]):
        if width not in failing:
            break
        low = width
    for width in (w for w in examined if w > at):
        if width not in failing:
            break
        high = width
    return low, high


def _name_small_ranges(
    result: Judgement, snapshot: Snapshot, options: CriticOptions, not_passed: set[tuple[str, str]], unheard: Set[str]
) -> None:
    """Defects that exist only between two widths get that name; one a place, so that places stay distinct. Not those of
    rules that were not heard at every width."""
    severity = options.severity_of(small_range_break.RULE)
    if severity is None:
        return
    configured = {v.viewport.width for v in snapshot.settled_views}
    examined = configured | {v.viewport.width for v in snapshot.views_in_roles("sweep")}
    widths = {view.id: view.viewport.width for view in snapshot.views}
    small: dict[str, Defect] = {}
    for defect in result.defects:
        failing = {widths[view] for view in defect.extent_by_view if view in widths}
        heard = defect.rule.sweep and defect.rule.id not in unheard
        if heard and small_range_break.is_small_range(failing, examined, configured):
            known = small.get(defect.key)
            if known is None or (defect.severity.rank, defect.worst.outcome.extent) > (
                known.severity.rank, known.worst.outcome.extent
            ):  # fmt: skip
                small[defect.key] = defect
    result.defects = [
        _as_small_range_break(one, severity) if small.get(one.key) is one else one for one in result.defects
    ]
    if options.only:
        result.defects = [one for one in result.defects if one.rule.id in options.only]
    swept = {rule.id for rule in RULES if rule.sweep}
    broken = {key for rule, key in not_passed if rule in swept}
    whole = {(small_range_break.RULE.id, key) for rule, key in result.passed if rule in swept and key not in broken}
    result.passed |= whole


def _as_small_range_break(defect: Defect, severity: Severity) -> Defect:
    sightings = tuple(
        replace(s, outcome=small_range_break.as_small_range_outcome(defect.rule, s.outcome)) for s in defect.sightings
    )
    chosen = min(defect.severity, severity, key=lambda one: one.rank)
    return replace(defect, rule=small_range_break.RULE, severity=chosen, sightings=sightings)


def _request_confirmation(
    rule: Rule,
    suspicions: dict[str, list[FailedSighting]],
    snapshot: Snapshot,
    result: Judgement,
    unclear: set[tuple[str, str]],
) -> None:
    """Suspicions that no full look shares: ask for a full look at the worst width."""
    looked = {v.viewport.width for v in snapshot.views_in_roles("confirm")}
    asked = {need.width for need in result.needs if isinstance(need, NeedView)}
    for key, sightings in suspicions.items():
        worst = max(sightings, key=lambda s: s.outcome.extent)
        assert worst.view is not None
        unclear.add((rule.id, key))
        width = worst.view.viewport.width
        if width not in looked and len(looked | asked | {width}) <= MAX_CONFIRMED_WIDTHS:
            asked.add(width)
            result.needs.append(NeedView(width))
        layout, node = worst.view.layout, worst.outcome.node
        selector = layout.selector(node) if node is not None else ""
        result.incomplete.append(Incomplete(rule.id, "only-in-sweep", key, selector, worst.view.id))
