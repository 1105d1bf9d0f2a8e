"""The editor's process: a server whose editor has died ends too, although another process may hold its input open."""

from __future__ import annotations

import asyncio
import contextlib
import os

_INTERVAL = 3.0
"""Seconds between two looks, where the system does not report the end of another process."""


async def wait_for_end(process: int) -> None:
    """Return when this process has ended. One that cannot be seen (it runs in another container or on another machine)
    never ends."""
    if os.name != "posix" or not _exists(process):
        await asyncio.get_running_loop().create_future()
    try:
        descriptor = os.pidfd_open(process)
    except (AttributeError, OSError):
        while _exists(process):  # noqa: ASYNC110 (the system offers no event)
            await asyncio.sleep(_INTERVAL)
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(descriptor, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _exists(process: int) -> bool:
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True
