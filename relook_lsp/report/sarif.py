"""SARIF 2.1.0 (OASIS), for code scanning. Lines and columns from 1, columns in UTF-16 units."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from relook_lsp import __version__
from relook_lsp.core.finding import Location, Severity
from relook_lsp.core.page import is_url
from relook_lsp.report import Notice, PageReview
from relook_lsp.report.grouping import Group, group_by_cause
from relook_lsp.report.sanitize import json_text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
"""Name of the folder that all paths are relative to, the repository's root. GitHub and CodeQL use the same name."""

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}


@dataclass(frozen=True)
class RuleDescription:
    """What SARIF says of a rule."""

    id: str
    severity: Severity
    title: str
    why: str
    fix: str


class _DescribedRule(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def title(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def fix(self) -> str: ...


def describe_rule(rule: _DescribedRule) -> RuleDescription:
    return RuleDescription(rule.id, rule.severity, rule.title, rule.why, rule.fix)


def render_sarif(pages: Sequence[PageReview], rules: Sequence[RuleDescription], notices: Sequence[Notice] = ()) -> str:
    """One run over all pages."""
    order = {rule.id: index for index, rule in enumerate(rules)}
    results = [
        _result_object(group, order, page, silenced)
        for page in pages
        for silenced, findings in ((False, page.report.findings), (True, page.report.suppressed))
        for group in group_by_cause(findings)
    ]
    problems = [
        {
            "level": "error",
            "message": _message_object(f"{_page(page)}: {problem.message}"),
            "descriptor": {"id": problem.kind},
        }
        for page in pages
        for problem in page.report.problems
    ]
    problems += [
        {
            "level": "warning",
            "message": _message_object(f"{page.report.page}: not judged: {page.report.not_judged.message}"),
            "descriptor": {"id": "not-judged"},
        }
        for page in pages
        if page.report.not_judged is not None
    ]
    run = {
        "tool": {
            "driver": {
                "name": "ReLook",
                "semanticVersion": __version__,
                "rules": [_rule_object(rule) for rule in rules],
            }
        },
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {BASE: {"description": {"text": "The root of the repository."}}},
        "invocations": [
            {
                "executionSuccessful": all(page.report.reviewed and not page.report.faulty for page in pages),
                "toolExecutionNotifications": [
                    *(
                        {"level": "note", "message": _message_object(n.message), "descriptor": {"id": n.kind}}
                        for n in notices
                    ),
                    *problems,
                ],
            }
        ],
        "results": results,
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _message_object(text: str) -> dict[str, str]:
    """A message that holds text of the page: square brackets would begin a link (SARIF 2.1.0, 3.11.6)."""
    return {"text": text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")}


def _rule_object(rule: RuleDescription) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
    }


def _page(page: PageReview) -> str:
    """The page's path in the repository, or its URL."""
    return page.report.page if is_url(page.report.page) else page.folder + page.report.page


def _result_object(group: Group, order: dict[str, int], page: PageReview, silenced: bool) -> dict[str, Any]:
    """Findings with one rule and one cause are one alert, with a link to every place."""
    finding = group[0]
    # Which place is the worst may change with its numbers, the alert must not.
    selector = min(one.selector for one in group)
    identity = hashlib.sha256(
        f"{_page(page)}\0{finding.rule}\0{selector}\0{finding.cause.path}".encode("utf-8", "replace")
    ).hexdigest()
    places = f" ({len(group)} places)" if len(group) > 1 else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVEL[finding.severity],
        "message": _message_object(f"{finding.message}{places}"),
        "locations": [_location_object(finding.cause, page)],
        "partialFingerprints": {"relook/v1": identity[:32]},
        "properties": {
            "page": _page(page),
            "viewport": str(finding.viewport),
            "moment": finding.moment,
            "selector": finding.selector,
            "measured": dict(finding.measured),
            "required": dict(finding.required),
        },
    }
    if finding.rule in order:
        result["ruleIndex"] = order[finding.rule]
    linked = dict.fromkeys(related for one in group for related in one.related)
    if linked:
        result["relatedLocations"] = [
            {"id": index, "message": _message_object(related.message), **_location_object(related.location, page)}
            for index, related in enumerate(linked)
        ]
    if silenced:
        result["suppressions"] = [{"kind": "inSource"}]
    return result


def _location_object(place: Location, page: PageReview) -> dict[str, Any]:
    start, end = place.range
    if place.path is None and (place.url or is_url(page.report.page)):
        artifact = {"uri": place.url or page.report.page}
    else:
        artifact = {"uri": quote(page.folder + (place.path or page.report.page), errors="replace"), "uriBaseId": BASE}
    return {
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": {
                "startLine": start.line + 1,
                "startColumn": start.character + 1,
                "endLine": end.line + 1,
                "endColumn": end.character + 1,
            },
        }
    }
