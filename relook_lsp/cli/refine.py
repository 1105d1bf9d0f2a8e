"""``relook refine``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from relook_lsp.browser.driver import Driver
from relook_lsp.cli import option_types
from relook_lsp.cli.output import chosen_format, refuse_to_overwrite, write_output
from relook_lsp.cli.targets import ReviewTarget, job_count, notices_of, resolve_targets
from relook_lsp.cli.targets import add_arguments as shared
from relook_lsp.cli.trust import show
from relook_lsp.core.failures import attribute_error
from relook_lsp.core.finding import RULE_FAILED
from relook_lsp.core.page import Page
from relook_lsp.report import Notice
from relook_lsp.review.parallel import run_parallel

if TYPE_CHECKING:
    from relook_lsp.cli.refine_output import RefinedPage
    from relook_lsp.refine.candidate_renderer import CandidateRenderer
    from relook_lsp.refine.trajectory import Trajectory

log = logging.getLogger(__name__)

WRITES = 3
"""How often a page is refined anew where its files were changed meanwhile, by another page's edit or by hand."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    shared(parser)
    parser.add_argument(
        "--format", choices=("terminal", "json", "html"), help="default: terminal, or by the name of --output"
    )
    parser.add_argument("--write", action="store_true", help="write the edits to the files; without it, show them only")
    parser.add_argument(
        "--policy",
        type=option_types.parse_policies,
        default="solved,local,remote",
        metavar="NAMES",
        help="proposers, in this order (default: solved,local,remote)",
    )
    parser.add_argument(
        "--rounds", type=option_types.count_between(1, 100), default=3, metavar="N", help="passes over a page"
    )
    parser.add_argument(
        "--attempts",
        type=option_types.count_between(1, 100),
        default=10,
        metavar="N",
        help="candidates for one defect in one pass",
    )
    parser.add_argument(
        "--budget", type=option_types.seconds_up_to(3600), default=300.0, metavar="S", help="seconds for one page"
    )


def run(options: argparse.Namespace) -> int:
    """0 all clean, 1 findings remain, 3 where a page could not be looked at or a file not be written."""
    chosen = resolve_targets(options)
    refuse_to_overwrite(options.output, (target.page for target in chosen))
    notices = [*notices_of(chosen), *_not_edited(chosen)]
    show(notices)
    results = asyncio.run(_refine_targets(chosen, options))
    _print_results(results, options, notices)
    problems = [result for result in results if result.problem]
    for result in problems:
        print(f"relook: {result.target.page.entry}: {result.problem}", file=sys.stderr)
    if problems:
        return 3
    from relook_lsp.refine.trajectory import open_findings

    return 1 if any(open_findings(result.trajectory.best) for result in results) else 0


def _not_edited(chosen: Sequence[ReviewTarget]) -> Iterator[Notice]:
    """One sentence for each page whose own file no candidate may change."""
    from relook_lsp.refine.acceptance.permissions import is_editable

    for target in chosen:
        entry = target.page.entry
        if not target.page.is_url and not is_editable(entry):
            yield Notice(
                "not-editable",
                f"{entry} itself is not edited, only its .css files are: change it by hand or make it .html.",
            )


