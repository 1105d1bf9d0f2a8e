"""Intervals, similarity of pictures, and the tables of the refine benchmark."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from model_server.evaluation import cost_curves, provisional_bench, rounds
from model_server.evaluation.intervals import bootstrap_interval, format_share, sign_test, wilson_interval
from model_server.evaluation.ocr_judge import unread_share
from model_server.evaluation.page_similarity import has_same_structure, pixel_similarity
from model_server.evaluation.refine_rows import FULL, UNFORCED, CaseRow, RowCache, format_tables
from relook_lsp.browser.driver import Driver
from relook_lsp.core.finding import Finding, Location, Report, Severity
from relook_lsp.core.geometry import Rect
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Frame, Layout, Snapshot, View, Viewport
from relook_lsp.core.text import Position, Range, Span
from relook_lsp.refine.trajectory import PageState
from relook_lsp.review.pipeline import ReviewSettings, review_page


def test_wilson_against_published_values() -> None:
    """Newcombe 1998, table I: 81 of 263 and 15 of 148 give 0.2553-0.3662 and 0.0624-0.1605, 0 of 20 gives 0-0.1611."""
    for hits, total, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)):
        assert wilson_interval(hits, total) == pytest.approx((low, high), abs=1e-4)
    assert wilson_interval(0, 0) == (0, 1)


def test_an_interval_of_a_mean_holds_it_and_narrows() -> None:
    few, many = bootstrap_interval([0.0, 1.0] * 5), bootstrap_interval([0.0, 1.0] * 50)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    assert many == pytest.approx((0.4, 0.6), abs=0.03)  # 1.96 standard errors of 0.05


def test_the_sign_test_against_the_binomial_distribution() -> None:
    assert sign_test(16, 5) == pytest.approx(0.0266, abs=1e-4)
    assert sign_test(3, 3) == 1 and sign_test(0, 0) == 1


def test_rounds_are_told_as_shares_of_the_first_cost() -> None:
    seconds = [float(at) for at in range(1, 12)]
    forced = cost_curves.CostCurve([2.0, 1.5] + [1.0] * 9, seconds)
    free = [
        cost_curves.CostCurve([2.0] + [1.0] * 10, [1.0] * 11),
        cost_curves.CostCurve([1.0] * 10 + [1.5], [1.0] * 11),
    ]
    line = cost_curves.format_table({"free": free}).splitlines()[-1]
    assert line == "| free | 1.00 | 0.75 | 0.75 | 0.75 | 0.75 | 0.75 | 1.00 | 0.50-1.50 | 0.75 | 1 of 2 |"
    line = cost_curves.compare_gains({"free": free, "forced": [forced]}).splitlines()[-1]
    assert line == "| free | 100%, 2.0x | 50%, 3.0x | 50%, 4.0x | 50%, 6.0x | 50%, 8.0x | 0%, 11.0x |"
    assert format_share(9, 10) == "90 % (60-98, n = 10)"


def test_what_is_told_early_is_compared_with_the_review() -> None:
    def report(*keys: str, message: str = "m") -> Report:
        at = Location("a.css", "http://x/a.css", Range(Position(0, 0), Position(0, 1)), Span(0, 1))
        size = Viewport(10, 10)
        found = (Finding("r", Severity.ERROR, message, at, key, size, 0, "v", Rect(0, 0, 1, 1), None) for key in keys)
        return Report("a.html", True, tuple(found))

    found = provisional_bench.Agreement()
    found.add({("r", "1"), ("r", "2")}, report("2", "3", "4"), report("3", "5"))
    found.add(set(), report("1", message="other"), report("1"))
    lines = found.table().splitlines()
    assert "| made | 67 % (21-94, n = 3) | 67 % (21-94, n = 3) |" in lines
    assert "| mended | 100 % (21-100, n = 1) | 50 % (9-91, n = 2) |" in lines
    assert "Of those made 2 stand at the same place in both, 1 have the same words." in lines


def seen(picture: Image.Image) -> Snapshot:
    data = io.BytesIO()
    picture.save(data, "PNG")
    empty = {"nodes": {}, "layout": {"styles": []}, "textBoxes": {}, "contentWidth": 1, "contentHeight": 1}
    empty["nodes"] = {"attributes": [], "nodeValue": [], "parentIndex": [], "nodeType": [], "backendNodeId": []}
    layout = Layout({"documents": [empty], "strings": []}, ())
    view = View(Viewport(10, 10), 0, "configured", layout, Frame(data.getvalue()))
    return Snapshot("a.html", "http://x/", "exact", (view,), (), (), {})


def test_similarity_counts_pixels_and_what_sticks_out() -> None:
    white = Image.new("RGB", (10, 10), "white")
    other = white.copy()
    other.paste((0, 0, 0), (0, 0, 5, 10))
    assert pixel_similarity(seen(white), seen(white)) == 1
    assert pixel_similarity(seen(white), seen(other)) == 0.5
    assert pixel_similarity(seen(white), seen(Image.new("RGB", (10, 20), "white"))) == 0.5


def test_what_was_kept_comes_back_and_makes_tables(tmp_path: Path) -> None:
    cache = RowCache(tmp_path, "development")
    fixed = CaseRow("a", "0", FULL, ("faded",), True, fixed=True, better=True, similarity=0.9, edit=7, seconds=2, accepted=1, renders=1, screens=2)  # fmt: skip
    left = CaseRow("a", "1", FULL, ("faded",), True, left=("low-contrast",))
    unseen = CaseRow("a", "2", FULL, ("wide",), False)
    for row in (fixed, left, unseen, CaseRow("a", "", "", (), True), CaseRow("a", "0", UNFORCED, ("faded",), True)):
        cache.keep(row)
    again = RowCache(tmp_path, "development")
    assert again.get("a", "0", FULL) == fixed and again.get("a", "", "") is not None
    assert len(again.rows) == 4
    text = "\n".join(format_tables(again.rows))
    assert "| refine, one defect | 50 % (9-91, n = 2) | 50 % (9-91, n = 2) | 0 | 0 | 0 |" in text
    assert "| faded | 50 % (9-91, n = 2) |" in text and "wide" not in text
    assert "A fix: 2.00 s" in text and "1 clean renders, 2 trials" in text


PAGE = "<!doctype html><html><head><title>A</title></head><body><p class=a>One</p><p>Two</p></body></html>"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("<title>", '<meta name="viewport" content="width=device-width"><title>', True),
        ("<p>Two", '<p style="color: red">Two', True),
        ("<p>Two</p>", "", False),
        ("<p class=a>", "<p class=b>", False),
        ("<p>Two</p>", "<div><p>Two</p></div>", False),
    ],
)
async def test_structure_is_the_tree_of_the_body(
    old: str, new: str, same: bool, driver: Driver, tmp_path: Path
) -> None:
    seen: list[Snapshot] = []
    for text in (PAGE, PAGE.replace(old, new)):
        (tmp_path / "a.html").write_text(text, "utf-8")
        snapshot = (await review_page(driver, Page(tmp_path, "a.html"), ReviewSettings())).snapshot
        assert snapshot is not None
        seen.append(snapshot)
    assert has_same_structure(seen[0], seen[1]) is same


@pytest.mark.browser
async def test_a_critic_without_pictures_sees_boxes_and_no_colours(driver: Driver, tmp_path: Path) -> None:
    async def cost(style: str) -> float:
        text = PAGE.replace(
            "<title>", f"<meta name=viewport content='width=device-width'><style>{style}</style><title>"
        )
        page = Page(tmp_path, "a.html").with_texts({"a.html": text})
        return rounds.geometry_cost(PageState(page, await review_page(driver, page, rounds.SCREENING)))

    (tmp_path / "a.html").write_text(PAGE, "utf-8")
    clean = await cost("p { color: #000 }")
    assert await cost("p { color: #ccc }") == clean
    assert await cost("p { width: 3000px; background: #eee }") > clean


@pytest.mark.browser
async def test_who_reads_misses_what_is_not_there_to_be_read(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE.replace("One", "Apples and pears").replace("Two", "from the valley"), "utf-8")
    snapshot = (await review_page(driver, Page(tmp_path, "a.html"), rounds.SCREENING)).snapshot
    assert snapshot is not None
    assert unread_share(snapshot, lambda _picture: ["APPLES, and", "pears from the", "valley"]) == 0
    assert unread_share(snapshot, lambda _picture: ["apples and pears"]) == pytest.approx(0.5)
    assert unread_share(snapshot, lambda _picture: []) == 1


def test_what_rounds_measured_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "rounds.jsonl"
    walk = {"page": "a.html", "way": "forced", "costs": [1.0, 0.5, *[0.25] * 9], "seconds": [1.0] * 11}
    kept.write_text(f"{json.dumps(walk)}\n", "utf-8")
    assert rounds.main(["--table", "--out", str(kept)]) == 0
    assert "| forced | 1.00 | 0.50 | 0.25 |" in capsys.readouterr().out
