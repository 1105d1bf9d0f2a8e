"""Writing: all files or none, and never over what somebody else has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from relook_lsp.core.errors import NotWritten
from relook_lsp.core.patch import Patch, Replacement
from relook_lsp.core.text import Span
from relook_lsp.refine.file_writes import StaleFile, write_patch
from relook_lsp.refine.journal import NAME, take_back_interrupted

PATCH = Patch.from_replacements([Replacement(name, Span(0, 1), "a", "b") for name in ("one.css", "two.css")])
TEXTS = {"one.css": "abc", "two.css": "axy"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def texts(root: Path) -> list[str]:
    return [(root / name).read_text("utf-8") for name in TEXTS]


def test_all_files(root: Path) -> None:
    (root / "one.css").chmod(0o640)
    assert write_patch(root, PATCH, TEXTS) == [root / "one.css", root / "two.css"]
    assert texts(root) == ["bbc", "bxy"]
    assert (root / "one.css").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in root.iterdir()) == sorted(TEXTS)


def test_a_file_that_was_changed_meanwhile_stops_all(root: Path) -> None:
    """Also where the edit itself would still fit: it was verified on another text."""
    (root / "two.css").write_text("axyz", "utf-8")
    with pytest.raises(StaleFile):
        write_patch(root, PATCH, TEXTS)
    assert texts(root) == ["abc", "axyz"]


def test_a_file_that_is_gone_or_broken_stops_all(root: Path) -> None:
    (root / "two.css").unlink()
    with pytest.raises(NotWritten):
        write_patch(root, PATCH, TEXTS)
    (root / "two.css").write_bytes(b'@charset "utf-8";\xff')
    with pytest.raises(NotWritten):
        write_patch(root, PATCH, TEXTS)
    assert (root / "one.css").read_text("utf-8") == "abc"


def test_a_link_stays_a_link(root: Path) -> None:
    (root / "real").mkdir()
    (root / "one.css").rename(root / "real" / "one.css")
    (root / "one.css").symlink_to(root / "real" / "one.css")
    write_patch(root, PATCH, TEXTS)
    assert (root / "one.css").is_symlink() and texts(root) == ["bbc", "bxy"]


# -- all or nothing

FAR = Patch.from_replacements([Replacement(name, Span(0, 1), "a", "b") for name in ("far/two.css", "one.css")])
FAR_TEXTS = {"far/two.css": "axy", "one.css": "abc"}

_WRITER = """
import os, signal, sys
from pathlib import Path
from tests.refine.test_files import FAR, FAR_TEXTS
from relook_lsp.refine.file_writes import write_patch

root, last, steps = Path(sys.argv[1]), int(sys.argv[2]), [0]