async def _refine_targets(chosen: Sequence[ReviewTarget], options: argparse.Namespace) -> list[RefinedPage]:
    from relook_lsp.cli.refine_output import RefinedPage
    from relook_lsp.refine.candidate_renderer import CandidateRenderer
    from relook_lsp.refine.file_writes import NotWritten, StaleFile, write_patch
    from relook_lsp.refine.trajectory import PageState, Trajectory, texts_of
    from relook_lsp.review.pipeline import Review, failed_report

    async def one(driver: Driver, target: ReviewTarget) -> RefinedPage:
        try:
            return await refine_output(driver, target)
        except Exception as error:
            # A mistake of ours on one page must not hide what was written of the others.
            log.warning("%s: refining failed", target.page.entry, exc_info=True)
            failure = attribute_error(error)
            state = PageState(target.page, Review(failed_report(target.page, failure), None))
            return RefinedPage(target, Trajectory(state, state, (), "infrastructure"), problem=str(failure))

    async def refine_output(driver: Driver, target: ReviewTarget) -> RefinedPage:
        shares = await asyncio.to_thread(_pages_sharing_files, target.page)
        async with CandidateRenderer(driver, target.config.settings) as stage:
            for left in reversed(range(WRITES)):
                found = await _refine_target(driver, stage, target, shares, options)
                report = found.start.review.report
                if not report.reviewed:
                    return RefinedPage(target, found, problem=report.problems[0].message)
                unseen = await asyncio.to_thread(_unverified_pages, target.page, shares, found.combined_patch.paths)
                fault = next((one.message for one in report.problems if one.kind == RULE_FAILED), "")
                if not options.write or not found.accepted_attempts:
                    return RefinedPage(target, found, unseen=unseen, problem=fault)
                try:
                    files = write_patch(target.page.root, found.combined_patch, texts_of(found.start))
                except NotWritten as error:
                    if isinstance(error, StaleFile) and left:
                        continue
                    return RefinedPage(target, found, problem=str(error))
                return RefinedPage(target, found, tuple(files), unseen, fault)
        raise AssertionError("unreachable")

    first = chosen[0].config
    return await run_parallel(
        chosen, one, browser=first.browser, jobs=job_count(first), quiet=False, name=lambda target: target.page.entry
    )


async def _refine_target(
    driver: Driver, stage: CandidateRenderer, target: ReviewTarget, shares: Sequence[str], options: argparse.Namespace
) -> Trajectory:
    from relook_lsp.refine.acceptance.critic_gate import critic_gate
    from relook_lsp.refine.acceptance.neighbour_pages import MAX_PAGES, NeighbourPages
    from relook_lsp.refine.forced_optimization import SearchLimits
    from relook_lsp.refine.proposers.configured import configured_proposers
    from relook_lsp.refine.search import clean_renderer, refine_page
    from relook_lsp.refine.trajectory import PageState, Trajectory
    from relook_lsp.refine.verifier import Verifier
    from relook_lsp.review.critic_opinion import configured_critic

    start = PageState(target.page, await stage.render(target.page))
    if not start.review.report.reviewed:
        return Trajectory(start, start, (), "infrastructure")
    pages = [replace(target.page, entry=entry) for entry in shares[:MAX_PAGES]]
    others = NeighbourPages(clean_renderer(driver, target.config.settings), pages)
    critic = configured_critic(target.config)
    second = critic_gate(critic, target.config.critic.intent) if critic is not None else None
    return await refine_page(
        start,
        Verifier(stage.render, others, second, screen=stage.screen_candidate),
        configured_proposers(target.config, options.policy),
        SearchLimits(options.rounds, options.attempts, options.budget),
        rules=frozenset(options.rule or ()),
    )


def _pages_sharing_files(page: Page) -> list[str]:
    """Pages that use a style sheet or script of this one, the nearest first."""
    from relook_lsp.source.page_graph import pages_sharing

    return [] if page.is_url else pages_sharing(page.root, page.entry, page.overlays, page.sites)


def _unverified_pages(page: Page, shares: Sequence[str], paths: Sequence[str]) -> tuple[str, ...]:
    """Pages beyond the bound that use one of the edited files."""
    from relook_lsp.refine.acceptance.neighbour_pages import MAX_PAGES
    from relook_lsp.source.page_graph import files_of_page

    edited = set(paths) - {page.entry}
    rest = shares[MAX_PAGES:] if edited else ()
    return tuple(one for one in rest if edited & set(files_of_page(page.root, one, page.overlays, page.sites)))


def _print_results(results: Sequence[RefinedPage], options: argparse.Namespace, notices: Sequence[Notice]) -> None:
    from relook_lsp.cli import refine_output

    as_json = partial(refine_output.as_json, notices=notices, timings=options.timings)
    how = {"json": as_json, "html": refine_output.as_html, "terminal": refine_output.as_text}
    data = how[chosen_format(options)](results).encode("utf-8", "replace")
    if options.output is not None:
        write_output(options.output, data)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
