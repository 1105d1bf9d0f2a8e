"""The command line: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from relook_lsp.cli import COMMANDS, main
from relook_lsp.cli import review as review_command
from relook_lsp.critics.registry import RULES
from relook_lsp.review.pipeline import review_page

SITE = {
    "index.html": (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>a</title>'
        '<link rel="stylesheet" href="a.css"><h1>Harbour</h1><p class="pale">Some text</p>'
    ),
    "a.css": "\ufeffh1 { color: #111 }\n.pale { color: #bbb }\n",
    "sub/fine.html": (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>b</title><p>Fine</p>'
    ),
    "sub/sly.html": (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>c</title>'
        '<p id="\x1b]0;owned\x07\x1b[31m\u202e" style="color: #bbb">\x1b[2J text</p>'
        "<script>throw new Error('\x1b[31mred\x07')</script>"
    ),
}

PAGE_KEYS = {
    "page", "score", "valid", "findings", "suppressed", "capture", "incomplete", "problems",
}  # fmt: skip
FINDING_KEYS = {
    "rule", "severity", "message", "file", "range", "related", "selector", "xpath", "viewport", "widths", "moment",
    "measured", "required", "box", "seen", "source", "url", "picture",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    for name, text in SITE.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


class Kept:
    """One run with a browser; most tests replay it."""

    def __init__(self, site: Path, folder: Path) -> None:
        self.site = site
        self.snapshots = folder / "snapshots"
        self.pictures = folder / "pictures"
        self.json = folder / "report.json"
        self.words = [
            "review", str(site), str(site / "nowhere.html"), "--output", str(self.json), "--pictures",
            str(self.pictures), "--save-snapshots", str(self.snapshots), "--jobs", "2",
        ]  # fmt: skip
        self.code = main(self.words)

    def replay(self, *words: str) -> int:
        return main(["review", "--from-snapshots", str(self.snapshots), *words])


@pytest.fixture(scope="module")
def kept(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(site, tmp_path_factory.mktemp("kept"))


@pytest.mark.browser
def test_json_says_what_it_promises(kept: Kept) -> None:
    body = json.loads(kept.json.read_text("utf-8"))
    assert set(body) == {"schema", "relook", "notices", "pages"}
    assert body["schema"] == 1
    assert [page["page"] for page in body["pages"]][:3] == ["index.html", "sub/fine.html", "sub/sly.html"]
    assert all(set(page) >= PAGE_KEYS for page in body["pages"])
    assert all(set(finding) == FINDING_KEYS for page in body["pages"] for finding in page["findings"])
    pale = next(f for f in body["pages"][0]["findings"] if f["rule"] == "low-contrast")
    assert (pale["file"], pale["source"], pale["url"]) == ("a.css", "measured", None)
    # The byte order mark is not a character of the first line, and lines count from 0.
    assert pale["range"] == {"start": {"line": 1, "character": 8}, "end": {"line": 1, "character": 19}}
    assert pale["seen"]
    assert pale["measured"]["ratio"] < pale["required"]["ratio"]
    assert Path(pale["picture"]).read_bytes().startswith(b"\x89PNG")
    assert body["pages"][1]["findings"] == []
    assert body["pages"][1]["score"] == 100


@pytest.mark.browser
def test_a_page_that_is_missing_does_not_stop_the_rest(kept: Kept) -> None:
    missing = json.loads(kept.json.read_text("utf-8"))["pages"][-1]
    assert kept.code == 3
    assert missing["score"] is None
    assert [problem["kind"] for problem in missing["problems"]] == ["page-not-found"]


@pytest.mark.browser
def test_replay_is_the_same_report(kept: Kept, tmp_path: Path) -> None:
    out = tmp_path / "again.json"
    assert kept.replay("--pictures", str(kept.pictures), "--output", str(out)) == 3
    assert out.read_bytes() == kept.json.read_bytes()


@pytest.mark.browser
def test_json_of_two_runs_has_the_same_bytes(kept: Kept, tmp_path: Path) -> None:
    out = tmp_path / "again.json"
    words = [str(out) if word == str(kept.json) else word for word in kept.words]
    assert main([word if word != "2" else "1" for word in words]) == kept.code
    assert out.read_bytes() == kept.json.read_bytes()


@pytest.mark.browser
def test_timings_are_in_the_json_only_where_they_are_wanted(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert "milliseconds" not in kept.json.read_text("utf-8")
    assert main(["review", str(kept.site / "sub" / "fine.html"), "--format", "json", "--timings"]) == 0
    (page,) = json.loads(capsys.readouterr().out)["pages"]
    assert page["milliseconds"]["total"] > 0


@pytest.mark.browser
def test_formats(kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sarif, html = tmp_path / "deep" / "report.sarif", tmp_path / "report.html"
    kept.replay("--output", str(sarif))
    assert json.loads(sarif.read_text("utf-8"))["version"] == "2.1.0"
    kept.replay("--output", str(html))
    assert html.read_text("utf-8").startswith("<!doctype html>")
    kept.replay("--format", "json", "--output", str(html))
    assert json.loads(html.read_text("utf-8"))["schema"] == 1
    capsys.readouterr()
    kept.replay("--format", "json")
    assert json.loads(capsys.readouterr().out)["schema"] == 1


@pytest.mark.browser
def test_page_text_has_no_power_over_the_terminal(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    kept.replay()
    out = capsys.readouterr().out
    assert "sub/sly.html" in out
    assert "red" in out
    assert not [c for c in out if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c == "\u202e"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--rule", "low-contrast"], 0),
        (["--rule", "low-contrast", "--fail-on", "warning"], 1),
        (["--rule", "low-contrast", "--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "never"], 0),
        (["--rule", "page-scrolls-sideways", "--fail-on", "warning"], 0),
    ],
)
def test_exit_codes(words: list[str], code: int, kept: Kept, tmp_path: Path) -> None:
    only_there = tmp_path / "there"
    only_there.mkdir()
    for path in kept.snapshots.glob("[is]*.gz"):
        (only_there / path.name).write_bytes(path.read_bytes())
    (only_there / "frames").symlink_to(kept.snapshots / "frames")
    assert main(["review", "--from-snapshots", str(only_there), "--format", "json", *words]) == code


@pytest.mark.browser
def test_quiet_says_nothing_of_a_clean_page(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(site / "sub" / "fine.html"), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.browser
def test_settings_of_a_config_file_hold(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text('[rules]\nlow-contrast = "error"\n')
    words = [str(site / "index.html"), "--config", str(tmp_path / "mine.toml"), "--viewport", "900x600"]
    assert main(["review", *words, "--format", "json"]) == 1
    page = json.loads(capsys.readouterr().out)["pages"][0]
    found = next(f for f in page["findings"] if f["rule"] == "low-contrast")
    assert (found["severity"], found["viewport"]) == ("error", {"width": 900, "height": 600})


@pytest.mark.browser
def test_a_mistake_of_ours_costs_one_page(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def faulty(driver: Any, page: Any, settings: Any) -> Any:
        if page.entry == "index.html":
            raise ZeroDivisionError("oops")
        return await review_page(driver, page, settings)

    monkeypatch.setattr(review_command, "review_page", faulty)
    words = [str(site / "index.html"), str(site / "sub" / "fine.html"), "--format", "json"]
    assert main(["review", *words]) == 3
    first, second = json.loads(capsys.readouterr().out)["pages"]
    assert first["problems"] == [{"kind": "internal", "message": "ReLook itself failed (ZeroDivisionError: oops)."}]
    assert second["score"] == 100


WRONG: dict[str, tuple[list[str], str]] = {
    "no page": (["review", "nowhere.html"], "at nowhere.html"),
    "no match": (["review", "*.nothing"], "at *.nothing"),
    "empty folder": (["review", "inner"], "there is no page (.html, .htm, .xhtml) below inner"),
    "no URL": (["review", "http://"], "'http://' is no URL of a page"),
    "no port": (["review", "http://localhost:port/"], "is no URL of a page"),
    "no http": (["review", "file:///etc/passwd"], "there is no page"),
    "output": (["review", "a.html", "--output", "a.html/x.json"], "cannot be written"),
    "output that is a folder": (["review", "a.html", "--output", "inner"], "inner cannot be written (Is a directory)"),
    "pictures": (["review", "a.html", "--pictures", "a.html"], "a.html cannot be written"),
    "snapshots": (["review", "a.html", "--save-snapshots", "a.html/x"], "cannot be written"),
    "settings folder": (["review", "a.html", "--config", "inner"], "inner could not be read: Is a directory."),
    "group": (["rules", "--group", "nope"], "there is no group 'nope'; there are "),
    "escapes": (["review", "\x1b[31mred\x07.html"], "at  [31mred .html"),
    "no paths": (["review"], "name at least one page, folder or URL"),
    "rule": (["review", ".", "--rule", "nope"], "argument --rule: there is no rule 'nope'; 'relook rules' lists them"),
    "rule on replay": (["review", "--from-snapshots", ".", "--rule", "nope"], "there is no rule 'nope'"),
    "rule nearly": (["review", ".", "--rule", "low_contrast"], "did you mean 'low-contrast'?"),
    "viewport of one number": (["review", "a.html", "--viewport", "10"], "argument --viewport: '10' is no size; write WIDTHxHEIGHT"),
    "viewport of words": (["review", "a.html", "--viewport", "wide"], "as in 375x812"),
    "viewport too small": (["review", "a.html", "--viewport", "10x10"], "argument --viewport: '10x10'"),
    "viewport too large": (["review", "a.html", "--viewport", "375x812000"], "argument --viewport: '375x812000'"),
    "no time": (["review", "a.html", "--timeout", "0"], "argument --timeout: '0' is no time; write seconds, above 0"),
    "too much time": (["review", "a.html", "--timeout", "9999"], "at most 600"),
    "time of words": (["review", "a.html", "--timeout", "soon"], "argument --timeout: 'soon'"),
    "time that is no number": (["review", "a.html", "--timeout", "nan"], "argument --timeout: 'nan'"),
    "jobs": (["review", "a.html", "--jobs", "-1"], "argument --jobs: '-1' does not count; write a whole number from 0 to 64"),
    "jobs of words": (["refine", "a.html", "--jobs", "two"], "argument --jobs: 'two'"),
    "host": (["review", "a.html", "--allow-host", "http://x/"], "argument --allow-host: 'http://x/' is no host; write its name alone"),
    "critic": (["review", "a.html", "--critic", "gpt"], "argument --critic: 'gpt' is no server; write its URL"),
    "format": (["review", "--format", "xml", "a.html"], "argument --format: invalid choice: 'xml' (choose from"),
    "fail on": (["review", "--fail-on", "x", "a.html"], "argument --fail-on: invalid choice: 'x' (choose from"),
    "unknown option": (["doctor", "--nope"], "unrecognized arguments: --nope; see 'relook --help'"),
    "too many words": (["install-browser", "now"], "unrecognized arguments: now"),
    "value left out": (["review", "a.html", "--output"], "argument --output: expected one argument; see 'relook review --help'"),
    "no command": ([], "the following arguments are required: COMMAND; see 'relook --help'"),
    "unknown command": (["revew"], "argument COMMAND: invalid choice: 'revew' (choose from"),
    "no rule": (["explain"], "the following arguments are required: RULE; see 'relook explain --help'"),
    "settings file": (["review", "a.html", "--config", "none.toml"], "none.toml could not be read"),
    "root": (["review", "a.html", "--root", "none"], "the root none is not a folder"),
    "outside": (["review", "a.html", "--root", "inner"], "a.html is not below the root"),
    "no snapshots": (["review", "--from-snapshots", "inner"], "there is no snapshot in inner"),
    "explain": (["explain", "low-contrst"], "there is no rule 'low-contrst'; did you mean 'low-contrast'?"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_usage_is_said_in_one_line(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_text("<p>")
    (tmp_path / "inner").mkdir()
    words, said = WRONG[case]
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("relook: ")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[command] in " ".join(capsys.readouterr().out.split())


def test_rules_and_explain_know_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    listed = capsys.readouterr().out
    for rule in RULES:
        assert rule.id in listed
        assert main(["explain", rule.id]) == 0
        assert rule.why in capsys.readouterr().out


def test_the_version_needs_nothing_heavy() -> None:
    code = (
        "import sys; from relook_lsp.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass\n"
        "print(sorted({'playwright', 'numpy', 'rich', 'jsonschema', 'turbohtml', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_is_no_error() -> None:
    relook = f"{sys.executable} -m relook_lsp.cli"
    done = subprocess.run(["sh", "-c", f"{relook} rules | true"], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_output_that_is_not_needed_or_poor_is_no_error() -> None:
    relook = f"{sys.executable} -m relook_lsp.cli"
    for ending in ("2>&-", "<&-", ">/dev/null"):
        assert (
            subprocess.run(["sh", "-c", f"{relook} rules {ending}"], capture_output=True, check=False).returncode == 0
        )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    poor = subprocess.run(
        ["sh", "-c", f"{relook} explain low-contrast"], capture_output=True, env=environment, check=True
    )
    assert poor.stdout.startswith(b"Low contrast") or b"contrast" in poor.stdout


def test_a_check_of_the_output_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = tmp_path / "old.json"
    kept.write_text("old")
    page = str(tmp_path / "none.html")
    for name in ("new.json", "old.json"):
        assert main(["review", page, "--output", str(tmp_path / name)]) == 2
    assert not (tmp_path / "new.json").exists()
    assert kept.read_text() == "old"


@pytest.mark.browser
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_no_process_and_no_file(tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (tmp_path / "slow.html").write_text("<!doctype html><title>s</title><script>for (;;) {}</script>")
    words = [sys.executable, "-m", "relook_lsp.cli", "review", str(tmp_path / "slow.html")]
    mark = f"RELOOK_TEST_MARK={tmp_path}"
    environment = {**os.environ, "RELOOK_TEST_MARK": str(tmp_path), "TMPDIR": str(temporary)}
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True,
        # A shell that runs the tests in the background has made them deaf to interrupts, and what they start too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as run:  # fmt: skip
        _wait(lambda: any("--user-data-dir" in line for line in _marked(mark)))
        time.sleep(2)  # the script runs now, and the page answers nothing
        interrupted = time.monotonic()
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
        assert time.monotonic() - interrupted < 30
        assert (run.returncode, said) == (128 + number, "")
        _wait(lambda: not _marked(mark))
    assert [*temporary.iterdir()] == []


def _marked(mark: str) -> list[str]:
    """Command lines of the processes that inherited the mark: the browser has a session of its own, and its
    children end with it."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().decode("utf-8", "replace").split("\0"):
                found.append((process / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " "))
        except OSError:
            continue
    return found


