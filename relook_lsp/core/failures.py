"""Which sentence an exception of Python or of the operating system becomes, and who is to blame."""

from __future__ import annotations

import errno
from pathlib import Path

from relook_lsp.core.errors import MachineLimit, NotWritten, RelookError, UsageError

_MEMORY = "The memory ran out; end other programs or raise the limit (ulimit -v)."
_FILES = "Too many files are open; raise the limit (ulimit -n)."
_PROCESSES = "No further process or thread can be started; end other programs or raise the limit (ulimit -u)."

_LIMITS = {errno.ENOMEM: _MEMORY, errno.EMFILE: _FILES, errno.ENFILE: _FILES, errno.EAGAIN: _PROCESSES}

SCARCE = frozenset((*_LIMITS, errno.ENOSPC, errno.EDQUOT))
"""Errors of a machine that has no more of something, whatever was asked of it."""

_PHRASES = {
    "can't start new thread": _PROCESSES,
    "failed to map segment": _MEMORY,
    "cannot allocate memory": _MEMORY,
    "too many open files": _FILES,
}
"""What libraries say where they raise no ``OSError``."""

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF))

_WRONG_NAMES = frozenset((errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP))
"""Errors of a path that cannot be a file, whatever the state of the machine."""


def attribute_error(error: BaseException) -> RelookError:
    """The error as one sentence: what the user or the machine did, else a mistake of ReLook."""
    if isinstance(error, RelookError):
        return error
    if isinstance(error, MemoryError):
        return MachineLimit(_MEMORY)
    if isinstance(error, OSError) and error.errno is not None:
        return MachineLimit(_LIMITS.get(error.errno) or _file_phrase(error))
    said = str(error)
    for phrase, sentence in _PHRASES.items():
        if phrase in said.lower():
            return MachineLimit(sentence)
    return RelookError(f"ReLook itself failed ({type(error).__name__}: {said.partition(chr(10))[0][:300]}).")


def describe_write_error(path: Path, error: OSError) -> RelookError:
    """Why a file that the user named could not be written: the name is wrong, or the machine refuses."""
    kind = UsageError if error.errno in _WRONG_NAMES else NotWritten
    return kind(f"{path} cannot be written ({error.strerror or error})")


def _file_phrase(error: OSError) -> str:
    if error.filename:
        return f"{error.filename}: {error.strerror or error}."
    if error.errno in _FULL:
        return f"The output cannot be written: {error.strerror}."
    return f"The system refused: {error.strerror or error}."
