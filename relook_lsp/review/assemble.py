"""From defects to findings: cause and place in the source, message, suppression, order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from relook_lsp.core.finding import (
    RULE_FAILED,
    ByAttribute,
    ByDeclaration,
    ByTag,
    Finding,
    Incomplete,
    Location,
    NotJudged,
    Problem,
    Related,
    Report,
    Sighting,
)
from relook_lsp.core.geometry import Rect
from relook_lsp.core.incomplete_reasons import explain_reason
from relook_lsp.core.snapshot import Snapshot, View, Viewport
from relook_lsp.critics import axe_findings
from relook_lsp.critics.engine import Defect, Judgement
from relook_lsp.critics.incremental_run import described
from relook_lsp.critics.rule import format_message
from relook_lsp.source import suppress
from relook_lsp.source.locator import Locator

_OUTSIDE = "{} lies above the root, the folder below which files may be read; choose one that holds it (--root)."

_FAILED = (
    "The rule {} failed on this page ({}), so the page is not judged by it; all other rules are not affected. "
    "This is a mistake in ReLook, not in the page."
)

MAX_LOCATED = 250
"""Findings whose declarations are looked up, a few milliseconds each; the rest point at their tags, and are then not
grouped by their cause."""


def needed_styles(judgement: Judgement) -> list[tuple[str, str]]:
    """(view id, node key) whose matched declarations the locator needs; nodes that scripts made are asked about too,
    for the line that did."""
    wanted: list[tuple[str, str]] = []
    for defect in judgement.defects:
        with contextlib.suppress(Exception):  # ``assemble`` names the rule whose outcome does not fit
            wanted += _wanted(defect)
    return list(dict.fromkeys(wanted))[:MAX_LOCATED]


def _wanted(defect: Defect) -> Iterator[tuple[str, str]]:
    view, outcome = defect.worst.view, defect.worst.outcome
    if view is None:
        return
    for blame in outcome.blame:
        if isinstance(blame, ByDeclaration):
            yield view.id, blame.evidence_key(view.layout)
    if outcome.node is not None and view.layout.source_offset(view.layout.nearest_element(outcome.node)) is None:
        yield view.id, view.layout.key(outcome.node)


def assemble_report(snapshot: Snapshot, judgement: Judgement) -> Report:
    """Pure: the same snapshot and judgement give the same report."""
    locator = Locator(snapshot)
    found, failed = _findings(locator, judgement)
    findings, suppressed = split_suppressed(snapshot, (*found, *axe_findings.axe_findings(snapshot, locator)))
    broken = (Incomplete(rule, RULE_FAILED, "", "") for rule in failed)
    return Report(
        page=snapshot.page,
        valid=not any(f.rule == "blank-render" for f in findings + suppressed) and not snapshot.hung,
        findings=findings,
        suppressed=suppressed,
        incomplete=tuple(
            sorted(dict.fromkeys([*judgement.incomplete, *broken, *axe_findings.axe_incomplete(snapshot)]))
        ),
        problems=(*_problems_of_snapshot(snapshot), *(_failure(rule, error) for rule, error in sorted(failed.items()))),
        passed=frozenset(one for one in judgement.passed if one[0] not in failed),
        capture=snapshot.capture,
        not_judged=judgement.not_judged or _not_judged(failed),
    )


def _findings(locator: Locator, judgement: Judgement) -> tuple[list[Finding], dict[str, str]]:
    """Findings of all defects, and every rule that failed, while it judged or now, with the error in words."""
    found, failed = list[Finding](), dict(judgement.failed)
    for defect in judgement.defects:
        try:
            found.append(_build_finding(locator, defect))
        except Exception as error:
            failed.setdefault(defect.rule.id, described(error))
    return found, failed


def _not_judged(failed: Iterable[str]) -> NotJudged | None:
    rule = min(failed, default="")
    return NotJudged(RULE_FAILED, f"{explain_reason(RULE_FAILED)} ({rule})") if rule else None


def _failure(rule: str, error: str) -> Problem:
    return Problem(RULE_FAILED, _FAILED.format(rule, error))


def split_suppressed(snapshot: Snapshot, found: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Findings in order, and those that a comment silences."""
    silence = {
        source.path: suppress.read_suppressions(source.text, source.kind)
        for source in snapshot.sources.values()
        if source.path
    }
    findings: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in found:
        places = [finding.cause, *(r.location for r in finding.related)]
        silent = any(
            place.path in silence and silence[place.path].is_silenced(finding.rule, place.range.start.line)
            for place in places
        )
        (suppressed if silent else findings).append(finding)
    return tuple(sorted(findings, key=_finding_order)), tuple(sorted(suppressed, key=_finding_order))


