"""Memory that pictures and layouts have left behind: the C library keeps it for the process unless it is told not to."""

from __future__ import annotations

import contextlib
import ctypes
import gc


def release_unused_memory() -> None:
    """Return what is not used any more to the system, where its C library can (glibc). Takes some tens of milliseconds:
    for when nobody waits."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
