"""The sample site, reviewed once, and a page where every text is hostile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest_asyncio

from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Finding, Incomplete, Location, Problem, Related, Report, Severity, Sighting
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot, Source, Viewport
from relook_lsp.core.text import LineIndex, Span
from relook_lsp.report import PageReview
from relook_lsp.review.pipeline import ReviewSettings, review_page

DEMO = Path(__file__).parents[2] / "docs" / "demo"
PHONE = Viewport(375, 812, True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def broken(driver: Driver) -> PageReview:
    return await reviewed(driver, "broken/index.html")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clean(driver: Driver) -> PageReview:
    return await reviewed(driver, "clean/index.html")


async def reviewed(driver: Driver, entry: str) -> PageReview:
    result = await review_page(driver, Page(DEMO, entry), ReviewSettings())
    assert result.snapshot is not None, result.report.problems
    return PageReview(result.report, result.snapshot)


def location(text: str, part: str, path: str | None = "a.css", url: str = "http://page/a.css") -> Location:
    start = text.index(part)
    span = Span(start, start + len(part))
    return Location(path, url, LineIndex(text).range(span), span)


def finding(text: str, part: str, key: str = "1", rule: str = "low-contrast", path: str | None = "a.css") -> Finding:
    return Finding(
        rule, Severity.WARNING, f"about {part}", location(text, part, path), key, PHONE, 0, "", Rect(0, 0, 0, 0), None,
        sightings=(Sighting(PHONE, 0),),
    )  # fmt: skip


def of_source(text: str, *findings: Finding, path: str | None = "a.css") -> PageReview:
    """A page with one source and no pictures."""
    url = "http://page/a.css"
    snapshot = Snapshot("p.html", "http://page/p.html", "exact", (), (), (), {url: Source(url, path, text, 0, "css")})
    return PageReview(Report("p.html", valid=True, findings=findings), snapshot)


def hostile(payloads: Sequence[str]) -> list[PageReview]:
    """Pages in which a payload stands in every field that a report prints."""
    pages: list[PageReview] = []
    for number, evil in enumerate(payloads):
        text = f"x {evil} y"
        url = f"http://page/{number}{evil}"
        span = Span(2, 2 + len(evil))
        place = Location(evil if number % 2 else None, url, LineIndex(text).range(span), span)
        one = Finding(
            rule=evil, severity=Severity.ERROR, message=evil, cause=place, key=evil, viewport=PHONE, moment=0, view=evil,
            box=Rect(0, 0, 9, 9), node=None, related=(Related(evil, place),), selector=evil, xpath=evil,
            measured={evil: evil, "text": evil, "ratio": 1.5}, required={evil: evil}, sightings=(Sighting(PHONE, 0),),
        )  # fmt: skip
        other = Finding(
            evil, Severity.ERROR, evil, place, evil + "2", PHONE, 0, "", Rect(0, 0, 9, 9), None, selector=evil
        )
        report = Report(
            page=evil, valid=True, findings=(one, other), suppressed=(one,), incomplete=(Incomplete(evil, evil, evil, evil),),
            problems=(Problem(evil, evil),),
        )  # fmt: skip
        source = Source(url, place.path, text, 0, "css")
        pages.append(PageReview(report, Snapshot(evil, url, "exact", (), (), (), {url: source})))
    return pages
