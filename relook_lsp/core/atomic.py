"""Writing a file so that a reader sees the former content or the new one, whole, and never a part."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
import time
from pathlib import Path

_PREFIX, _SUFFIX = ".relook-", ".tmp"

_ABANDONED = 600.0
"""Seconds without a change after which a temporary file belongs to a run that was killed."""

_swept: set[Path] = set()
"""Folders in which this process has removed such files."""


def write_atomically(target: Path, data: bytes, *, durable: bool = True) -> None:
    """Write beside the target, then rename. A target that exists keeps its mode, and its owner where the system lets us;
    a symbolic link stays one. What is not a regular file (a pipe, a device) is written directly.

    ``durable``: wait until the disk has the bytes. Caches do without. Raises ``OSError``; the target is then as it was.
    """
    real = Path(os.path.realpath(target))
    former = stat_or_none(real)
    if former is not None and not stat.S_ISREG(former.st_mode):
        real.write_bytes(data)
        return
    if former is not None and not os.access(real, os.W_OK):
        raise os_error(errno.EACCES, target)
    _sweep(real.parent)
    temporary = _temporary(real.parent)
    try:
        write_new(temporary, data, former, durable=durable)
        temporary.replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(real.parent)


def write_new(path: Path, data: bytes, like: os.stat_result | None, *, durable: bool = True) -> None:
    """Create a file that does not exist, with the mode and owner of ``like``, or those of a new file. Raises
    ``OSError``; an incomplete file may then be left."""
    # Until the mode is set nobody else may read what a private file will hold.
    created = 0o666 if like is None else 0o600
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, created)) as file:
        file.write(data)
        file.flush()
        if like is not None:
            _take_owner_and_mode(path, file.fileno(), like)
        if durable:
            os.fsync(file.fileno())


def check_writable(target: Path) -> None:
    """Raise the ``OSError`` that ``write_atomically`` would raise now, as far as it can be known without the data."""
    real = Path(os.path.realpath(target))
    former = stat_or_none(real)
    if former is not None and stat.S_ISDIR(former.st_mode):
        raise os_error(errno.EISDIR, target)
    if former is not None and not os.access(real, os.W_OK):
        raise os_error(errno.EACCES, target)
    if former is None or stat.S_ISREG(former.st_mode):
        check_folder(real.parent)


def check_folder(folder: Path) -> None:
    """Raise the ``OSError`` that a new file in the folder would raise."""
    probe = _temporary(folder)
    write_new(probe, b"", None, durable=False)
    probe.unlink()


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names of the folder, where the system can say so."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def stat_or_none(path: Path) -> os.stat_result | None:
    """None where there is no such file. Raises ``OSError``."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def os_error(number: int, path: Path) -> OSError:
    """The error that the system would raise."""
    return OSError(number, os.strerror(number), str(path))


def _temporary(folder: Path) -> Path:
    return folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"


def _take_owner_and_mode(path: Path, handle: int, like: os.stat_result) -> None:
    if sys.platform != "win32":
        mine = os.fstat(handle)
        if mine.st_uid != like.st_uid:
            with contextlib.suppress(PermissionError):
                os.fchown(handle, like.st_uid, -1)
        if mine.st_gid != like.st_gid:
            with contextlib.suppress(PermissionError):
                os.fchown(handle, -1, like.st_gid)
    # After the owner: a change of owner takes bits of the mode away.
    path.chmod(stat.S_IMODE(like.st_mode))


def _sweep(folder: Path) -> None:
    """Remove what killed runs left, once a folder and process."""
    if folder in _swept:
        return
    _swept.add(folder)
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            if time.time() - path.lstat().st_mtime > _ABANDONED:
                path.unlink(missing_ok=True)
