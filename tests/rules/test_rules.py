"""Every rule against its pages: what is listed must be found, and nothing else may be.

``tests/rules/<rule>/<case>.html`` is a page; ``<case>.json`` lists its findings:

    {"findings": [{"rule": "low-contrast", "place": "p#fail1", "cause": "color: #999", "widths": [320, 414]}],
     "incomplete": [{"rule": "low-contrast", "reason": "text-shadow"}],
     "options": {"contrast_level": "AAA"}}

``place`` is the finding's selector, ``cause`` the exact source text it points at; both may be left out, ``widths``
too. ``incomplete`` lists what must be there at least. Findings of severity information count only for the folder's
own rule.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Finding, Severity
from relook_lsp.core.incomplete_reasons import REASONS
from relook_lsp.core.page import Page
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.pipeline import Review, ReviewSettings, review_page

HERE = Path(__file__).parent
PLAN = CapturePlan(timeout=90)
"""More than a page takes on a busy machine."""
CASES = sorted(path.relative_to(HERE) for path in HERE.glob("*/*.html"))


def _describe(result: Review, finding: Finding) -> dict[str, object]:
    assert result.snapshot is not None
    source = result.snapshot.sources.get(finding.cause.url or "")
    span = finding.cause.span
    cause = source.text[span.start : span.end] if source else ""
    return {
        "rule": finding.rule,
        "place": finding.selector,
        "cause": cause,
        "widths": finding.failing_widths,
        "message": finding.message,
    }


def _matches(found: dict[str, object], wanted: dict[str, object]) -> bool:
    return all(found[key] == (tuple(value) if isinstance(value, list) else value) for key, value in wanted.items())


@pytest.mark.browser
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_case(case: Path, driver: Driver) -> None:
    expected = json.loads((HERE / case).with_suffix(".json").read_text("utf-8"))
    page = Page(HERE / case.parent, case.name, sites=())
    result = await review_page(driver, page, ReviewSettings(PLAN, CriticOptions(**expected.get("options", {}))))
    assert result.snapshot is not None, result.report.problems
    counted = [
        f for f in result.report.findings if f.severity is not Severity.INFORMATION or f.rule == case.parent.name
    ]
    found = [_describe(result, finding) for finding in counted]
    missing = list(expected["findings"])
    unlisted: list[dict[str, object]] = []
    for one in found:
        match = next((wanted for wanted in missing if _matches(one, wanted)), None)
        if match is None:
            unlisted.append(one)
        else:
            missing.remove(match)
    assert not missing and not unlisted, (
        f"not found: {missing}\nnot listed: {unlisted}\nall: {found}\nincomplete: {result.report.incomplete}"
    )
    assert {i.reason for i in result.report.incomplete} <= REASONS.keys()
    for wanted in expected.get("incomplete", []):
        assert any(i.rule == wanted["rule"] and i.reason == wanted["reason"] for i in result.report.incomplete), wanted
