"""The report for machines, version 1. The same input gives the same bytes, unless timings are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from relook_lsp import __version__
from relook_lsp.core.finding import Finding, Location, Report
from relook_lsp.core.text import Range
from relook_lsp.report import Notice, PageReview
from relook_lsp.report.sanitize import json_text

SCHEMA = 1


def render_json(
    pages: Sequence[PageReview],
    pictures: Mapping[tuple[str, str, str], str] | None = None,
    notices: Sequence[Notice] = (),
    *,
    timings: bool = False,
) -> str:
    """``pictures`` gives the file of a finding by (page, rule, key). ``timings`` adds ``milliseconds`` to every page."""
    body = {
        "schema": SCHEMA,
        "relook": __version__,
        "notices": [asdict(notice) for notice in notices],
        "pages": [page_object(one.report, pictures or {}, timings=timings) for one in pages],
    }
    return json_text(body)


def page_object(
    report: Report, pictures: Mapping[tuple[str, str, str], str], *, timings: bool = False
) -> dict[str, Any]:
    """One page. Lines and characters from 0, UTF-16, a BOM not counted."""
    spent = dict(report.milliseconds)
    times = {"milliseconds": {name: spent.get(name, 0) for name in ("total", "capture", "critics")}} if timings else {}
    return {
        "page": report.page,
        "score": report.score,
        "notJudged": None if report.not_judged is None else report.not_judged._asdict(),
        "valid": report.valid,
        **times,
        "findings": [finding_object(one, pictures.get((report.page, *one.identity))) for one in report.findings],
        "suppressed": [finding_object(one, pictures.get((report.page, *one.identity))) for one in report.suppressed],
        "capture": report.capture,
        "incomplete": [{"rule": i.rule, "reason": i.reason, "selector": i.selector} for i in report.incomplete],
        "critic": None if report.opinion is None else asdict(report.opinion),
        "problems": [{"kind": problem.kind, "message": problem.message} for problem in report.problems],
    }


def finding_object(one: Finding, picture: str | None = None) -> dict[str, Any]:
    x, y, width, height = one.box
    return {
        "rule": one.rule,
        "severity": one.severity.value,
        "message": one.message,
        "file": one.cause.path,
        "range": range_object(one.cause.range),
        "related": [
            {"message": r.message, "file": r.location.path, "range": range_object(r.location.range)}
            for r in one.related
        ],
        "selector": one.selector,
        "xpath": one.xpath,
        "viewport": {"width": one.viewport.width, "height": one.viewport.height},
        "widths": list(one.failing_widths) if one.failing_widths else None,
        "moment": one.moment,
        "measured": dict(one.measured),
        "required": dict(one.required),
        "box": {"x": x, "y": y, "width": width, "height": height},
        "seen": [
            {"viewport": {"width": s.viewport.width, "height": s.viewport.height}, "moment": s.moment}
            for s in one.sightings
        ],
        "source": one.source,
        "url": _url_with_range(one.cause),
        "picture": picture,
    }


def _url_with_range(place: Location) -> str | None:
    """URL with the range, where the finding is in no file of the workspace."""
    if place.path is not None or place.url is None:
        return None
    start, end = place.range
    return f"{place.url}#L{start.line + 1},{start.character + 1}-L{end.line + 1},{end.character + 1}"


def range_object(value: Range) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": value.start.line, "character": value.start.character},
        "end": {"line": value.end.line, "character": value.end.character},
    }
