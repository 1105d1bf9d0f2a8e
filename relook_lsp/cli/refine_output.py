"""What is said of a refinement: as text with a unified diff, as JSON, as a page with sliders."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from relook_lsp.cli.targets import ReviewTarget
from relook_lsp.core.finding import Finding
from relook_lsp.core.text import LineIndex
from relook_lsp.refine.proposers.solved import SOLVERS
from relook_lsp.refine.trajectory import Attempt, PageState, Trajectory, texts_of
from relook_lsp.report import Notice
from relook_lsp.report.before_after import RefinedPair, render_before_after
from relook_lsp.report.grouping import group_by_cause
from relook_lsp.report.json import finding_object as described
from relook_lsp.report.json import range_object
from relook_lsp.report.sanitize import json_text, to_plain_line


@dataclass(frozen=True)
class RefinedPage:
    """One page and what became of it. ``files`` were written; ``unseen`` are further pages that use files of the edit
    and were not looked at; ``problem`` is a failure that is not the author's."""

    target: ReviewTarget
    trajectory: Trajectory
    files: tuple[Path, ...] = ()
    unseen: tuple[str, ...] = ()
    problem: str = ""


def as_text(results: Sequence[RefinedPage]) -> str:
    return "".join(_text_of_page(result) for result in results)


def as_html(results: Sequence[RefinedPage]) -> str:
    return render_before_after([_before_after_pair(result) for result in results])


def as_json(results: Sequence[RefinedPage], notices: Sequence[Notice] = (), *, timings: bool = False) -> str:
    """``timings`` adds ``milliseconds`` to every attempt."""
    told = [asdict(notice) for notice in notices]
    body = {"schema": 1, "notices": told, "pages": [_page_object(result, timings=timings) for result in results]}
    return json_text(body)


def _before_after_pair(result: RefinedPage) -> RefinedPair:
    one = result.trajectory
    return RefinedPair(
        one.start.review.report, one.start.review.snapshot, one.best.review.report, one.best.review.snapshot,
        tuple(f"{mended}: {attempt.patch.title} ({attempt.proposer})" for mended, attempt in _accepted_edits_with_rules(one)),
        _unified_diff(result),
    )  # fmt: skip


def _accepted_edits_with_rules(one: Trajectory) -> Iterator[tuple[str, Attempt]]:
    """Every accepted edit with the rules of which it took findings away or lessened them."""
    before = _cost_by_rule(one.start)
    for attempt in one.accepted_attempts:
        if attempt.verdict.state is not None:
            after = _cost_by_rule(attempt.verdict.state)
            yield ", ".join(sorted(rule for rule, cost in before.items() if after.get(rule, 0) < cost)), attempt
            before = after


def _cost_by_rule(state: PageState) -> dict[str, float]:
    """What the findings of each rule cost together."""
    costs: dict[str, float] = {}
    for finding in state.review.report.findings:
        costs[finding.rule] = costs.get(finding.rule, 0.0) + finding.cost
    return costs


def _text_of_page(result: RefinedPage) -> str:
    one = result.trajectory
    before, after = one.start.review.report, one.best.review.report
    name = to_plain_line(result.target.page.entry)
    if not before.reviewed:
        return f"{name}: not reviewed\n"
    found = f"{len(group_by_cause(before.findings))} -> {len(group_by_cause(after.findings))} findings"
    lines = [f"{name}: score {before.scored} -> {after.scored}, {found}"]
    for mended, attempt in _accepted_edits_with_rules(one):
        lines.append(f"  fixed: {mended}: {to_plain_line(attempt.patch.title, 100)} ({attempt.proposer}, verified)")
    for finding in after.findings:
        if finding.cost > 0:
            lines.append(f"  left: {finding.rule}: {to_plain_line(finding.message, 160)}{_why_not_fixed(one, finding)}")
    if one.stopped == "infrastructure" and one.attempts:
        lines.append(f"  stopped: {to_plain_line(one.attempts[-1].verdict.detail, 300)}")
    if result.unseen:
        lines.append(
            "  not reviewed, though they share a file: " + ", ".join(to_plain_line(page) for page in result.unseen)
        )
    if result.files:
        lines.append("  written: " + ", ".join(to_plain_line(str(path)) for path in result.files))
    elif result.problem:
        lines.append(f"  {to_plain_line(result.problem, 500)}")
    return "\n".join(lines) + "\n" + _unified_diff(result)


def _why_not_fixed(one: Trajectory, finding: Finding) -> str:
    """The last reasons why nothing was accepted for what is left."""
    if finding.rule not in SOLVERS:
        return " (no repair may touch scripts or URLs)"
    refused = [a.verdict for a in one.attempts if not a.verdict.is_accepted]
    return f" (last candidate: {refused[-1].reason.value})" if refused else ""


def _unified_diff(result: RefinedPage) -> str:
    one = result.trajectory
    if not one.accepted_attempts:
        return ""
    texts, patch = texts_of(one.start), one.combined_patch
    parts: list[str] = []
    for path in patch.paths:
        before, after = texts[path].splitlines(keepends=True), patch.apply(path, texts[path]).splitlines(keepends=True)
        for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"):
            ended = line if line.endswith("\n") else line + "\n"
            parts.append("".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in ended))
    return "".join(parts)


def _page_object(result: RefinedPage, *, timings: bool) -> dict[str, Any]:
    one = result.trajectory
    before, after = one.start.review.report, one.best.review.report
    return {
        "page": result.target.page.entry,
        "before": {"score": before.score, "findings": len(before.findings)},
        "after": {"score": after.score, "findings": len(after.findings)},
        "fixed": _fixed_findings(one),
        "remaining": [described(finding) for finding in after.findings],
        "trajectory": _attempt_objects(one, timings=timings),
    }


def _fixed_findings(one: Trajectory) -> list[dict[str, Any]]:
    """Findings of the beginning that are gone: keys move with the text, so they are followed through the patch."""
    patch, entry = one.combined_patch, one.start.page.entry
    left = {finding.identity for finding in one.best.review.report.all_findings}
    return [
        described(finding)
        for finding in one.start.review.report.findings
        if (finding.rule, patch.map_key(finding.key, entry)) not in left
    ]


def _attempt_objects(one: Trajectory, *, timings: bool) -> list[dict[str, Any]]:
    """Every candidate; its ranges are in the texts that it was made for."""
    texts = texts_of(one.start)
    described: list[dict[str, Any]] = []
    for attempt in one.attempts:
        described.append(_attempt_object(attempt, texts, timings=timings))
        if attempt.verdict.is_accepted:
            texts |= {path: attempt.patch.apply(path, texts[path]) for path in attempt.patch.paths}
    return described


def _attempt_object(attempt: Attempt, texts: dict[str, str], *, timings: bool) -> dict[str, Any]:
    state = attempt.verdict.state
    return {
        "round": attempt.round,
        "attempt": attempt.attempt,
        "proposer": attempt.proposer,
        "accepted": attempt.verdict.is_accepted,
        "reason": attempt.verdict.reason.value + (f": {attempt.verdict.detail}" if attempt.verdict.detail else ""),
        "score": state.review.report.score if state is not None else None,
        "patch": [
            {"file": r.path, "range": range_object(LineIndex(texts.get(r.path, "")).range(r.span)), "newText": r.new}
            for r in attempt.patch.replacements
        ],
        **({"milliseconds": attempt.verdict.milliseconds} if timings else {}),
        "renders": attempt.verdict.renders,
    }
