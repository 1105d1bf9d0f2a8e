"""The one pipeline: page -> snapshot -> report. The editor, the command line and the training share it."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from relook_lsp.browser.capture import Capture, capture
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import BrowserFailed, CaptureTimeout, RelookError
from relook_lsp.core.failures import attributed
from relook_lsp.core.finding import Problem, Report
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.hearing import Hearing
from relook_lsp.critics.rule import Options
from relook_lsp.critics.run import Judgement, judge, listen
from relook_lsp.review.assemble import assemble, wanted_styles
from relook_lsp.review.settings import Settings

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


async def review(driver: Driver, page: Page, settings: Settings) -> Review:
    """Look at the page and report. Never raises for a page's or the environment's sake: see ``problems``."""
    try:
        live, result = await look(driver, page, settings)
    except RelookError as error:
        return Review(failed(page, error), None)
    driver.leave(live.close())
    return result


async def look(driver: Driver, page: Page, settings: Settings) -> tuple[Capture, Review]:
    """Like ``review``, but the page stays open for more questions. A browser that crashed or stood still gets one
    more try in the time that is left. Raises ``RelookError``."""
    loop = asyncio.get_running_loop()
    until = loop.time() + settings.plan.timeout
    try:
        return await _look(driver, page, settings, until)
    except (BrowserFailed, CaptureTimeout) as error:
        if loop.time() > until:
            raise
        log.warning("%s: %s", page.entry, error)
        return await _look(driver, page, settings, until)


async def _look(driver: Driver, page: Page, settings: Settings, until: float) -> tuple[Capture, Review]:
    """Raises nothing but ``RelookError``: what the machine refuses, or a mistake of ours, is a sentence too."""
    try:
        return await _looked(driver, page, settings, until)
    except RelookError:
        raise
    except Exception as error:
        named = attributed(error)
        if named.kind == RelookError.kind:
            log.exception("%s", page.entry)
        raise named from error


async def _looked(driver: Driver, page: Page, settings: Settings, until: float) -> tuple[Capture, Review]:
    started = time.perf_counter()
    loop = asyncio.get_running_loop()
    options, hearing = settings.options, Hearing(settings.options, lambda: loop.time() > until)
    judge_ = functools.partial(judge, options=options, hearing=hearing)
    # One thread, so that what is judged in the end comes after what was judged early.
    thread = ThreadPoolExecutor(1, "judge")
    live: Capture | None = None
    try:
        live = await capture(
            driver, page, settings.plan, lambda view: thread.submit(listen, view, options, hearing), until
        )
        captured = time.perf_counter()
        judgement = await loop.run_in_executor(thread, judge_, live.snapshot)
        for _ in range(MAX_PASSES - 1):
            before = live.snapshot
            if not judgement.needs or await live.supply(judgement.needs, until) is before:
                break
            judgement = await loop.run_in_executor(thread, judge_, live.snapshot)
        judged = time.perf_counter()
        snapshot = await live.styles(wanted_styles(judgement), max(until, loop.time() + _LOCATING))
        report = await loop.run_in_executor(thread, assemble, snapshot, judgement)
    except BaseException:
        if live is not None:
            driver.leave(live.close())
        raise
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
    driver.warm()
    done = time.perf_counter()
    spent = {
        "total": done - started,
        "capture": captured - started,
        "critics": judged - captured,
        "locate": done - judged,
    }
    report = replace(report, milliseconds={name: round(1000 * value, 1) for name, value in spent.items()})
    return live, Review(report, snapshot)


def replay(snapshot: Snapshot, options: Options) -> Report:
    """The report of a stored snapshot; no browser."""
    return assemble(snapshot, judge(snapshot, options))


def failed(page: Page, error: RelookError) -> Report:
    """The report of a page that could not be looked at; it has no findings and no score."""
    return Report(page.entry, valid=False, problems=(Problem(error.kind, str(error)),), reviewed=False)


__all__ = ["Judgement", "Review", "Settings", "failed", "look", "replay", "review"]
