"""``relook review``."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from relook_lsp.cli.output import Crops, chosen_format, prepare, write
from relook_lsp.cli.targets import Target, jobs, notices_of, targets
from relook_lsp.cli.targets import arguments as shared
from relook_lsp.cli.trust import show
from relook_lsp.core.failures import attributed
from relook_lsp.core.finding import Severity
from relook_lsp.core.snapshot import Evidence, Snapshot
from relook_lsp.report import Notice, Reviewed
from relook_lsp.review import config
from relook_lsp.review.critique import critic_of, criticised
from relook_lsp.review.parallel import run_parallel
from relook_lsp.review.repository import path_in_repository
from relook_lsp.review.review import Review, failed, review
from relook_lsp.review.store import load_all, save

FORMATS = ("terminal", "json", "sarif", "html")
FAIL_ON = ("error", "warning", "never")

log = logging.getLogger(__name__)


def arguments(parser: argparse.ArgumentParser) -> None:
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
    prepare(options)
    crops = Crops(options.pictures)
    notices: list[Notice] = []
    if options.from_snapshots is not None:
        pages = _replayed(options, crops)
    else:
        chosen = targets(options)
        notices = notices_of(chosen)
        show(notices)
        pages = asyncio.run(_reviewed(chosen, options, crops))
    write(pages, options, crops, notices)
    if any(not page.report.reviewed or page.report.faulty for page in pages):
        return 3
    return 1 if _fails(pages, options.fail_on) else 0


async def _reviewed(chosen: Sequence[Target], options: argparse.Namespace, crops: Crops) -> list[Reviewed]:
    from relook_lsp.browser.driver import Driver

    kind = chosen_format(options)
    order = {id(target): index for index, target in enumerate(chosen)}

    async def one(driver: Driver, target: Target) -> Reviewed:
        settings = target.config.settings
        critic = critic_of(target.config)
        axe = target.config.axe != "never" and not options.rule
        try:
            result = await review(driver, target.page, replace(settings, plan=replace(settings.plan, axe=axe)))
            if critic is not None:
                result = await criticised(result, critic, target.config)
        except Exception as error:
            # A mistake of ours on one page must not cost the others their report.
            log.warning("%s: the review failed", target.page.entry, exc_info=True)
            result = Review(failed(target.page, attributed(error)), None)
        if options.save_snapshots is not None:
            await asyncio.to_thread(save, result, settings.options, options.save_snapshots, order[id(target)])
        await asyncio.to_thread(crops.add, result)
        folder = path_in_repository(target.page.root, Path.cwd())
        return Reviewed(result.report, _kept(result.snapshot, kind), folder)

    first = chosen[0].config
    return await run_parallel(
        chosen, one, browser=first.browser, jobs=jobs(first), quiet=options.quiet, name=lambda target: target.page.entry
    )


def _replayed(options: argparse.Namespace, crops: Crops) -> list[Reviewed]:
    """Judged as they were when they were kept, or as ``--config`` and ``--rule`` say."""
    other = config.load(Path.cwd(), {}, options.config).settings.options if options.config is not None else None
    folder = path_in_repository(config.find_root(Path.cwd(), options.root), Path.cwd())
    pages: list[Reviewed] = []
    for stored in load_all(options.from_snapshots):
        judged = other or stored.options
        result = stored.review(replace(judged, only=frozenset(options.rule)) if options.rule else judged)
        crops.add(result)
        pages.append(Reviewed(result.report, _kept(result.snapshot, chosen_format(options)), folder))
    return pages


def _kept(snapshot: Snapshot | None, kind: str) -> Snapshot | None:
    """What the report still needs; hundreds of whole snapshots would not fit into memory."""
    if snapshot is None or kind in ("json", "sarif"):
        return None
    shown = (*snapshot.settled, *snapshot.roles("confirm", "zoom", "dark")) if kind == "html" else ()
    views = tuple(replace(view, background=None) for view in shown)
    return replace(snapshot, views=views, evidence=Evidence())


def _fails(pages: Sequence[Reviewed], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    least = Severity(fail_on).rank
    return any(finding.severity.rank >= least for page in pages for finding in page.report.findings)
