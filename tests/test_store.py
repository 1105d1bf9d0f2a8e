"""A kept run replays without a browser, and gives the report that was made then."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import PageNotFound, UsageError
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.report.json import page_object as as_json
from relook_lsp.review.pipeline import Review, ReviewSettings, failed_report, review_page
from relook_lsp.review.snapshot_store import load_review, load_reviews, save_review

DEMO = Path(__file__).parent.parent / "docs" / "demo"
SURROGATE = "<!doctype html><html lang=en><title>x</title><p style='color: #ccc'>\ud83d \u2028 \U0001f600 grey</p>"


def _comparable(result: Review) -> str:
    return json.dumps(as_json(result.report, {}))


def _plain(snapshot: Snapshot) -> Snapshot:
    """Layouts compare by identity; their raw form is compared apart."""
    return replace(snapshot, views=())


@pytest.mark.browser
@pytest.mark.parametrize("entry", ["broken/index.html", "clean/index.html"])
async def test_round_trip(entry: str, driver: Driver, tmp_path: Path) -> None:
    settings = ReviewSettings(options=CriticOptions("AAA", {"uneven-gaps": "off"}))
    result = await review_page(driver, Page(DEMO, entry), settings)
    assert result.snapshot is not None
    stored = load_review(save_review(result, settings.options, tmp_path))
    assert stored.snapshot is not None
    assert stored.options == settings.options
    assert _plain(stored.snapshot) == _plain(result.snapshot)
    for one, other in zip(stored.snapshot.views, result.snapshot.views, strict=True):
        assert replace(one, layout=other.layout) == other
        assert json.dumps(one.layout.raw) == json.dumps(other.layout.raw)
    again = stored.review()
    assert _comparable(again) == _comparable(result)
    assert again.report.passed == result.report.passed
    frames = {f.hash for v in result.snapshot.views for f in (v.frame, v.background) if f is not None}
    assert {path.stem for path in (tmp_path / "frames").iterdir()} == frames


@pytest.mark.browser
async def test_same_bytes_twice_and_other_options_on_replay(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(SURROGATE.encode("utf-8", "surrogatepass"))
    result = await review_page(driver, Page(tmp_path, "a.html"), ReviewSettings())
    one, other = (save_review(result, CriticOptions(), tmp_path / name) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    stored = load_review(one)
    assert any(f.rule == "low-contrast" for f in stored.review().report.findings)
    off = stored.review(CriticOptions(severities={"low-contrast": "off"}))
    assert not any(f.rule == "low-contrast" for f in off.report.findings)


def test_a_page_that_could_not_be_looked_at_is_kept_too(tmp_path: Path) -> None:
    for order, entry in enumerate(("z.html", "../a.html")):
        save_review(
            Review(failed_report(Page(tmp_path, entry), PageNotFound("gone")), None), CriticOptions(), tmp_path, order
        )
    found = [stored.review().report for stored in load_reviews(tmp_path)]
    assert [(r.page, r.reviewed, r.problems[0].message) for r in found] == [
        ("z.html", False, "gone"),
        ("../a.html", False, "gone"),
    ]
    assert all(path.parent == tmp_path for path in tmp_path.glob("**/*.gz"))


def _kept(tmp_path: Path, change: dict[str, object]) -> Path:
    path = save_review(
        Review(failed_report(Page(tmp_path, "a.html"), PageNotFound("gone")), None), CriticOptions(), tmp_path
    )
    path.write_bytes(gzip.compress(json.dumps({**json.loads(gzip.decompress(path.read_bytes())), **change}).encode()))
    return path


def test_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is of version 99, not \d+; capture the page again"):
        load_review(_kept(tmp_path, {"schema": 99}))


@pytest.mark.parametrize("change", [{"options": 3}, {"snapshot": {}}, {"problems": [[1, 2, 3]]}], ids=str)
def test_a_damaged_file_is_named(change: dict[str, object], tmp_path: Path) -> None:
    path = _kept(tmp_path, change)
    with pytest.raises(UsageError, match="is not a stored snapshot"):
        load_review(path)


def test_bytes_that_are_no_snapshot_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.relook.json.gz"
    for data in (b"", b"not gzip", gzip.compress(b"[1")):
        path.write_bytes(data)
        with pytest.raises(UsageError, match="is not a stored snapshot"):
            load_review(path)


@pytest.mark.browser
async def test_a_picture_outside_the_folder_is_not_read(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<!doctype html><title>x</title><p>text")
    result = await review_page(driver, Page(tmp_path, "a.html"), ReviewSettings())
    path = save_review(result, CriticOptions(), tmp_path / "kept")
    text = gzip.decompress(path.read_bytes()).decode()
    name = next((tmp_path / "kept" / "frames").iterdir()).stem
    (tmp_path / "secret.png").write_bytes(b"secret")
    path.write_bytes(gzip.compress(text.replace(name, "../../secret").encode()))
    with pytest.raises(UsageError, match="is not a stored snapshot"):
        load_review(path)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no snapshot in"):
        load_reviews(tmp_path)
