"""Temporary folders go with their process, or with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from relook_lsp.core.scratch import ScratchFolder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs locks that end with their process")

KEEP = "import time; from relook_lsp.core.scratch import ScratchFolder; print(ScratchFolder('kept').path, flush=True); {then}"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def _owner(then: str) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen([sys.executable, "-c", KEEP.format(then=then)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        return process, Path(said.readline().strip())


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(temporary: Path) -> None:
    dead, left = _owner("time.sleep(60)")
    living, kept = _owner("time.sleep(60)")
    dead.kill()
    dead.wait()
    others = [temporary / "relook-notes", temporary / "relook-notes-1-x"]
    for other in others:
        other.mkdir()
    mine = ScratchFolder("mine")
    assert not left.exists()
    assert kept.exists() and all(other.exists() for other in others)
    mine.remove()
    living.kill()
    living.wait()
    ScratchFolder("again").remove()
    assert sorted(temporary.iterdir()) == sorted(others)


@pytest.mark.parametrize("then", ["pass", "raise SystemExit(3)", "raise KeyboardInterrupt", "1 / 0"])
def test_a_process_that_ends_by_itself_leaves_no_folder(temporary: Path, then: str) -> None:
    process, folder = _owner(then)
    process.wait()
    assert temporary in folder.parents and not folder.exists()


def test_processes_that_write_into_the_folder_end_before_it_goes(temporary: Path) -> None:
    scratch = ScratchFolder("busy")
    endless = f"while :; do mkdir -p {scratch.path}/deep; echo x > {scratch.path}/deep/$RANDOM; done"
    writer = subprocess.Popen(["bash", "-c", endless], start_new_session=True, stderr=subprocess.DEVNULL)
    scratch.group = writer.pid
    while not (scratch.path / "deep").exists():
        pass
    scratch.remove()
    assert writer.wait(10) == -signal.SIGKILL
    assert not scratch.path.exists()
