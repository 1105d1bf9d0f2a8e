"""What is said of a refinement: as text with a unified diff, as JSON, as a page with sliders."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from relook_lsp.cli.targets import Target
from relook_lsp.core.finding import Finding
from relook_lsp.core.text import LineIndex
from relook_lsp.refine.solved import SOLVERS
from relook_lsp.refine.trajectory import Attempt, State, Trajectory, texts_of
from relook_lsp.report import Notice
from relook_lsp.report.before_after import Pair, render
from relook_lsp.report.group import grouped
from relook_lsp.report.json import finding as described
from relook_lsp.report.json import range_
from relook_lsp.report.plain import plain


@dataclass(frozen=True)
class Refined:
    """One page and what became of it. ``files`` were written; ``unseen`` are further pages that use files of the edit
    and were not looked at; ``problem`` is a failure that is not the author's."""

    target: Target
    trajectory: Trajectory
    files: tuple[Path, ...] = ()
    unseen: tuple[str, ...] = ()
    problem: str = ""


def as_text(results: Sequence[Refined]) -> str:
    return "".join(_text(result) for result in results)


def as_html(results: Sequence[Refined]) -> str:
    return render([_pair(result) for result in results])


def as_json(results: Sequence[Refined], notices: Sequence[Notice] = (), *, timings: bool = False) -> str:
    """``timings`` adds ``milliseconds`` to every attempt."""
    told = [asdict(notice) for notice in notices]
    body = {"schema": 1, "notices": told, "pages": [_page(result, timings=timings) for result in results]}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _pair(result: Refined) -> Pair:
    one = result.trajectory
    return Pair(
        one.start.review.report, one.start.review.snapshot, one.best.review.report, one.best.review.snapshot,
        tuple(f"{mended}: {attempt.patch.title} ({attempt.proposer})" for mended, attempt in _mended(one)),
        _diff(result),
    )  # fmt: skip


def _mended(one: Trajectory) -> Iterator[tuple[str, Attempt]]:
    """Every accepted edit with the rules of which it took findings away or lessened them."""
    before = _costs(one.start)
    for attempt in one.accepted:
        if attempt.verdict.state is not None:
            after = _costs(attempt.verdict.state)
            yield ", ".join(sorted(rule for rule, cost in before.items() if after.get(rule, 0) < cost)), attempt
            before = after


def _costs(state: State) -> dict[str, float]:
    """What the findings of each rule cost together."""
    costs: dict[str, float] = {}
    for finding in state.review.report.findings:
        costs[finding.rule] = costs.get(finding.rule, 0.0) + finding.cost
    return costs


def _text(result: Refined) -> str:
    one = result.trajectory
    before, after = one.start.review.report, one.best.review.report
    name = plain(result.target.page.entry)
    if not before.reviewed:
        return f"{name}: not looked at\n"
    found = f"{len(grouped(before.findings))} -> {len(grouped(after.findings))} findings"
    lines = [f"{name}: score {before.scored} -> {after.scored}, {found}"]
    for mended, attempt in _mended(one):
        lines.append(f"  fixed: {mended}: {plain(attempt.patch.title, 100)} ({attempt.proposer}, verified)")
    for finding in after.findings:
        if finding.cost > 0:
            lines.append(f"  left: {finding.rule}: {plain(finding.message, 160)}{_why(one, finding)}")
    if one.stopped == "infrastructure" and one.attempts:
        lines.append(f"  stopped: {plain(one.attempts[-1].verdict.detail, 300)}")
    if result.unseen:
        lines.append("  not looked at, though they share a file: " + ", ".join(plain(page) for page in result.unseen))
    if result.files:
        lines.append("  written: " + ", ".join(plain(str(path)) for path in result.files))
    elif result.problem:
        lines.append(f"  {plain(result.problem, 500)}")
    return "\n".join(lines) + "\n" + _diff(result)


def _why(one: Trajectory, finding: Finding) -> str:
    """The last reasons why nothing was accepted for what is left."""
    if finding.rule not in SOLVERS:
        return " (no repair may touch scripts or URLs)"
    refused = [a.verdict for a in one.attempts if not a.verdict.accepted]
    return f" (last candidate: {refused[-1].reason.value})" if refused else ""


def _diff(result: Refined) -> str:
    one = result.trajectory
    if not one.accepted:
        return ""
    texts, patch = texts_of(one.start), one.patch
    parts: list[str] = []
    for path in patch.paths:
        before, after = texts[path].splitlines(keepends=True), patch.apply(path, texts[path]).splitlines(keepends=True)
        for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"):
            ended = line if line.endswith("\n") else line + "\n"
            parts.append("".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in ended))
    return "".join(parts)


def _page(result: Refined, *, timings: bool) -> dict[str, Any]:
    one = result.trajectory
    before, after = one.start.review.report, one.best.review.report
    return {
        "page": result.target.page.entry,
        "before": {"score": before.score, "findings": len(before.findings)},
        "after": {"score": after.score, "findings": len(after.findings)},
        "fixed": _fixed(one),
        "remaining": [described(finding) for finding in after.findings],
        "trajectory": _attempts(one, timings=timings),
    }


def _fixed(one: Trajectory) -> list[dict[str, Any]]:
    """Findings of the beginning that are gone: keys move with the text, so they are followed through the patch."""
    patch, entry = one.patch, one.start.page.entry
    left = {finding.identity for finding in one.best.review.report.all}
    return [
        described(finding)
        for finding in one.start.review.report.findings
        if (finding.rule, patch.map_key(finding.key, entry)) not in left
    ]


def _attempts(one: Trajectory, *, timings: bool) -> list[dict[str, Any]]:
    """Every candidate; its ranges are in the texts that it was made for."""
    texts = texts_of(one.start)
    described: list[dict[str, Any]] = []
    for attempt in one.attempts:
        described.append(_attempt(attempt, texts, timings=timings))
        if attempt.verdict.accepted:
            texts |= {path: attempt.patch.apply(path, texts[path]) for path in attempt.patch.paths}
    return described


def _attempt(attempt: Attempt, texts: dict[str, str], *, timings: bool) -> dict[str, Any]:
    state = attempt.verdict.state
    return {
        "round": attempt.round,
        "attempt": attempt.attempt,
        "proposer": attempt.proposer,
        "accepted": attempt.verdict.accepted,
        "reason": attempt.verdict.reason.value + (f": {attempt.verdict.detail}" if attempt.verdict.detail else ""),
        "score": state.review.report.score if state is not None else None,
        "patch": [
            {"file": r.path, "range": range_(LineIndex(texts.get(r.path, "")).range(r.span)), "newText": r.new}
            for r in attempt.patch.replacements
        ],
        **({"milliseconds": attempt.verdict.milliseconds} if timings else {}),
        "renders": attempt.verdict.renders,
    }
