"""The one pipeline: page -> snapshot -> report. The editor, the command line and the training share it."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from relook_lsp.browser.capture import Capture, capture_page
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import BrowserFailed, CaptureTimeout, RelookError
from relook_lsp.core.failures import attribute_error
from relook_lsp.core.finding import Problem, Report
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.engine import Judgement, judge_snapshot, judge_view_early
from relook_lsp.critics.incremental_run import IncrementalRun
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.assemble import assemble_report, needed_styles
from relook_lsp.review.settings import ReviewSettings

log = logging.getLogger(__name__)

MAX_PASSES = 3

_LOCATING = 5.0
"""Seconds for the causes of what was found, also where the time for the page is up: a finding without its line helps
little."""


@dataclass(frozen=True)
class Review:
    """A report and the snapshot it was made from; None where the page could not be looked at."""

    report: Report
    snapshot: Snapshot | None


async def review_page(driver: Driver, page: Page, settings: ReviewSettings) -> Review:
    """Look at the page and report. Never raises for a page's or the environment's sake: see ``problems``."""
    try:
        live, result = await review_and_keep_open(driver, page, settings)
    except RelookError as error:
        return Review(failed_report(page, error), None)
    driver.close_in_background(live.close())
    return result


async def review_and_keep_open(driver: Driver, page: Page, settings: ReviewSettings) -> tuple[Capture, Review]:
    """Like ``review``, but the page stays open for more questions. A browser that crashed or stood still gets one
    more try in the time that is left. Raises ``RelookError``."""
    loop = asyncio.get_running_loop()
    until = loop.time() + settings.plan.timeout
    try:
        return await _review_once(driver, page, settings, until)
    except (BrowserFailed, CaptureTimeout) as error:
        if loop.time() > until:
            raise
        log.warning("%s: %s", page.entry, error)
        return await _review_once(driver, page, settings, until)


async def _review_once(driver: Driver, page: Page, settings: ReviewSettings, until: float) -> tuple[Capture, Review]:
    """Raises nothing but ``RelookError``: what the machine refuses, or a mistake of ours, is a sentence too."""
    try:
        return await _looked(driver, page, settings, until)
    except RelookError:
        raise
    except Exception as error:
        named = attribute_error(error)
        if named.kind == RelookError.kind:
            log.exception("%s", page.entry)
        raise named from error


async def _looked(driver: Driver, page: Page, settings: ReviewSettings, until: float) -> tuple[Capture, Review]:
    started = time.perf_counter()
    loop = asyncio.get_running_loop()
    options, incremental_run = settings.options, IncrementalRun(settings.options, lambda: loop.time() > until)
    judge_ = functools.partial(judge_snapshot, options=options, incremental_run=incremental_run)
    # One thread, so that what is judged in the end comes after what was judged early.
    thread = ThreadPoolExecutor(1, "judge")
    live: Capture | None = None
    try:
        live = await capture_page(
            driver,
            page,
            settings.plan,
            lambda view: thread.submit(judge_view_early, view, options, incremental_run),
            until,
        )
        captured = time.perf_counter()
        judgement = await loop.run_in_executor(thread, judge_, live.snapshot)
        for _ in range(MAX_PASSES - 1):
            before = live.snapshot
            if not judgement.needs or await live.answer_needs(judgement.needs, until) is before:
                break
            judgement = await loop.run_in_executor(thread, judge_, live.snapshot)
        judged = time.perf_counter()
        snapshot = await live.collect_styles(needed_styles(judgement), max(until, loop.time() + _LOCATING))
        report = await loop.run_in_executor(thread, assemble_report, snapshot, judgement)
    except BaseException:
        if live is not None:
            driver.close_in_background(live.close())
        raise
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
    driver.open_spare_tabs()
    done = time.perf_counter()
    spent = {
        "total": done - started,
        "capture": captured - started,
        "critics": judged - captured,
        "locate": done - judged,
    }
    report = replace(report, milliseconds={name: round(1000 * value, 1) for name, value in spent.items()})
    return live, Review(report, snapshot)


def replay_review(snapshot: Snapshot, options: CriticOptions) -> Report:
    """The report of a stored snapshot; no browser."""
    return assemble_report(snapshot, judge_snapshot(snapshot, options))


def failed_report(page: Page, error: RelookError) -> Report:
    """The report of a page that could not be looked at; it has no findings and no score."""
    return Report(page.entry, valid=False, problems=(Problem(error.kind, str(error)),), reviewed=False)


__all__ = [
    "Judgement",
    "Review",
    "ReviewSettings",
    "failed_report",
    "replay_review",
    "review_and_keep_open",
    "review_page",
]
