from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

from relook_lsp.core.finding import Problem, Related, Report
from relook_lsp.critics.registry import RULES
from relook_lsp.report import PageReview
from relook_lsp.report.grouping import group_by_cause
from relook_lsp.report.sarif import describe_rule, render_sarif
from tests.report.conftest import finding, hostile, location, of_source

SCHEMA = json.loads((Path(__file__).parent / "schema" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
Draft4Validator.check_schema(SCHEMA)


def _run(*pages: PageReview) -> dict[str, Any]:
    log = json.loads(render_sarif(pages, [describe_rule(rule) for rule in RULES]))
    errors = [f"{list(error.path)}: {error.message}" for error in Draft4Validator(SCHEMA).iter_errors(log)]
    assert not errors, errors[:5]
    (run,) = log["runs"]
    return run


def test_sample_site_is_valid(broken: PageReview, clean: PageReview) -> None:
    run = _run(broken, clean)
    assert len(run["results"]) == len(group_by_cause(broken.report.findings)) + len(
        group_by_cause(broken.report.suppressed)
    )
    assert run["columnKind"] == "utf16CodeUnits"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
    assert all(rule["help"]["text"] and rule["fullDescription"]["text"] for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert any("relatedLocations" in result for result in run["results"])
    assert run["invocations"][0]["executionSuccessful"] is True


def test_region_counts_from_one_in_utf16() -> None:
    text = "/* 🚀 */\n/* 🚀 */ p { color: #999 }"
    (result,) = _run(of_source(text, finding(text, "color: #999")))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 25}
    assert place["artifactLocation"] == {"uri": "a.css", "uriBaseId": "%SRCROOT%"}


def test_path_is_a_uri_reference() -> None:
    text = "p { color: #999 }"
    (result,) = _run(of_source(text, finding(text, "color", path="my styles/ä:1.css")))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20styles/%C3%A4%3A1.css"


def test_paths_are_those_of_the_repository() -> None:
    """Also for a site in a sub-folder, and two sites with pages of one name are two alerts."""
    text = "p { color: #999 }"
    page = of_source(text, finding(text, "color"))
    run = _run(replace(page, folder="web/one/"), replace(page, folder="web/two/"))
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in run["results"]]
    assert [place["uri"] for place in places] == ["web/one/a.css", "web/two/a.css"]
    assert {place["uriBaseId"] for place in places} == set(run["originalUriBaseIds"]) == {"%SRCROOT%"}
    assert run["results"][0]["properties"]["page"] == "web/one/p.html"
    assert run["results"][0]["partialFingerprints"] != run["results"][1]["partialFingerprints"]


def test_a_finding_without_a_file_has_the_url_or_the_page() -> None:
    text = "p { color: #999 }"
    (elsewhere,) = _run(of_source(text, finding(text, "color", path=None), path=None))["results"]
    assert elsewhere["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "http://page/a.css"}


def test_silenced_findings_are_suppressed_in_source() -> None:
    text = "p { color: #999 }"
    page = of_source(text)
    page = PageReview(replace(page.report, suppressed=(finding(text, "color: #999"),)), page.snapshot)
    (result,) = _run(page)["results"]
    assert result["suppressions"] == [{"kind": "inSource"}]


def test_fingerprint_survives_a_moved_line() -> None:
    before, after = "p { color: #999 }", "/* new */\n\np { color: #999 }"
    one, two = (_run(of_source(text, finding(text, "color: #999")))["results"][0] for text in (before, after))
    assert one["partialFingerprints"] == two["partialFingerprints"]
    assert one["locations"] != two["locations"]


def test_text_of_a_page_is_no_link() -> None:
    text = "p { color: #999 }"
    page = of_source(text, replace(finding(text, "color"), message="Picture [here](https://x.example) is missing"))
    (result,) = _run(page)["results"]
    assert result["message"]["text"] == "Picture \\[here\\](https://x.example) is missing"


def test_places_with_one_cause_are_one_alert() -> None:
    text = "p { color: #999 } a b"
    one, two = (
        replace(finding(text, "color: #999", key), related=(Related("here", location(text, key)),), selector=key)
        for key in ("a", "b")
    )
    (result,) = _run(of_source(text, one, two))["results"]
    assert result["message"]["text"] == "about color: #999 (2 places)"
    assert [place["physicalLocation"]["region"]["startColumn"] for place in result["relatedLocations"]] == [19, 21]
    (other,) = _run(of_source(text, replace(one, extent=0.1), two))["results"]
    assert other["partialFingerprints"] == result["partialFingerprints"]


def test_page_that_could_not_be_reviewed_is_a_notification() -> None:
    failed = Report("p.html", valid=False, problems=(Problem("timeout", "It took too long."),), reviewed=False)
    run = _run(PageReview(failed, None))
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "It took too long." in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_hostile_text_stays_valid(data: Path) -> None:
    naughty: list[str] = json.loads((data / "hostile/blns.json").read_text("utf-8"))
    naughty = [one for one in naughty if one]
    assert len(_run(*hostile(naughty))["results"]) == 2 * len(naughty)
