"""Writing an accepted patch to disk."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.core.atomic import os_error, sync_folder, write_new
from relook_lsp.core.errors import NotWritten
from relook_lsp.core.patch import Patch
from relook_lsp.core.text import Decoded, decode
from relook_lsp.refine.journal import (
    NAME,
    EditJournal,
    JournalEntry,
    TakeBackResult,
    lock_folders,
    take_back_interrupted,
)

log = logging.getLogger(__name__)


class StaleFile(NotWritten):
    """A file is no longer the text that the edit was verified on."""


@dataclass(frozen=True)
class _Change:
    """One file of the edit: where it really is, and its bytes before and after."""

    entry: JournalEntry
    target: Path
    before: bytes
    after: bytes

    @property
    def new(self) -> Path:
        return self.target.parent / self.entry.new

    @property
    def former(self) -> Path:
        return self.target.parent / self.entry.former


def write_patch(root: Path, patch: Patch, texts: Mapping[str, str]) -> list[Path]:
    """Apply the patch, verified on ``texts``, to the files of the root: all of them or none. Encoding, byte order mark,
    line ends, mode, owner (where the system lets us) and symbolic links stay. Raises ``NotWritten``, which says what
    was not changed, and ``Stale``."""
    for message in take_back_interrupted(root):
        log.warning("%s", message)
    with lock_folders({root, *((root / path).resolve().parent for path in patch.paths)}):
        changes = [_change(root, path, patch, texts) for path in patch.paths]
        journal = EditJournal(root, [change.entry for change in changes])
        try:
            journal.begin()
        except FileExistsError as error:
            names = ", ".join(patch.paths)
            raise NotWritten(
                f"No file was changed ({names}): {root / NAME} is in the way. Delete it if no other run is writing."
            ) from error
        except OSError as error:
            raise _refused(patch.paths, root / NAME, error) from error
        try:
            _write_all(changes)
        except BaseException as error:
            outcome = journal.take_back()
            if outcome.edited:
                raise _half_written(outcome, root) from error
            if isinstance(error, OSError):
                raise _refused(patch.paths, Path(error.filename or root), error) from error
            raise
        journal.finish()
    return [root / path for path in patch.paths]


def _write_all(changes: Sequence[_Change]) -> None:
    """Nothing is renamed before everything that needs room on a disk is there. Raises ``OSError`` and ``Stale``."""
    for change in changes:
        known = change.target.stat()
        if not os.access(change.target, os.W_OK):
            raise os_error(errno.EACCES, change.target)
        write_new(change.new, change.after, known)
        try:
            os.link(change.target, change.former)
        except OSError:  # no links on this file system, or none to the file of another user
            write_new(change.former, change.before, known)
    for change in changes:
        if change.target.read_bytes() != change.before:
            raise _stale(change)
        change.new.replace(change.target)
    for folder in {change.target.parent for change in changes}:
        sync_folder(folder)
    for change in changes:
        # Who had the file open may have written into it until now.
        if change.former.read_bytes() != change.before:
            raise _stale(change)


def _change(root: Path, path: str, patch: Patch, texts: Mapping[str, str]) -> _Change:
    target = root / path
    try:
        before = target.read_bytes()
        decoded = decode(before)
        if decoded.text != texts.get(path):
            raise StaleFile(f"{path} was changed meanwhile; nothing was written.")
        after = _encode_patched(path, decoded, patch)
    except (OSError, ValueError) as error:
        raise _refused(patch.paths, target, error) from error
    entry = JournalEntry.for_file(path, before, after)
    return _Change(entry, EditJournal(root, [entry]).target(entry), before, after)


def _encode_patched(path: str, decoded: Decoded, patch: Patch) -> bytes:
    if not decoded.lossless:
        raise ValueError(f"its bytes are not valid {decoded.encoding}")
    return decoded.encode(patch.apply(path, decoded.text))


def _stale(change: _Change) -> StaleFile:
    return StaleFile(f"{change.entry.path} was changed meanwhile; nothing was written.")


def _refused(paths: Sequence[str], at: Path, error: OSError | ValueError) -> NotWritten:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return NotWritten(f"No file was changed ({', '.join(paths)}): {at} cannot be written: {why}.")


def _half_written(outcome: TakeBackResult, root: Path) -> NotWritten:
    others = f"; {', '.join(outcome.restored)} is as it was" if outcome.restored else ""
    return NotWritten(
        f"The edit is half written: {', '.join(outcome.edited)} holds it and cannot be restored ({outcome.reason})"
        f"{others}. The next run in {root} tries again."
    )
