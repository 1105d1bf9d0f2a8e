"""Processor time: what load from other work changes least."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def own() -> float:
    """Seconds that this process has used."""
    return time.process_time()


def browsers() -> float:
    """Seconds that the browsers which this process started have used, with the children they have already buried."""
    stats = [stat for path in Path("/proc").glob("[0-9]*/stat") if (stat := _stat(path)) is not None]
    groups = {pid for pid, parent, _, _ in stats if parent == os.getpid()}
    return sum(spent for _, _, group, spent in stats if group in groups)


def _stat(path: Path) -> tuple[int, int, int, float] | None:
    """Process, parent, group and seconds; None where the process has gone (proc(5))."""
    try:
        pid, rest = path.parent.name, path.read_text("ascii", "replace").rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(pid), int(rest[1]), int(rest[2]), sum(map(int, rest[11:15])) / _TICKS
