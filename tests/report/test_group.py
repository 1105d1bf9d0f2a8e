"""What one edit would mend is one thing to read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Finding, Severity
from relook_lsp.core.page import Page
from relook_lsp.report.grouping import count_severities, group_by_cause, group_by_file
from relook_lsp.review.pipeline import ReviewSettings, review_page
from tests.report.conftest import finding

TEXT = "p { color: #999; padding: 0 } q { color: #999 }"


def _found(part: str, key: str, **changes: object) -> Finding:
    return replace(finding(TEXT, part, key), node=1, **changes)  # type: ignore[arg-type]


def test_places_with_one_rule_and_one_cause_are_one_group_the_worst_first() -> None:
    mild, bad = _found("color: #999", "1", extent=0.2), _found("color: #999", "2", extent=0.9, message="worse")
    assert group_by_cause([mild, bad]) == [(bad, mild)]


def test_other_rules_declarations_and_files_stay_apart() -> None:
    one = _found("color: #999", "1")
    others = [
        _found("color: #999", "2", rule="text-too-small"),
        _found("padding: 0", "3"),
        replace(one, key="4", cause=one.cause._replace(path="b.css")),
    ]
    assert group_by_cause([one, *others]) == [(one,), *((other,) for other in others)]


def test_two_errors_of_one_line_stay_apart() -> None:
    one = replace(_found("p", "1"), node=None, rule="uncaught-exception", message="a is not defined")
    two = replace(one, key="2", message="b is not defined")
    assert group_by_cause([one, two, replace(one, key="3")]) == [(one, replace(one, key="3")), (two,)]


def test_counts_are_of_groups_and_of_their_worst() -> None:
    note = _found("color: #999", "1", severity=Severity.INFORMATION)
    groups = group_by_cause([note, replace(note, key="2", severity=Severity.ERROR), _found("padding: 0", "3")])
    assert count_severities(groups) == {"error": 1, "warning": 1}


def test_files_come_in_the_order_of_their_first_group() -> None:
    one, two = _found("color: #999", "1"), _found("padding: 0", "2")
    other = replace(one, cause=one.cause._replace(path="b.css"))
    groups = group_by_cause([one, other, two])
    assert group_by_file(groups) == [("a.css", [groups[0], groups[2]]), ("b.css", [groups[1]])]


@pytest.mark.browser
async def test_two_hundred_places_of_one_declaration_are_one_thing_to_read(driver: Driver, tmp_path: Path) -> None:
    rows = "<p>A line that is too pale.\n" * 200
    page = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>t</title>"
    (tmp_path / "a.html").write_text(f"{page}<style>p {{ color: #bbb }}</style>{rows}", "utf-8")
    result = await review_page(driver, Page(tmp_path, "a.html"), ReviewSettings(CapturePlan(sweep=(), timeout=90)))
    groups = group_by_cause([one for one in result.report.findings if one.rule == "low-contrast"])
    assert [len(group) for group in groups] == [200]
