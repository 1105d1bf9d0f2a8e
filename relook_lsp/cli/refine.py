"""``relook refine``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from relook_lsp.browser.driver import Driver
from relook_lsp.cli import values
from relook_lsp.cli.output import chosen_format, put
from relook_lsp.cli.targets import Target, jobs, notices_of, targets
from relook_lsp.cli.targets import arguments as shared
from relook_lsp.cli.trust import show
from relook_lsp.core.failures import attributed
from relook_lsp.core.finding import RULE_FAILED
from relook_lsp.core.page import Page
from relook_lsp.review.parallel import run_parallel

if TYPE_CHECKING:
    from relook_lsp.cli.refined import Refined
    from relook_lsp.refine.stage import Stage
    from relook_lsp.refine.trajectory import Trajectory
    from relook_lsp.report import Notice

log = logging.getLogger(__name__)

WRITES = 3
"""How often a page is refined anew where its files were changed meanwhile, by another page's edit or by hand."""


def arguments(parser: argparse.ArgumentParser) -> None:
    shared(parser)
    parser.add_argument(
        "--format", choices=("terminal", "json", "html"), help="default: terminal, or by the name of --output"
    )
    parser.add_argument("--write", action="store_true", help="write the edits to the files; without it, show them only")
    parser.add_argument(
        "--policy",
        type=values.policies,
        default="solved,local,remote",
        metavar="NAMES",
        help="proposers, in this order (default: solved,local,remote)",
    )
    parser.add_argument("--rounds", type=values.count(1, 100), default=3, metavar="N", help="passes over a page")
    parser.add_argument(
        "--attempts", type=values.count(1, 100), default=10, metavar="N", help="candidates for one defect in one pass"
    )
    parser.add_argument("--budget", type=values.seconds(3600), default=300.0, metavar="S", help="seconds for one page")


def run(options: argparse.Namespace) -> int:
    """0 all clean, 1 findings remain, 3 where a page could not be looked at or a file not be written."""
    chosen = targets(options)
    notices = notices_of(chosen)
    show(notices)
    results = asyncio.run(_refined(chosen, options))
    _print(results, options, notices)
    problems = [result for result in results if result.problem]
    for result in problems:
        print(f"relook: {result.target.page.entry}: {result.problem}", file=sys.stderr)
    if problems:
        return 3
    from relook_lsp.refine.trajectory import open_findings

    return 1 if any(open_findings(result.trajectory.best) for result in results) else 0


async def _refined(chosen: Sequence[Target], options: argparse.Namespace) -> list[Refined]:
    from relook_lsp.cli.refined import Refined
    from relook_lsp.refine.files import NotWritten, Stale, write
    from relook_lsp.refine.stage import Stage
    from relook_lsp.refine.trajectory import State, Trajectory, texts_of
    from relook_lsp.review.review import Review, failed

    async def one(driver: Driver, target: Target) -> Refined:
        try:
            return await refined(driver, target)
        except Exception as error:
            # A mistake of ours on one page must not hide what was written of the others.
            log.warning("%s: refining failed", target.page.entry, exc_info=True)
            failure = attributed(error)
            state = State(target.page, Review(failed(target.page, failure), None))
            return Refined(target, Trajectory(state, state, (), "infrastructure"), problem=str(failure))

    async def refined(driver: Driver, target: Target) -> Refined:
        shares = await asyncio.to_thread(_shares, target.page)
        async with Stage(driver, target.config.settings) as stage:
            for left in reversed(range(WRITES)):
                found = await _trajectory(driver, stage, target, shares, options)
                report = found.start.review.report
                if not report.reviewed:
                    return Refined(target, found, problem=report.problems[0].message)
                unseen = await asyncio.to_thread(_unseen, target.page, shares, found.patch.paths)
                fault = next((one.message for one in report.problems if one.kind == RULE_FAILED), "")
                if not options.write or not found.accepted:
                    return Refined(target, found, unseen=unseen, problem=fault)
                try:
                    files = write(target.page.root, found.patch, texts_of(found.start))
                except NotWritten as error:
                    if isinstance(error, Stale) and left:
                        continue
                    return Refined(target, found, problem=str(error))
                return Refined(target, found, tuple(files), unseen, fault)
        raise AssertionError("unreachable")

    first = chosen[0].config
    return await run_parallel(
        chosen, one, browser=first.browser, jobs=jobs(first), quiet=False, name=lambda target: target.page.entry
    )


async def _trajectory(
    driver: Driver, stage: Stage, target: Target, shares: Sequence[str], options: argparse.Namespace
) -> Trajectory:
    from relook_lsp.refine.forced import Limits
    from relook_lsp.refine.gate import gate
    from relook_lsp.refine.neighbours import MAX_PAGES, Neighbours
    from relook_lsp.refine.proposers import proposers
    from relook_lsp.refine.refine import looker, refine
    from relook_lsp.refine.trajectory import State, Trajectory
    from relook_lsp.refine.verify import Verifier
    from relook_lsp.review.critique import critic_of

    start = State(target.page, await stage.look(target.page))
    if not start.review.report.reviewed:
        return Trajectory(start, start, (), "infrastructure")
    pages = [replace(target.page, entry=entry) for entry in shares[:MAX_PAGES]]
    others = Neighbours(looker(driver, target.config.settings), pages)
    critic = critic_of(target.config)
    second = gate(critic, target.config.critic.intent) if critic is not None else None
    return await refine(
        start,
        Verifier(stage.look, others, second, screen=stage.screen),
        proposers(target.config, options.policy),
        Limits(options.rounds, options.attempts, options.budget),
        rules=frozenset(options.rule or ()),
    )


def _shares(page: Page) -> list[str]:
    """Pages that use a style sheet or script of this one, the nearest first."""
    from relook_lsp.source.links import pages_sharing

    return [] if page.is_url else pages_sharing(page.root, page.entry, page.overlays, page.sites)


def _unseen(page: Page, shares: Sequence[str], paths: Sequence[str]) -> tuple[str, ...]:
    """Pages beyond the bound that use one of the edited files."""
    from relook_lsp.refine.neighbours import MAX_PAGES
    from relook_lsp.source.links import references

    edited = set(paths) - {page.entry}
    rest = shares[MAX_PAGES:] if edited else ()
    return tuple(one for one in rest if edited & set(references(page.root, one, page.overlays, page.sites)))


def _print(results: Sequence[Refined], options: argparse.Namespace, notices: Sequence[Notice]) -> None:
    from relook_lsp.cli import refined

    as_json = partial(refined.as_json, notices=notices, timings=options.timings)
    how = {"json": as_json, "html": refined.as_html, "terminal": refined.as_text}
    data = how[chosen_format(options)](results).encode("utf-8", "replace")
    if options.output is not None:
        put(options.output, data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