def stop(event, arguments):
    if event in ("open", "os.rename", "os.link", "os.remove", "os.chmod", "os.chown") and str(root) in str(arguments[:2]):
        steps[0] += event == "os.rename" if last < 0 else 1
        if steps[0] == abs(last):
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(stop)
write_patch(root, FAR, FAR_TEXTS)
"""
"""Killed before the step of that number in which the system is asked for anything below the root; a negative number
counts renames only."""


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """A root whose second file stands in a folder of its own."""
    root = tmp_path / "site"
    (root / "far").mkdir(parents=True)
    for name, text in FAR_TEXTS.items():
        (root / name).write_text(text, "utf-8")
    return root


def _content(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*") if path.is_file()}


DONE = {"far/two.css": "bxy", "one.css": "bbc"}


def _writer(root: Path, last: int = 0) -> int:
    repository = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _WRITER, str(root), str(last)], check=False, cwd=repository, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )  # fmt: skip
    return done.returncode


def test_a_kill_at_any_step_is_mended_by_the_next_run(far: Path) -> None:
    halves = 0
    for step in range(1, 60):
        for name, text in FAR_TEXTS.items():
            (far / name).write_text(text, "utf-8")
        code = _writer(far, step)
        left = {name: (far / name).read_text("utf-8") for name in FAR_TEXTS}
        assert all(left[name] in (FAR_TEXTS[name], DONE[name]) for name in left), step
        half = left not in (FAR_TEXTS, DONE)
        said = list(take_back_interrupted(far))
        assert _content(far) in (FAR_TEXTS, DONE), step
        assert not half or "was interrupted and was taken back" in said[0]
        halves += half
        if code == 0:
            assert _content(far) == DONE
            assert halves
            assert step > 12
            return
        assert code == -9
    raise AssertionError("the writer takes more steps than are tried")


def test_a_file_that_was_changed_after_the_kill_stays(far: Path) -> None:
    assert _writer(far, -2) == -9
    assert _content(far)["far/two.css"] == "bxy"
    (far / "far" / "two.css").write_text("mine", "utf-8")
    assert "but for far/two.css, which was changed since" in next(take_back_interrupted(far))
    assert _content(far) == {"far/two.css": "mine", "one.css": "abc"}


def test_the_next_edit_mends_too(far: Path) -> None:
    assert _writer(far, -2) == -9
    assert write_patch(far, FAR, FAR_TEXTS)
    assert _content(far) == DONE


@pytest.mark.parametrize("closed", ["far", "."])
def test_a_folder_that_may_not_be_written(closed: str, far: Path, read_only: Callable[[Path], None]) -> None:
    read_only(far / closed)
    with pytest.raises(NotWritten, match=r"^No file was changed \(far/two.css, one.css\)"):
        write_patch(far, FAR, FAR_TEXTS)
    assert _content(far) == FAR_TEXTS


def test_a_full_disk(full_disk: Path) -> None:
    root, texts = full_disk.parent, {"one.css": "abc", "small/two.css": "axy"}
    for name, text in texts.items():
        (root / name).write_text(text, "utf-8")
    patch = Patch.from_replacements([Replacement(name, Span(0, 1), "a", "b" * 100_000) for name in texts])
    with pytest.raises(NotWritten, match=r"No file was changed .*No space left"):
        write_patch(root, patch, texts)
    assert _content(root) == texts


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_and_mode_stay(far: Path) -> None:
    os.chown(far / "one.css", 1234, 4321)
    (far / "one.css").chmod(0o604)
    write_patch(far, FAR, FAR_TEXTS)
    known = (far / "one.css").stat()
    assert (known.st_uid, known.st_gid, known.st_mode & 0o777) == (1234, 4321, 0o604)


@pytest.mark.skipif(os.geteuid() == 0, reason="root owns everything")
def test_a_file_that_may_not_be_written(far: Path) -> None:
    (far / "one.css").chmod(0o444)
    with pytest.raises(NotWritten, match="No file was changed"):
        write_patch(far, FAR, FAR_TEXTS)
    assert _content(far) == FAR_TEXTS


def test_a_rename_that_fails_takes_the_others_back(far: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "one.css":
            raise OSError(5, "Input/output error", str(target))
        return replace(self, target)

    inode = (far / "far" / "two.css").stat().st_ino
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(NotWritten, match=r"No file was changed .*one.css cannot be written: Input/output error"):
        write_patch(far, FAR, FAR_TEXTS)
    assert _content(far) == FAR_TEXTS
    assert (far / "far" / "two.css").stat().st_ino == inode


def test_what_cannot_be_taken_back_is_said_and_tried_again(far: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, calls = Path.replace, [0]

    def refuse(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] > 1:
            raise OSError(5, "Input/output error", str(target))
        return replace(self, target)

    with (
        monkeypatch.context() as patched,
        pytest.raises(NotWritten, match=r"half written: far/two.css holds it.*one.css is as it was"),
    ):
        patched.setattr(Path, "replace", refuse)
        write_patch(far, FAR, FAR_TEXTS)
    assert _content(far)["far/two.css"] == "bxy"
    assert "taken back" in next(take_back_interrupted(far))
    assert _content(far) == FAR_TEXTS


def test_a_file_that_is_changed_while_the_edit_is_written_is_kept(far: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By another program, in place, after the first file was renamed."""
    replace = Path.replace

    def meddle(self: Path, target: Path) -> Path:
        if target.name == "two.css" and self.suffix == ".new":
            with (far / "one.css").open("w") as file:
                file.write("theirs")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", meddle)
    with pytest.raises(StaleFile):
        write_patch(far, FAR, FAR_TEXTS)
    assert _content(far) == {"far/two.css": "axy", "one.css": "theirs"}


def test_two_writers_at_once(far: Path) -> None:
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(_writer(far))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 1, 1]
    assert _content(far) == DONE


def test_a_journal_from_a_stranger_reaches_nothing_outside(far: Path) -> None:
    outside = far.parent / "outside.css"
    outside.write_text("theirs")
    (far.parent / ".relook-0123456789abcdef.former").write_text("evil")
    (far / "link.css").symlink_to(outside)
    digest = sha256(b"theirs").hexdigest()
    names = {"new": ".relook-0123456789abcdef.new", "former": ".relook-0123456789abcdef.former"}
    bad = [
        {"path": path, **names, "before": "", "after": digest} for path in ("../outside.css", "link.css", str(outside))
    ]
    bad += [{**bad[0], "path": "one.css", "former": "../x"}, {"path": 3}, {}, None]
    for entry in bad:
        (far / NAME).write_text(json.dumps({"version": 1, "entries": [entry]}))
        assert list(take_back_interrupted(far)) == []
        assert not (far / NAME).exists()
    assert outside.read_text() == "theirs"
