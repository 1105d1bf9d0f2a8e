"""Reading a file that anyone may have put there: a pipe would block for ever, a device would never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_CHUNK = 1 << 20


def read_regular_file(path: Path, limit: int) -> bytes:
    """The content of a regular file, symbolic links followed, of at most ``limit`` bytes. Raises ``OSError`` for anything
    else: ``EINVAL`` for a pipe or a device, ``EFBIG`` for a larger file."""
    # Without O_NONBLOCK, opening a pipe would wait for somebody who writes into it.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        data = bytearray()
        while len(data) <= limit and (chunk := os.read(handle, min(_CHUNK, limit + 1 - len(data)))):
            data += chunk
        if len(data) > limit:
            raise OSError(errno.EFBIG, f"Larger than {limit} bytes", str(path))
        return bytes(data)
    finally:
        os.close(handle)
