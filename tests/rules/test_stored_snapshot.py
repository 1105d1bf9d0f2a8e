"""A stored snapshot that cannot stand for its page fails with one sentence that says what to do."""

from __future__ import annotations

import copy
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from relook_lsp.core.evidence import Evidence
from relook_lsp.core.snapshot import Layout, Snapshot
from tests.rules import case as cases
from tests.rules import stored_snapshot
from tests.rules.case import HERE, Case
from tests.rules.difference import first_difference
from tests.rules.stored_snapshot import StoredSnapshot, Unusable

SHOWS_A_DEFECT = Case(HERE / "low-contrast", "grey")
ASKS_FOR_FOCUS = Case(HERE / "no-visible-focus", "outline_none_on_focus")


@pytest.fixture
def copied(tmp_path: Path) -> Case:
    shutil.copytree(SHOWS_A_DEFECT.folder, tmp_path / SHOWS_A_DEFECT.rule)
    return Case(tmp_path / SHOWS_A_DEFECT.rule, SHOWS_A_DEFECT.name)


def _why(case: Case) -> str:
    with pytest.raises(Unusable) as raised:
        stored_snapshot.replayed(case)
    text = str(raised.value)
    assert text.startswith(f"{case}: ")
    assert text.endswith(f"; run 'make snapshots RULES={case.rule}'.")
    return text


def _rewrite(case: Case, stored: StoredSnapshot) -> None:
    stored_snapshot.write(case.folder, {case: stored})


def test_copy_is_usable_and_says_the_same(copied: Case) -> None:
    assert stored_snapshot.replayed(copied)[0] == stored_snapshot.replayed(SHOWS_A_DEFECT)[0]


def test_no_archive(copied: Case) -> None:
    (copied.folder / cases.ARCHIVE).unlink()
    assert "no stored snapshot" in _why(copied)


def test_case_without_a_snapshot_in_the_archive(copied: Case) -> None:
    other = Case(copied.folder, "faded")
    _rewrite(other, stored_snapshot.load(other))
    assert "no stored snapshot" in _why(copied)


def test_page_was_edited(copied: Case) -> None:
    page = copied.folder / f"{copied.name}.html"
    page.write_text(page.read_text("utf-8") + "<!-- later -->", "utf-8")
    assert "older than its page" in _why(copied)


def test_file_beside_the_page_was_edited(copied: Case) -> None:
    (copied.folder / "new.css").write_text("p { color: red }", "utf-8")
    assert "older than its page" in _why(copied)


def test_another_page_of_the_folder_was_edited(copied: Case) -> None:
    (copied.folder / "faded.html").write_text("<p>Other</p>", "utf-8")
    stored_snapshot.replayed(copied)


def test_fields_of_the_snapshot_changed(copied: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_snapshot, stored_snapshot.snapshot_format.__name__, lambda: "another")
    assert "another format" in _why(copied)


def test_plan_of_the_capture_changed(copied: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_snapshot, stored_snapshot.plan.__name__, lambda: "another")
    assert "another plan" in _why(copied)


def test_rules_ask_for_what_is_not_stored(tmp_path: Path) -> None:
    shutil.copytree(ASKS_FOR_FOCUS.folder, tmp_path / ASKS_FOR_FOCUS.rule)
    copied = Case(tmp_path / ASKS_FOR_FOCUS.rule, ASKS_FOR_FOCUS.name)
    stored = stored_snapshot.load(copied)
    evidence = replace(stored.snapshot.evidence, focus=Evidence().focus)
    _rewrite(copied, replace(stored, snapshot=replace(stored.snapshot, evidence=evidence)))
    assert "an answer that is now asked for" in _why(copied)


def test_locator_asks_for_what_is_not_stored(copied: Case) -> None:
    stored = stored_snapshot.load(copied)
    _rewrite(copied, replace(stored, snapshot=replace(stored.snapshot, evidence=Evidence())))
    assert "an answer that is now asked for (declarations of" in _why(copied)


def test_rules_read_a_computed_style_that_is_not_stored(copied: Case) -> None:
    stored = stored_snapshot.load(copied)
    views = tuple(
        replace(view, layout=Layout(view.layout.raw, view.layout.properties[:-1])) for view in stored.snapshot.views
    )
    _rewrite(copied, replace(stored, snapshot=replace(stored.snapshot, views=views)))
    assert "lacks computed styles" in _why(copied)


def test_writing_twice_gives_the_same_bytes(copied: Case) -> None:
    stored = stored_snapshot.load(copied)
    _rewrite(copied, stored)
    first = (copied.folder / cases.ARCHIVE).read_bytes()
    _rewrite(copied, stored_snapshot.load(copied))
    assert (copied.folder / cases.ARCHIVE).read_bytes() == first


def _changed(snapshot: Snapshot, part: str, column: str) -> Snapshot:
    """With another first value in one column of the last view's answer of the browser."""
    raw = copy.deepcopy(dict(snapshot.views[-1].layout.raw))
    values = raw["documents"][0][part][column]
    last = values[-1]
    values[-1] = [last[0] + 1, *last[1:]]
    last_view = replace(snapshot.views[-1], layout=Layout(raw, snapshot.views[-1].layout.properties))
    return replace(snapshot, views=(*snapshot.views[:-1], last_view))


@pytest.mark.parametrize(
    ("part", "column", "said"),
    [("layout", "bounds", "the box of"), ("layout", "styles", "display of"), ("textBoxes", "bounds", "a line of text")],
)
def test_difference_of_one_value_is_found(part: str, column: str, said: str) -> None:
    snapshot = stored_snapshot.load(SHOWS_A_DEFECT).snapshot
    assert first_difference(snapshot, snapshot) == ""
    assert said in first_difference(snapshot, _changed(snapshot, part, column))
