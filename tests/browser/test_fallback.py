"""Without frame control (a full browser, in real time) the same findings come out, and the report says how."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.executables import FULL
from relook_lsp.core.page import Page
from relook_lsp.report import PageReview
from relook_lsp.report.json import page_object as as_json
from relook_lsp.review.pipeline import Review, ReviewSettings, review_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

DEMO = Path(__file__).parents[2] / "docs" / "demo"
BROWSER = next((path for name in FULL if (path := shutil.which(name))), None)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full() -> AsyncIterator[Driver]:
    if BROWSER is None:
        pytest.skip("no full browser is installed (Debian: apt-get install chromium)")
    one = Driver(BROWSER)
    yield one
    await one.close()


def _found(result: Review) -> set[tuple[str, str | None, int]]:
    assert result.report.reviewed, result.report.problems
    return {(one.rule, one.cause.path, one.cause.span.start) for one in result.report.findings}


@pytest.mark.parametrize("name", ["broken/index.html", "clean/index.html"])
async def test_the_same_findings(name: str, driver: Driver, full: Driver) -> None:
    exact = await review_page(driver, Page(DEMO, name), ReviewSettings())
    real = await review_page(full, Page(DEMO, name), ReviewSettings())
    assert (exact.report.capture, real.report.capture) == ("exact", "fallback")
    assert as_json(PageReview(real.report, None).report, {})["capture"] == "fallback"
    assert _found(real) == _found(exact)
    assert not real.report.problems


async def test_a_hang_ends_there_too(full: Driver, tmp_path: Path) -> None:
    (tmp_path / "i.html").write_text(
        "<!doctype html><title>t</title><h1>Harbour</h1><script>\nwhile (true) {}\n</script>"
    )
    result = await review_page(full, Page(tmp_path, "i.html"), ReviewSettings())
    assert ("script-hang", "i.html") in {(one.rule, one.cause.path) for one in result.report.findings}, (
        result.report.problems
    )
