"""A failure of the machine or of ReLook ends in one sentence and exit code 3, never in a traceback or in exit code 1,
which says that a page has findings."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from relook_lsp.cli import main
from relook_lsp.cli import rules as rules_command

RELOOK = (sys.executable, "-m", "relook_lsp.cli")
PAGE = (
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>b</title>'
    '<p style="color: #bbb">Pale</p>'
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "a.html"
    path.write_text(PAGE, "utf-8")
    return path


def _run(
    words: Sequence[str | Path], *, ending: str = "", environment: Mapping[str, str] | None = None,
    limits: Callable[[], None] | None = None, before: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    command = [*before, *RELOOK, *map(str, words)]
    if ending:
        command = ["sh", "-c", f'exec "$@" {ending}', "sh", *command]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=110, preexec_fn=limits, errors="replace",
        env={**os.environ, **(environment or {})},
    )  # fmt: skip


def _is_one_sentence(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode == 3 and "Traceback" not in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("rules",), ("explain", "low-contrast"), ("doctor",)], ids=" ".join)
@pytest.mark.parametrize("ending", [">/dev/full", ">&-"])
def test_output_that_takes_nothing(words: tuple[str, ...], ending: str) -> None:
    done = _run(words, ending=ending, environment={"RELOOK_BROWSER": "/bin/false"})
    assert _is_one_sentence(done), done


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["terminal", "json", "sarif", "html"])
def test_a_review_that_cannot_be_printed(kind: str, page: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert (
        main(["review", str(page), "--save-snapshots", str(kept), "--fail-on", "never", "--viewport", "800x600"]) == 0
    )
    for ending in (">/dev/full", ">&-"):
        assert _is_one_sentence(_run(["review", "--from-snapshots", kept, "--format", kind], ending=ending))


def test_a_reader_that_leaves_early_is_told_apart_from_a_whole_report() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for command in (["rules"], ["rules", "--group", "layout"], ["explain", "low-contrast"], ["doctor"]):
        done = subprocess.run(
            [*RELOOK, *command], stdout=writer, stderr=subprocess.PIPE, check=False,
            env={**os.environ, "RELOOK_BROWSER": "/bin/false"},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (3, b""), command
    os.close(writer)


def test_both_outputs_full() -> None:
    assert _run(["rules"], ending=">/dev/full 2>/dev/full").returncode == 3


def test_a_mistake_of_ours_is_one_sentence_and_verbose_has_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(_: object) -> int:
        raise ZeroDivisionError("oops\x1b[31m")

    monkeypatch.setattr(rules_command, "run", faulty)
    assert main(["rules"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("relook: ReLook itself failed (ZeroDivisionError: oops [31m).")
    assert "--verbose" in said
    assert "Traceback" not in said
    for words in (["--verbose", "rules"], ["rules", "--verbose"]):
        assert main(words) == 3
        assert "Traceback" in capsys.readouterr().err


@pytest.mark.browser
@pytest.mark.parametrize("files", [12, 25, 60])
def test_out_of_files(files: int, page: Path) -> None:
    done = _run(["review", page], limits=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "files" in done.stdout + done.stderr or "did not start" in done.stdout or "browser" in done.stdout


@pytest.mark.browser
@pytest.mark.parametrize("megabytes", [60, 150, 400])
def test_out_of_memory(megabytes: int, page: Path) -> None:
    size = megabytes << 20
    done = _run(["review", page], limits=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)))
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


@pytest.mark.browser
@pytest.mark.parametrize("processes", [1, 3, 12])
def test_out_of_processes(processes: int, page: Path) -> None:
    before = ["prlimit", f"--nproc={processes}", "--"]
    if not shutil.which("prlimit"):
        pytest.skip("prlimit is not installed")
    if os.geteuid() == 0:  # the limit does not hold for root
        caps = "+dac_override,+dac_read_search"
        before = ["setpriv", "--reuid", "65534", "--inh-caps", caps, "--ambient-caps", caps, *before]
        if subprocess.run([*before[:7], "true"], check=False, capture_output=True).returncode:
            pytest.skip("this machine lets root take no other user with these capabilities")
    done = _run(["review", page], before=before)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "process" in done.stdout + done.stderr or "did not start" in done.stdout


@pytest.mark.browser
def test_a_home_that_cannot_be_read_is_no_failure(page: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = _run(
        ["review", page, "--format", "json", "--fail-on", "never"],
        environment={"HOME": str(tmp_path / "file" / "home"), "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["pages"][0]["score"] is not None


def test_output_in_a_folder_that_may_not_be_written(
    page: Path, tmp_path: Path, read_only: Callable[[Path], None]
) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "old.json").write_text("old")
    read_only(folder)
    for words in (["--output", "new.json"], ["--output", "old.json"], ["--pictures", "p"], ["--save-snapshots", "s"]):
        done = _run(["review", page, words[0], folder / words[1]])
        assert _is_one_sentence(done), done
        assert "cannot be written" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["old.json"]
