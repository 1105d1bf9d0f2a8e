"""axe-core beside our own rules: on request only, on the right tag, without a price."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from relook_lsp.browser import evidence_queries
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Incomplete, Severity
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.critics.axe_findings import axe_severity
from relook_lsp.review.pipeline import ReviewSettings, review_page

TEXT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lake</title></head>
<body><h1>Lake</h1>
<p><button></button></p>
</body></html>
"""


@pytest.mark.browser
async def test_violations_point_at_their_tags_and_cost_nothing(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(TEXT, "utf-8")
    result = await review_page(driver, Page(tmp_path, "page.html"), ReviewSettings(plan=CapturePlan(axe=True)))
    found = [f for f in result.report.findings if f.source == "axe"]
    assert [(f.rule, f.severity) for f in found] == [("axe-button-name", Severity.WARNING)]
    span = found[0].cause.span
    assert TEXT[span.start : span.end] == "<button>"
    assert found[0].cost == 0


@pytest.mark.browser
async def test_it_does_not_run_unasked(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(TEXT, "utf-8")
    result = await review_page(driver, Page(tmp_path, "page.html"), ReviewSettings())
    assert result.snapshot is not None
    assert result.snapshot.axe is None
    assert all(f.source == "measured" for f in result.report.findings)


@pytest.mark.browser
async def test_one_that_never_answers_is_said_and_takes_nothing_away(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text(TEXT.replace("<body>", '<body style="width: 4000px">'), "utf-8")
    asked: list[object] = []

    async def never(look: object, _viewport: object) -> None:
        asked.append(look)
        await asyncio.Event().wait()

    monkeypatch.setattr(evidence_queries, "run_axe", never)
    result = await review_page(
        driver, Page(tmp_path, "page.html"), ReviewSettings(plan=CapturePlan(axe=True, timeout=12))
    )
    assert asked and not result.report.problems
    assert Incomplete("axe", "no-answer", "", "") in result.report.incomplete
    assert any(finding.rule == "page-scrolls-sideways" for finding in result.report.findings)


@pytest.mark.browser
async def test_no_selector_names_what_is_not_in_the_page(driver: Driver, tmp_path: Path) -> None:
    text = TEXT.replace("<p><button></button></p>", "<p><button></button></p>\n" * 3)
    (tmp_path / "page.html").write_text(text, "utf-8")
    result = await review_page(driver, Page(tmp_path, "page.html"), ReviewSettings(plan=CapturePlan(axe=True)))
    found = [f for f in result.report.findings if f.source == "axe"]
    assert len({f.selector for f in found}) == 3
    assert all("relook" not in f.selector for f in found)


@pytest.mark.parametrize(
    ("rule", "impact", "box", "expected"),
    [
        ("image-alt", "critical", Rect(0, 0, 200, 100), Severity.WARNING),
        ("image-alt", "critical", Rect(8, 8, 1, 1), Severity.INFORMATION),
        ("image-alt", "critical", Rect(8, 8, 0, 0), Severity.INFORMATION),
        ("label", "critical", Rect(8, 8, 1, 1), Severity.WARNING),
        ("label", "minor", Rect(0, 0, 200, 100), Severity.INFORMATION),
        ("link-in-text-block", "serious", Rect(0, 0, 20, 20), Severity.INFORMATION),
        ("scrollable-region-focusable", "serious", Rect(0, 0, 200, 100), Severity.INFORMATION),
    ],
)
def test_what_was_seldom_right_is_a_note(rule: str, impact: str, box: Rect, expected: Severity) -> None:
    assert axe_severity(rule, impact, box) is expected
