"""The viewport meta against the W3C's own examples (ACT rule b4f0c3, Meta viewport allows for zoom)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Severity
from relook_lsp.core.page import Page
from relook_lsp.critics.rule import Options
from relook_lsp.critics.rules.viewport_meta import forbidden_zoom
from relook_lsp.review.review import Settings, review


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("width=device-width, initial-scale=1", None),
        ("width=device-width; user-scalable=NO", "user-scalable=no"),
        ("user-scalable=0", "user-scalable=0"),
        ("user-scalable=1", None),
        ("maximum-scale=1.9999", "maximum-scale=1.9999"),
        ("maximum-scale=2", None),
        ("maximum-scale=-1", None),
        ("maximum-scale = 1.0", "maximum-scale = 1.0"),
        ("", None),
    ],
)
def test_what_forbids_zoom(content: str, problem: str | None) -> None:
    assert forbidden_zoom(content) == problem


@pytest.mark.browser
@pytest.mark.data
async def test_act_examples(driver: Driver, data: Path) -> None:
    folder = data / "labels" / "act"
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]
    cases = [case for case in cases if case["rule"] == "b4f0c3"]
    settings = Settings(options=Options(only=frozenset({"viewport-meta"})))
    wrong: list[str] = []
    for case in cases:
        result = await review(driver, Page(folder, case["file"]), settings)
        assert result.snapshot is not None, result.report.problems
        found = any(f.severity is not Severity.INFORMATION for f in result.report.findings)
        if found != (case["expected"] == "fail"):
            wrong.append(case["file"])
    assert sum(case["expected"] == "fail" for case in cases) == 7
    assert not wrong
