"""One review from outside: what is tried again, and what is left behind. No browser."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import BrowserFailed
from relook_lsp.core.page import Page
from relook_lsp.review import pipeline
from relook_lsp.review.pipeline import ReviewSettings, review_page


class Counting(Driver):
    """Counts how often pages are opened in advance."""

    warmed = 0

    def open_spare_tabs(self) -> None:
        self.warmed += 1


class Failing:
    """A capture that ends with an error, after some seconds."""

    def __init__(self, error: BaseException, seconds: float = 0.0) -> None:
        self.error = error
        self.seconds = seconds
        self.calls = 0

    async def __call__(self, *_arguments: object) -> Capture:
        self.calls += 1
        await asyncio.sleep(self.seconds)
        raise self.error


async def test_a_browser_that_failed_gets_one_more_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = Failing(BrowserFailed("gone"))
    monkeypatch.setattr(pipeline, "capture_page", capture)
    result = await review_page(Counting(), Page(tmp_path, "a.html"), ReviewSettings(CapturePlan(timeout=60)))
    assert capture.calls == 2
    assert [problem.kind for problem in result.report.problems] == ["browser-failed"]


async def test_not_when_the_time_for_the_page_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = Failing(BrowserFailed("gone"), seconds=0.05)
    monkeypatch.setattr(pipeline, "capture_page", capture)
    await review_page(Counting(), Page(tmp_path, "a.html"), ReviewSettings(CapturePlan(timeout=0.01)))
    assert capture.calls == 1


async def test_a_review_that_was_cancelled_opens_no_pages_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Counting()
    monkeypatch.setattr(pipeline, "capture_page", Failing(asyncio.CancelledError()))
    with pytest.raises(asyncio.CancelledError):
        await review_page(driver, Page(tmp_path, "a.html"), ReviewSettings())
    assert driver.warmed == 0
