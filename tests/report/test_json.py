from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Problem, Report
from relook_lsp.core.text import Position, Range
from relook_lsp.report import PageReview
from relook_lsp.report.json import render_json
from tests.report.conftest import finding, of_source, reviewed

PAGE = {
    "page", "score", "valid", "findings", "suppressed", "capture", "incomplete", "problems",
}  # fmt: skip
FINDING = {
    "rule", "severity", "message", "file", "range", "related", "selector", "xpath", "viewport", "widths", "moment",
    "measured", "required", "box", "seen", "source", "url", "picture",
}  # fmt: skip


def _page(*pages: PageReview, **options: Any) -> dict[str, Any]:
    body = json.loads(render_json(pages, **options))
    assert body["schema"] == 1
    assert re.fullmatch(r"\d+\.\d+\.\d+", body["relook"])
    return body["pages"][0]


def test_every_key_of_version_1(broken: PageReview) -> None:
    page = _page(broken)
    assert page.keys() >= PAGE
    assert 0 <= page["score"] <= 100
    for one in page["findings"]:
        assert one.keys() >= FINDING
        assert one["range"].keys() == {"start", "end"} and one["range"]["start"].keys() == {"line", "character"}
        assert one["box"].keys() == {"x", "y", "width", "height"}
        assert one["viewport"].keys() == {"width", "height"}
        assert all(seen.keys() == {"viewport", "moment"} for seen in one["seen"])
        assert all(related.keys() == {"message", "file", "range"} for related in one["related"])
        assert one["source"] in ("measured", "axe", "critic")
        assert (one["file"] is None) == (one["url"] is not None)


def test_range_points_at_the_source(broken: PageReview) -> None:
    (one,) = [f for f in _page(broken)["findings"] if f["rule"] == "page-scrolls-sideways"]
    assert broken.snapshot is not None
    (source,) = [s for s in broken.snapshot.sources.values() if s.path == one["file"] == "broken/style.css"]
    start, end = one["range"]["start"], one["range"]["end"]
    assert start["line"] == end["line"]
    assert source.text.split("\n")[start["line"]][start["character"] : end["character"]] == "min-width: 640px"


def test_same_page_gives_the_same_bytes(broken: PageReview) -> None:
    again = PageReview(replace(broken.report, milliseconds={"total": 5}), broken.snapshot)
    assert render_json([again]) == render_json([broken])
    assert render_json([again], timings=True) != render_json([broken], timings=True)
    timed = _page(broken, timings=True)
    assert timed["milliseconds"].keys() == {"total", "capture", "critics"}


async def test_second_review_gives_the_same_bytes(broken: PageReview, driver: Driver) -> None:
    again = await reviewed(driver, "broken/index.html")
    assert render_json([PageReview(again.report, None)]) == render_json([PageReview(broken.report, None)])


def test_range_of_a_finding_in_no_file_stands_in_its_url() -> None:
    text = "p { color: #999 }"
    one = _page(of_source(text, finding(text, "color: #999", path=None)))["findings"][0]
    assert one["file"] is None
    assert one["url"] == "http://page/a.css#L1,5-L1,16"


def test_characters_are_utf16_units() -> None:
    text = "/* 🚀 */ p { color: #999 }"
    page = of_source(text, finding(text, "color: #999"))
    assert page.report.findings[0].cause.range == Range(Position(0, 13), Position(0, 24))
    assert _page(page)["findings"][0]["range"]["start"] == {"line": 0, "character": 13}


def test_picture_is_named_where_there_is_one() -> None:
    text = "p { color: #999 }"
    page = of_source(text, finding(text, "color: #999", "7"))
    assert _page(page)["findings"][0]["picture"] is None
    files = {("p.html", "low-contrast", "7"): "pictures/one.png"}
    assert _page(page, pictures=files)["findings"][0]["picture"] == "pictures/one.png"


def test_page_that_could_not_be_reviewed_has_no_score() -> None:
    failed = Report("p.html", valid=False, problems=(Problem("timeout", "It took too long."),), reviewed=False)
    page = _page(PageReview(failed, None))
    assert page["score"] is None
    assert page["problems"] == [{"kind": "timeout", "message": "It took too long."}]