def _finding_order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.cause
    return place.path or place.url or "", place.span.start, -finding.severity.rank, finding.rule, finding.key


def _problems_of_snapshot(snapshot: Snapshot) -> list[Problem]:
    unread = sorted({r.url for r in snapshot.requests if r.outcome == "failed"})
    outside = sorted({r.url for r in snapshot.requests if r.outcome == "outside"})
    return [
        *(Problem("resource", f"{url} could not be read.") for url in unread),
        *(Problem("resource", _OUTSIDE.format(unquote(urlsplit(url).path).lstrip("/"))) for url in outside),
    ]


def _build_finding(locator: Locator, defect: Defect) -> Finding:
    seen = defect.worst
    outcome, view = seen.outcome, seen.view
    tag = locator.locate_tag(view, outcome.node)
    cause = locator.locate_cause(outcome.blame, view) or tag or locator.document_start()
    related: list[Related] = []
    if tag is not None and tag.span != cause.span and defect.key:
        related.append(Related(defect.rule.related, tag))
    for blame in outcome.blame:
        if isinstance(blame, ByDeclaration):
            related += locator.locate_variables(blame, view)
            break
    viewport = view.viewport if view is not None else Viewport(0, 0)
    moment = outcome.moment if outcome.moment is not None else (view.moment if view is not None else 0)
    sightings = dict.fromkeys(
        Sighting(s.view.viewport, s.outcome.moment if s.outcome.moment is not None else s.view.moment)
        for s in defect.sightings
        if s.view is not None
    )
    layout = view.layout if view is not None else None
    return Finding(
        rule=defect.rule.id,
        severity=defect.severity,
        message=_with_width_range(format_message(defect.rule, outcome), defect.failing_widths, view),
        cause=cause,
        key=defect.key,
        viewport=viewport,
        moment=moment,
        view=view.id if view is not None else "",
        box=(outcome.box or Rect(0, 0, 0, 0)).rounded(),
        node=outcome.node,
        culprit=next((b.node for b in outcome.blame if isinstance(b, ByDeclaration | ByAttribute | ByTag)), None),
        related=_distinct_related(related, cause),
        selector=layout.selector(outcome.node) if layout is not None and outcome.node is not None else "",
        xpath=layout.xpath(outcome.node) if layout is not None and outcome.node is not None else "",
        failing_widths=defect.failing_widths,
        measured=dict(outcome.measured),
        required=dict(outcome.required),
        extent=round(outcome.extent, 4),
        sightings=tuple(sightings),
        extent_by_view={name: round(value, 4) for name, value in defect.extent_by_view.items()},
    )


def _distinct_related(related: list[Related], cause: Location) -> tuple[Related, ...]:
    kept: dict[tuple[str | None, int, int], Related] = {}
    for one in related:
        kept.setdefault((one.location.path, one.location.span.start, one.location.span.end), one)
    kept.pop((cause.path, cause.span.start, cause.span.end), None)
    return tuple(kept.values())


def _with_width_range(text: str, widths: tuple[int, int] | None, view: View | None) -> str:
    if view is not None and view.role == "dark":
        return f"{text} (in the dark colour scheme)"
    if widths is None:
        return text
    where = f"at {widths[0]} px" if widths[0] == widths[1] else f"between {widths[0]} and {widths[1]} px"
    return f"{text} (window {where})"
