"""``relook refine``."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relook_lsp.browser.driver import Driver
from relook_lsp.cli.parallel import over
from relook_lsp.cli.targets import Target, jobs, targets
from relook_lsp.cli.targets import arguments as shared
from relook_lsp.core.errors import UsageError
from relook_lsp.core.page import Page
from relook_lsp.report.plain import plain

if TYPE_CHECKING:
    from relook_lsp.core.finding import Finding
    from relook_lsp.refine.trajectory import Attempt, Trajectory

POLICIES = ("solved", "local", "remote")


def arguments(parser: argparse.ArgumentParser) -> None:
    shared(parser)
    parser.add_argument("--format", choices=("terminal", "json", "html"), help="default: terminal")
    parser.add_argument("--write", action="store_true", help="change the files; without it nothing is written")
    parser.add_argument(
        "--policy", default="solved,local,remote", help="who may propose, in this order: solved, local, remote"
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="passes over a page")
    parser.add_argument("--attempts", type=int, default=10, metavar="N", help="candidates for one defect in one pass")
    parser.add_argument("--budget", type=float, default=300.0, metavar="S", help="seconds for one page")


@dataclass(frozen=True)
class Refined:
    target: Target
    trajectory: Trajectory
    files: tuple[Path, ...] = ()


def run(options: argparse.Namespace) -> int:
    """0 all clean, 1 findings remain, 3 where a page could not be reviewed."""
    unknown = [name for name in options.policy.split(",") if name not in POLICIES]
    if unknown:
        raise UsageError(f"there is no policy '{unknown[0]}'; choose from {', '.join(POLICIES)}")
    if options.rounds < 1 or options.attempts < 1:
        raise UsageError("--rounds and --attempts are at least 1")
    chosen = targets(options)
    results = asyncio.run(_refined(chosen, options))
    _write(results, options)
    if any(not result.trajectory.start.review.report.reviewed for result in results):
        return 3
    from relook_lsp.refine.trajectory import open_findings

    return 1 if any(open_findings(result.trajectory.best) for result in results) else 0


async def _refined(chosen: Sequence[Target], options: argparse.Namespace) -> list[Refined]:
    from relook_lsp.refine.files import write
    from relook_lsp.refine.forced import Limits
    from relook_lsp.refine.gate import gate
    from relook_lsp.refine.neighbours import Neighbours
    from relook_lsp.refine.proposers import proposers
    from relook_lsp.refine.refine import looker, refine
    from relook_lsp.refine.stage import Stage
    from relook_lsp.refine.trajectory import State, Trajectory
    from relook_lsp.refine.verify import Verifier
    from relook_lsp.review.critique import critic_of

    limits = Limits(options.rounds, options.attempts, options.budget)

    async def one(driver: Driver, target: Target) -> Refined:
        settings = target.config.settings
        async with Stage(driver, settings) as stage:
            start = State(target.page, await stage.look(target.page))
            if not start.review.report.reviewed:
                return Refined(target, Trajectory(start, start, (), "infrastructure"))
            others = Neighbours(looker(driver, settings), await asyncio.to_thread(_neighbours, target.page))
            critic = critic_of(target.config)
            second = gate(critic, target.config) if critic is not None else None
            verify = Verifier(stage.look, others, second, screen=stage.screen)
            allowed = proposers(target.config, options.policy.split(","))
            trajectory = await refine(start, verify, allowed, limits, rules=frozenset(options.rule or ()))
        files: tuple[Path, ...] = ()
        if options.write and trajectory.accepted:
            files = tuple(write(target.page.root, trajectory.patch))
        return Refined(target, trajectory, files)

    first = chosen[0].config
    return await over(
        chosen, one, browser=first.browser, jobs=jobs(first), quiet=False, name=lambda target: target.page.entry
    )


def _neighbours(page: Page) -> list[Page]:
    """Pages that use the same style sheets and scripts, the nearest first."""
    from relook_lsp.refine.neighbours import MAX_PAGES
    from relook_lsp.source.links import pages_sharing

    entries = [] if page.is_url else pages_sharing(page.root, page.entry, page.overlays, page.sites)
    return [Page(page.root, entry, page.overlays, page.sites) for entry in entries[:MAX_PAGES]]


def _write(results: Sequence[Refined], options: argparse.Namespace) -> None:
    kind = options.format or ({".json": "json", ".html": "html"}.get(options.output.suffix) if options.output else None)
    if kind == "json":
        body = {"schema": 1, "pages": [_page(result) for result in results]}
        text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    elif kind == "html":
        from relook_lsp.report.before_after import Pair, render

        text = render([_pair(Pair, result) for result in results])
    else:
        text = "".join(_text(result) for result in results)
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, "utf-8")


def _pair(make: Any, result: Refined) -> Any:
    one = result.trajectory
    lines = [f"{a.patch.title} ({a.proposer})" for a in one.accepted]
    return make(
        one.start.review.report, one.start.review.snapshot, one.best.review.report, one.best.review.snapshot,
        tuple(lines), _diff(result),
    )  # fmt: skip


def _text(result: Refined) -> str:
    one = result.trajectory
    before, after = one.start.review.report, one.best.review.report
    name = plain(result.target.page.entry)
    if not before.reviewed:
        return f"{name}: {before.problems[0].message}\n"
    lines = [f"{name}: score {before.score} -> {after.score}, {len(before.findings)} -> {len(after.findings)} findings"]
    for attempt in one.accepted:
        lines.append(f"  fixed: {plain(attempt.patch.title, 100)} ({attempt.proposer}, verified)")
    for finding in after.findings:
        if finding.cost > 0:
            lines.append(f"  left: {finding.rule}: {plain(finding.message, 160)}{_why(one, finding)}")
    if result.files:
        lines.append("  written: " + ", ".join(plain(str(path)) for path in result.files))
    return "\n".join(lines) + "\n" + _diff(result)


def _why(one: Trajectory, finding: Finding) -> str:
    """The last reasons why nothing was accepted for what is left."""
    from relook_lsp.refine.solved import SOLVERS

    if finding.rule not in SOLVERS:
        return " (no repair may touch scripts or URLs)"
    refused = [a.verdict for a in one.attempts if not a.verdict.accepted]
    return f" (last candidate: {refused[-1].reason.value})" if refused else ""


def _diff(result: Refined) -> str:
    from relook_lsp.refine.trajectory import texts_of

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


def _page(result: Refined) -> dict[str, Any]:
    from relook_lsp.report.json import finding as described

    one = result.trajectory
    before, after = one.start.review.report, one.best.review.report
    return {
        "page": result.target.page.entry,
        "before": {"score": before.score if before.reviewed else None, "findings": len(before.findings)},
        "after": {"score": after.score if after.reviewed else None, "findings": len(after.findings)},
        "fixed": _fixed(one),
        "remaining": [described(finding) for finding in after.findings],
        "trajectory": _attempts(one),
        "stopped": one.stopped,
        "problems": [{"kind": p.kind, "message": p.message} for p in before.problems],
    }


def _fixed(one: Trajectory) -> list[dict[str, Any]]:
    """Findings of the beginning that are gone: keys move with the text, so they are followed through the patch."""
    from relook_lsp.refine.content import map_key
    from relook_lsp.report.json import finding as described

    patch, entry = one.patch, one.start.page.entry
    left = {finding.identity for finding in one.best.review.report.all}
    return [
        described(finding)
        for finding in one.start.review.report.findings
        if (finding.rule, map_key(finding.key, patch, entry)) not in left
    ]


def _attempts(one: Trajectory) -> list[dict[str, Any]]:
    """Every candidate; its ranges are in the texts that it was made for."""
    from relook_lsp.refine.trajectory import texts_of

    texts = texts_of(one.start)
    described: list[dict[str, Any]] = []
    for attempt in one.attempts:
        described.append(_attempt(attempt, texts))
        if attempt.verdict.accepted:
            texts |= {path: attempt.patch.apply(path, texts[path]) for path in attempt.patch.paths}
    return described


def _attempt(attempt: Attempt, texts: dict[str, str]) -> dict[str, Any]:
    from relook_lsp.core.text import LineIndex
    from relook_lsp.report.json import range_

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
        "milliseconds": attempt.verdict.milliseconds,
        "renders": attempt.verdict.renders,
    }
