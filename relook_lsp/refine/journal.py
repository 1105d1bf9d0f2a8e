"""The record of an edit of several files while it is written. A run that is killed leaves it, and the next run takes the
edit back."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, cast

from relook_lsp.core.atomic import sync_folder, write_new
from relook_lsp.core.errors import NotWritten
from relook_lsp.core.regular_file import read_regular_file

if sys.platform != "win32":
    import fcntl

NAME = ".relook-edit.json"
"""In the root, for the milliseconds that an edit takes."""

_OURS = re.compile(r"\.relook-[0-9a-f]{16}\.(new|former)")

_MAX_BYTES = 1_000_000
_MAX_ENTRIES, _MAX_PATH = 200, 1_000
"""Files of one edit, and characters of a path: a journal may have been planted."""
_MAX_FILE = 64 * 1024 * 1024
"""Bytes of an edited file."""
_PATIENCE = 10.0
"""Seconds to wait for another run that writes in the same folder."""


@dataclass(frozen=True)
class JournalEntry:
    """One file of an edit: its path relative to the root, the names of two files beside it, and SHA-256 of its bytes
    before and after."""

    path: str
    new: str
    former: str
    before: str
    after: str

    @staticmethod
    def for_file(path: str, before: bytes, after: bytes) -> JournalEntry:
        mark = secrets.token_hex(8)
        return JournalEntry(path, f".relook-{mark}.new", f".relook-{mark}.former", _digest(before), _digest(after))


@dataclass(frozen=True)
class TakeBackResult:
    """What has become of an edit that was taken back: files as they were before it, files that somebody changed since,
    files that still hold the edit, and why."""

    restored: tuple[str, ...] = ()
    changed_since: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    reason: str = ""


class EditJournal:
    """Written to disk before the first file of the edit, removed after the last one."""

    def __init__(self, root: Path, entries: Iterable[JournalEntry]) -> None:
        self.root = root
        self.entries = tuple(entries)

    def begin(self) -> None:
        """Raises ``OSError``."""
        body = {"version": 1, "entries": [asdict(entry) for entry in self.entries]}
        path = self.root / NAME
        try:
            write_new(path, json.dumps(body).encode(), None)
        except FileExistsError:  # of another run
            raise
        except OSError:
            path.unlink(missing_ok=True)
            raise
        sync_folder(self.root)

    def target(self, entry: JournalEntry) -> Path:
        """The file itself, where the path is a symbolic link too. Raises ``NotWritten`` outside the root."""
        try:
            real = (self.root / entry.path).resolve()
        except RuntimeError as error:  # a symbolic link that leads to itself
            raise NotWritten(f"No file was changed: {entry.path} is a link that leads to itself.") from error
        if not real.is_relative_to(self.root.resolve()):
            raise NotWritten(f"No file was changed: {entry.path} leads out of {self.root}.")
        return real

    def finish(self) -> None:
        """Remove everything but the edited files."""
        for entry in self.entries:
            folder = self.target(entry).parent
            for name in (entry.new, entry.former):
                with contextlib.suppress(OSError):
                    (folder / name).unlink()
        with contextlib.suppress(OSError):
            (self.root / NAME).unlink()

    def take_back(self) -> TakeBackResult:
        """Give every file that holds the edit its former content. Where one refuses, the journal stays for another
        try."""
        restored: list[str] = []
        changed: list[str] = []
        edited: list[str] = []
        reason = ""
        for entry in self.entries:
            target = self.target(entry)
            try:
                holds = _digest(read_regular_file(target, _MAX_FILE))
                if holds == entry.after != entry.before:
                    _check_former(target.parent / entry.former, entry)
                    (target.parent / entry.former).replace(target)
                    sync_folder(target.parent)
                (restored if holds in (entry.before, entry.after) else changed).append(entry.path)
            except FileNotFoundError as error:
                (changed if not target.exists() else edited).append(entry.path)
                reason = error.strerror or ""
            except OSError as error:
                edited.append(entry.path)
                reason = error.strerror or str(error)
        if not edited:
            self.finish()
        return TakeBackResult(tuple(restored), tuple(changed), tuple(edited), reason)

    @property
    def is_complete(self) -> bool:
        """Whether every file holds the edit."""
        try:
            return all(
                _digest(read_regular_file(self.target(entry), _MAX_FILE)) == entry.after for entry in self.entries
            )
        except OSError:
            return False


def _check_former(path: Path, entry: JournalEntry) -> None:
    """Raise ``OSError`` unless the file is the one that this process or a former one put there: a planted journal could
    else put any content, or a link, into the place of a file."""
    if not stat.S_ISREG(path.lstat().st_mode) or _digest(read_regular_file(path, _MAX_FILE)) != entry.before:
        raise OSError(errno.EINVAL, "its former content is not there any more", str(path))


def take_back_interrupted(root: Path) -> Iterator[str]:
    """Mend what killed runs left in the root or above it; a sentence for each edit that was half written."""
    for folder in (root, *root.parents):
        if not (folder / NAME).exists():
            continue
        try:
            with lock_folders([folder], patience=0):
                yield from _take_back_in(folder)
        except NotWritten:  # its writer lives
            continue


def _take_back_in(folder: Path) -> Iterator[str]:
    journal = _read_journal(folder)
    if journal is None:
        return
    names = " and ".join(entry.path for entry in journal.entries)
    if journal.is_complete:
        journal.finish()
        return
    outcome = journal.take_back()
    said = f"An edit of {names} in {folder} was interrupted"
    if outcome.edited:
        yield (
            f"{said} and is half written: {', '.join(outcome.edited)} cannot be restored ({outcome.reason}); "
            f"compare it with your version control and delete {folder / NAME}."
        )
    elif outcome.changed_since:
        yield f"{said} and was taken back, but for {', '.join(outcome.changed_since)}, which was changed since."
    else:
        yield f"{said} and was taken back; no file is changed."


def _read_journal(folder: Path) -> EditJournal | None:
    """None where it is not ours, or was interrupted itself: then nothing else was written, and it is removed."""
    path = folder / NAME
    try:
        known = path.lstat()
        if not stat.S_ISREG(known.st_mode) or (sys.platform != "win32" and known.st_uid != os.geteuid()):
            return None
        with path.open("rb") as file:
            return _parse_journal(folder, file.read(_MAX_BYTES))
    except OSError:
        return None
    except (ValueError, TypeError, KeyError, RecursionError, NotWritten):
        with contextlib.suppress(OSError):
            path.unlink()
        return None


def _parse_journal(folder: Path, data: bytes) -> EditJournal:
    """A project may come from anyone: nothing is named but files of the root and files of ours beside them. Raises
    ``ValueError``, ``TypeError``, ``KeyError`` and ``NotWritten``."""
    body = cast("dict[str, Any]", json.loads(data))
    entries = [JournalEntry(**entry) for entry in body["entries"]]
    if len(entries) > _MAX_ENTRIES:
        raise ValueError(len(entries))
    for entry in entries:
        if (
            not (_OURS.fullmatch(entry.new) and _OURS.fullmatch(entry.former))
            or PurePosixPath(entry.path).is_absolute()
            or len(entry.path) > _MAX_PATH
        ):
            raise ValueError(entry.path)
    journal = EditJournal(folder, entries)
    for entry in entries:
        journal.target(entry)
    return journal


@contextlib.contextmanager
def lock_folders(folders: Iterable[Path], patience: float = _PATIENCE) -> Generator[None]:
    """Keep other runs out of the folders meanwhile, where the system has locks. Raises ``NotWritten`` where one has
    been there for longer than ``patience`` seconds."""
    with ExitStack() as held:
        for folder in sorted({folder.resolve() for folder in folders}):
            _lock_folder(folder, time.monotonic() + patience, held)
        yield


def _lock_folder(folder: Path, until: float, held: ExitStack) -> None:
    if sys.platform == "win32":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # the writing itself will say why
        return
    held.callback(os.close, handle)
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):  # a file system without locks
                return
            if time.monotonic() >= until:
                raise NotWritten(f"No file was changed: another run is writing in {folder}; try again.") from error
        time.sleep(0.02)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
