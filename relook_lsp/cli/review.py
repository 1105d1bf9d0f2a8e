"""``relook review``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

from relook_lsp.cli.output import (
    CropFolder,
    check_output_target,
    chosen_format,
    refuse_to_overwrite,
    write_report,
)
from relook_lsp.cli.targets import ReviewTarget, job_count, notices_of, resolve_targets
from relook_lsp.cli.targets import add_arguments as shared
from relook_lsp.cli.trust import show
from relook_lsp.core.errors import RelookError, UsageError
from relook_lsp.core.failures import attribute_error
from relook_lsp.core.finding import Severity
from relook_lsp.core.snapshot import Evidence, Snapshot
from relook_lsp.report import PageReview
from relook_lsp.review import config
from relook_lsp.review.critic_opinion import add_critic_opinion, configured_critic
from relook_lsp.review.parallel import run_parallel
from relook_lsp.review.pipeline import Review, failed_report, review_page
from relook_lsp.review.repository import path_in_repository
from relook_lsp.review.snapshot_store import load_review, save_review, snapshot_paths

FORMATS = ("terminal", "json", "sarif", "html")
FAIL_ON = ("error", "warning", "never")

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    shared(parser)
    parser.add_argument("--format", choices=FORMATS, help="default: terminal, or by the name of --output")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write a picture of every finding to this folder")
    parser.add_argument(
        "--fail-on", choices=FAIL_ON, default="error", help="exit with 1 for findings of this severity or above"
    )
    parser.add_argument("--quiet", action="store_true", help="print no progress and no pages without findings")
    parser.add_argument("--save-snapshots", type=Path, metavar="DIR", help="store what the browser captured")
    parser.add_argument("--from-snapshots", type=Path, metavar="DIR", help="review stored snapshots, without a browser")


def run(options: argparse.Namespace) -> int:
    """0 nothing at or above ``--fail-on``, 1 findings, 3 where a page could not be reviewed or a rule failed."""
    check_output_target(options)
    crops = CropFolder(options.pictures)
    if options.from_snapshots is not None:
        with _snapshots_to_blame(options.from_snapshots):
            pages = _replay_snapshots(options, crops)
            write_report(pages, options, crops)
    else:
        chosen = resolve_targets(options)
        refuse_to_overwrite(options.output, (target.page for target in chosen))
        notices = notices_of(chosen)
        show(notices)
        pages = asyncio.run(_review_targets(chosen, options, crops))
        write_report(pages, options, crops, notices)
    if any(not page.report.reviewed or page.report.faulty for page in pages):
        return 3
    return 1 if _reaches_severity(pages, options.fail_on) else 0


async def _review_targets(
    chosen: Sequence[ReviewTarget], options: argparse.Namespace, crops: CropFolder
) -> list[PageReview]:
    from relook_lsp.browser.driver import Driver

    kind = chosen_format(options)
    order = {id(target): index for index, target in enumerate(chosen)}

    async def one(driver: Driver, target: ReviewTarget) -> PageReview:
        settings = target.config.settings
        critic = configured_critic(target.config)
        axe = target.config.axe != "never" and not options.rule
        try:
            result = await review_page(driver, target.page, replace(settings, plan=replace(settings.plan, axe=axe)))
            if critic is not None:
                result = await add_critic_opinion(result, critic, target.config)
        except Exception as error:
            # A mistake of ours on one page must not cost the others their report.
            log.warning("%s: the review failed", target.page.entry, exc_info=True)
            result = Review(failed_report(target.page, attribute_error(error)), None)
        if options.save_snapshots is not None:
            await asyncio.to_thread(save_review, result, settings.options, options.save_snapshots, order[id(target)])
        await asyncio.to_thread(crops.save_crops, result)
        folder = path_in_repository(target.page.root, Path.cwd())
        return PageReview(result.report, _snapshot_for_report(result.snapshot, kind), folder)

    first = chosen[0].config
    return await run_parallel(
        chosen,
        one,
        browser=first.browser,
        jobs=job_count(first),
        quiet=options.quiet,
        name=lambda target: target.page.entry,
    )


def _replay_snapshots(options: argparse.Namespace, crops: CropFolder) -> list[PageReview]:
    """Judged as they were when they were kept, or as ``--config`` and ``--rule`` say."""
    other = config.load_config(Path.cwd(), {}, options.config).settings.options if options.config is not None else None
    folder = path_in_repository(config.find_root(Path.cwd(), options.root), Path.cwd())
    pages: list[tuple[int, PageReview]] = []
    files = snapshot_paths(options.from_snapshots)
    if not files:
        raise UsageError(f"there is no snapshot in {options.from_snapshots}")
    for file in files:  # one at a time: all of them would not fit into memory
        stored = load_review(file)
        judged = other or stored.options
        result = stored.review(replace(judged, only=frozenset(options.rule)) if options.rule else judged)
        crops.save_crops(result)
        pages.append(
            (
                stored.order,
                PageReview(result.report, _snapshot_for_report(result.snapshot, chosen_format(options)), folder),
            )
        )
    return [page for _, page in sorted(pages, key=lambda one: one[0])]


@contextlib.contextmanager
def _snapshots_to_blame(folder: Path) -> Generator[None]:
    """Snapshots may come from anyone, and may hold what no capture makes: a failure over them is theirs."""
    try:
        yield
    except (RelookError, MemoryError, BrokenPipeError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UsageError(f"a snapshot in {folder} is damaged and cannot be judged ({type(error).__name__})") from error


def _snapshot_for_report(snapshot: Snapshot | None, kind: str) -> Snapshot | None:
    """What the report still needs; hundreds of whole snapshots would not fit into memory."""
    if snapshot is None or kind in ("json", "sarif"):
        return None
    shown = (*snapshot.settled_views, *snapshot.views_in_roles("confirm", "zoom", "dark")) if kind == "html" else ()
    views = tuple(replace(view, background=None) for view in shown)
    return replace(snapshot, views=views, evidence=Evidence())


def _reaches_severity(pages: Sequence[PageReview], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    least = Severity(fail_on).rank
    return any(finding.severity.rank >= least for page in pages for finding in page.report.findings)