def _wait(condition: Any) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.browser
def test_the_doctor_tries_a_capture(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "used)" in out
    assert "capture: works" in out


def test_the_doctor_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELOOK_BROWSER", str(tmp_path / "none"))
    assert main(["doctor"]) == 3
    assert "named in RELOOK_BROWSER does not exist" in capsys.readouterr().out
    monkeypatch.setenv("RELOOK_BROWSER", "/bin/false")
    assert main(["doctor"]) == 3
    assert "/bin/false does not start" in capsys.readouterr().out
    monkeypatch.delenv("RELOOK_BROWSER")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert main(["doctor"]) == 3
    assert "Run 'relook install-browser'" in capsys.readouterr().out
    (tmp_path / "relook.toml").write_text("browsr = 1")
    assert main(["doctor"]) == 3
    assert "did you mean 'browser'?" in capsys.readouterr().out


@pytest.mark.browser
def test_install_leaves_alone_what_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install-browser"]) == 0
    assert "is there already; nothing to do" in capsys.readouterr().out


def test_install_says_what_to_do_when_nothing_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # No program is found, and the download has nowhere to go.
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(blocked / "below"))
    assert main(["install-browser"]) == 3
    out = capsys.readouterr().out
    assert "No browser could be installed." in out
    assert "relook doctor" in out


def test_a_download_that_does_not_start_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from relook_lsp.browser.install import find_working_browser

    for number, body in ((2, "exit 127"), (1, "exit 0")):
        path = tmp_path / f"chromium_headless_shell-{number}" / "chrome-linux" / "headless_shell"
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    found = find_working_browser()
    assert found is not None
    assert "chromium_headless_shell-1" in found.path
    assert os.access(found.path, os.X_OK)
