"""Temporary folders of this process. They go when the process ends; where it was killed, the next one removes them.

The owner holds a lock on a file in its folder for as long as it lives. The system releases the lock when the process ends,
in whatever way. A process number in the name would not tell: numbers are used again, and containers that share a temporary
folder count apart.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import signal
import tempfile
import time
from pathlib import Path

PREFIX = "relook-"
_LOCK = "owner.lock"

_RETRIES = 50
"""Tries to remove a folder, 10 ms apart: processes that were killed may still write for a moment."""

_LIVING: set[ScratchFolder] = set()


class ScratchFolder:
    """One folder, mode 0700. Raises ``OSError`` where it cannot be made."""

    def __init__(self, purpose: str) -> None:
        _remove_abandoned()
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-{os.getpid()}-"))
        self.group = 0
        """A process group that writes here; it is killed before the folder is removed. 0: none."""
        _LIVING.add(self)
        try:
            self._lock = _locked(self.path)
        except BaseException:
            self._lock = -1
            self.remove()
            raise

    def remove(self) -> None:
        """Blocking, for some milliseconds; may be called again."""
        if self.group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.group, signal.SIGKILL)
            self.group = 0
        _remove(self.path)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
        _LIVING.discard(self)


def remove_scratch_folders() -> None:
    """The last thing a process does. ``os._exit`` skips it unless it is called before."""
    for one in tuple(_LIVING):
        one.remove()


atexit.register(remove_scratch_folders)


def _locked(folder: Path) -> int:
    """The descriptor of the folder's lock; -1 where the system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return -1
    # Under another name until the lock is held: whoever finds the file unlocked removes the folder.
    new = folder / f"{_LOCK}.new"
    lock = os.open(new, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new.rename(folder / _LOCK)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _remove_abandoned() -> None:
    """Remove the folders of this user's processes that were killed."""
    try:
        import fcntl
    except ImportError:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if re.search(r"-\d+-[^-]*$", folder.name) is None:
            continue
        with contextlib.suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
            finally:
                os.close(lock)


def _remove(folder: Path) -> None:
    for _ in range(_RETRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.01)
