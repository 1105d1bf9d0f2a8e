"""Pages that the W3C's ACT rules come with, each labelled failed, passed or inapplicable: every failed one is found,
and no other one is reported. Of their text-spacing rules there is no counterpart here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Severity
from relook_lsp.core.page import Page
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.pipeline import ReviewSettings, review_page

RULES = {
    "59br37": (("text-clipped", "zoomed-text-clipped"), "AA", 5),
    "09o5cg": (("low-contrast",), "AAA", 13),
    "b4f0c3": (("viewport-meta",), "AA", 7),
}
"""ACT rule -> the rules that answer for it, the contrast level, the number of failed cases. What is cut off when the
page is zoomed may be cut off without zooming too, and is then reported once, under that name."""

HOME = "WAI/content-assets/wcag-act-rules"
"""Where the cases live on their own site; their absolute links say so."""


@pytest.mark.browser
@pytest.mark.data
@pytest.mark.parametrize("act", RULES)
async def test_labelled_cases(act: str, driver: Driver, data: Path, tmp_path: Path) -> None:
    rules, level, failed = RULES[act]
    folder = tmp_path / HOME
    shutil.copytree(data / "labels" / "act", folder)
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]
    cases = [case for case in cases if case["rule"] == act]
    settings = ReviewSettings(options=CriticOptions(contrast_level=level, only=frozenset(rules)))
    wrong: list[tuple[str, str, object]] = []
    for case in cases:
        result = await review_page(driver, Page(tmp_path, f"{HOME}/{case['file']}"), settings)
        assert result.snapshot is not None, result.report.problems
        found = [f.message for f in result.report.findings if f.severity is not Severity.INFORMATION]
        if bool(found) != (case["expected"] == "fail"):
            wrong.append((case["title"], case["expected"], found or result.report.incomplete))
    assert sum(case["expected"] == "fail" for case in cases) == failed
    assert not wrong
