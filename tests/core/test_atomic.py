"""A file is the former one or the new one, whole, whatever stops the writer."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from relook_lsp.core import atomic
from relook_lsp.core.atomic import check_writable, write_atomically


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_mode_owner_and_link_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "a", tmp_path / "link"
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(real, 1234, 4321)
    before = real.stat()
    link.symlink_to(real)
    write_atomically(link, b"new")
    after = real.stat()
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert _names(real.parent) == ["a"]


def test_a_new_file_has_the_mode_of_a_new_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "one", b"")
    (tmp_path / "other").touch()
    assert (tmp_path / "one").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_full_disk_leaves_the_former_file(full_disk: Path) -> None:
    target = full_disk / "report.html"
    target.write_bytes(b"old" * 1000)
    with pytest.raises(OSError) as failed:
        write_atomically(target, b"x" * 1_000_000)
    assert failed.value.errno == errno.ENOSPC
    assert target.read_bytes() == b"old" * 1000
    assert _names(full_disk) == ["report.html"]


def test_a_folder_that_may_not_be_written_leaves_the_former_file(
    tmp_path: Path, read_only: Callable[[Path], None]
) -> None:
    target = tmp_path / "closed" / "a"
    target.parent.mkdir()
    target.write_text("old")
    read_only(target.parent)
    for path in (target, target.parent / "new"):
        for act in (check_writable, lambda path: write_atomically(path, b"new")):
            with pytest.raises(OSError):
                act(path)
    assert target.read_text() == "old"
    assert _names(target.parent) == ["a"]


def test_a_kill_leaves_the_former_file_and_the_next_run_removes_the_rest(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    code = (
        "import os, pathlib, signal, sys\n"
        "from relook_lsp.core import atomic\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "atomic.write_atomically(pathlib.Path(sys.argv[1]), b'new')\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(target)], check=False).returncode == -9
    assert target.read_text() == "old"
    left = next(path for path in tmp_path.iterdir() if path != target)
    write_atomically(target, b"newer")
    assert left.exists()  # its writer may live
    os.utime(left, (time.time() - 3600,) * 2)
    atomic._swept.clear()  # pyright: ignore[reportPrivateUsage]
    write_atomically(target, b"newest")
    assert _names(tmp_path) == ["a"]


def test_a_pipe_and_a_device_are_written_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    check_writable(pipe)
    write_atomically(pipe, b"text")
    reader.join()
    assert got == [b"text"]
    write_atomically(Path("/dev/null"), b"text")
    assert _names(tmp_path) == ["pipe"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write a write-protected file")
def test_a_write_protected_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    target.chmod(0o444)
    with pytest.raises(PermissionError):
        write_atomically(target, b"new")
    assert target.read_text() == "old"


def test_many_writers_at_once(tmp_path: Path) -> None:
    target = tmp_path / "a"
    texts = [str(number).encode() * 50_000 for number in range(8)]
    threads = [threading.Thread(target=write_atomically, args=(target, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_bytes() in texts
    assert _names(tmp_path) == ["a"]
