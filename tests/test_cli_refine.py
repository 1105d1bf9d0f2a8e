"""The contract of ``relook refine``: exit codes, the JSON's keys, what is written and what is not."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.cli import main

pytestmark = pytest.mark.browser

FAINT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kiosk</title>
<link rel="stylesheet" href="a.css">
<h1>Kiosk — cafés</h1>
<p class="pale">Open from six to ten</p>
</html>
"""
CSS = "p { margin: 8px }\n.pale { color: #bbbbbb }\n"
BROKEN = FAINT.replace("</html>", "<script>throw new Error('no')</script>\n</html>")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "relook.toml").write_text('viewports = ["375x812", "1280x800"]\nmoments = [0]\nsweep = [320, 1400]\n')
    (tmp_path / "a.css").write_text(CSS, "utf-8")
    (tmp_path / "a.html").write_text(FAINT, "utf-8")
    return tmp_path


def refined(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = main(["refine", *words, "--policy", "solved", "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_nothing_is_written_unless_asked(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["refine", str(site / "a.html"), "--policy", "solved"]) == 0
    out = capsys.readouterr().out
    assert "--- a/a.css" in out and "+.pale { color:" in out and "-.pale { color: #bbbbbb }" in out
    assert (site / "a.css").read_text() == CSS


def test_json_has_exactly_the_keys_of_version_1(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "a.html").write_text(BROKEN, "utf-8")
    code, body = refined(str(site / "a.html"), capsys=capsys)
    assert code == 1
    assert set(body) == {"schema", "notices", "pages"} and body["schema"] == 1
    (page,) = body["pages"]
    assert set(page) == {"page", "before", "after", "fixed", "remaining", "trajectory"}
    assert set(page["before"]) == set(page["after"]) == {"score", "findings"}
    assert page["after"]["score"] > page["before"]["score"]
    assert page["after"]["findings"] == page["before"]["findings"] - 1 == len(page["remaining"])
    assert [one["rule"] for one in page["fixed"]] == ["low-contrast"]
    assert "uncaught-exception" in [one["rule"] for one in page["remaining"]]
    for attempt in page["trajectory"]:
        assert set(attempt) == {
            "round", "attempt", "proposer", "accepted", "reason", "score", "patch", "renders"
        }  # fmt: skip
        assert isinstance(attempt["accepted"], bool)
        for edit in attempt["patch"]:
            assert set(edit) == {"file", "range", "newText"}
            assert set(edit["range"]) == {"start", "end"}
    accepted = [attempt for attempt in page["trajectory"] if attempt["accepted"]]
    assert accepted and accepted[-1]["patch"][0]["file"] == "a.css"


@pytest.mark.parametrize(
    ("encoding", "bom", "newline"),
    [("utf-8", codecs.BOM_UTF8, "\r\n"), ("utf-16-le", codecs.BOM_UTF16_LE, "\n"), ("utf-8", b"", "\r\n")],
)
def test_encoding_mark_and_line_ends_stay(
    encoding: str, bom: bytes, newline: str, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CSS.replace("p {", "/* cafés */ p {").replace("\n", newline)
    (site / "a.css").write_bytes(bom + text.encode(encoding))
    code, body = refined(str(site / "a.html"), "--write", capsys=capsys)
    assert code == 0, body
    data = (site / "a.css").read_bytes()
    assert data.startswith(bom)
    after = data[len(bom) :].decode(encoding)
    old, new = text.splitlines(keepends=True), after.splitlines(keepends=True)
    assert [line.endswith(newline) for line in new] == [True, True]
    assert old[0] == new[0] and old[1] != new[1]
    assert [path.name for path in site.iterdir() if path.name.startswith(".")] == []


def test_two_pages_that_share_a_sheet_are_written_one_after_the_other(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / "a.css").write_text(CSS + ".other { color: #c0c0c0 }\n", "utf-8")
    (site / "b.html").write_text(FAINT.replace("pale", "other"), "utf-8")
    code, body = refined(str(site / "a.html"), str(site / "b.html"), "--write", "--jobs", "2", capsys=capsys)
    assert code == 0, body
    written = (site / "a.css").read_text("utf-8")
    assert "#bbbbbb" not in written and "#c0c0c0" not in written and written.count("color:") == 2


def test_a_page_that_shares_the_sheet_is_protected(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dark = FAINT.replace("<h1>", '<body style="background: #222; color: #ddd"><h1>')
    (site / "dark.html").write_text(dark, "utf-8")
    _, body = refined(str(site / "a.html"), capsys=capsys)
    (page,) = body["pages"]
    refusals = [a for a in page["trajectory"] if a["reason"].startswith("worse on another page: dark.html")]
    assert refusals
    assert all(edit["file"] != "a.css" for a in page["trajectory"] if a["accepted"] for edit in a["patch"])


def test_the_slider_page(site: Path, tmp_path: Path) -> None:
    output = tmp_path / "report" / "after.html"
    assert main(["refine", str(site / "a.html"), "--policy", "solved", "--output", str(output)]) == 0
    text = output.read_text("utf-8")
    assert text.count('class="slider"') == 2 and 'type="range"' in text and "100" in text


@pytest.mark.parametrize(
    "words",
    [
        ["--policy", "solved,magic"],
        ["--rounds", "0"],
        ["--attempts", "many"],
        ["--budget", "-1"],
        ["--rule", "no-such-rule"],
    ],
)
def test_wrong_usage(words: list[str], site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["refine", str(site / "a.html"), *words]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and words[0] in said


def test_a_page_that_is_missing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, body = refined(str(site / "a.html"), str(site / "no.html"), capsys=capsys)
    assert code == 3
    assert [page["before"]["score"] is None for page in body["pages"]] == [False, True]


def test_only_the_rule_that_was_asked_for(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, body = refined(str(site / "a.html"), "--rule", "text-too-small", capsys=capsys)
    assert code == 0 and body["pages"][0]["trajectory"] == []


def test_a_page_that_may_not_be_edited_is_said_once_and_nothing_is_tried(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / "a.xhtml").write_text(
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>t</title>'
        '<meta name="viewport" content="width=device-width"/><style>p { color: #bbb }</style></head>'
        "<body><h1>Kiosk</h1><p>Open from six to ten</p></body></html>",
        "utf-8",
    )
    code = main(["refine", str(site / "a.xhtml"), "--policy", "solved", "--format", "json"])
    output = capsys.readouterr()
    data = json.loads(output.out)
    assert code == 1
    assert [one["kind"] for one in data["notices"]] == ["not-editable"]
    assert output.err.count("a.xhtml itself is not edited") == 1
    assert data["pages"][0]["trajectory"] == []
