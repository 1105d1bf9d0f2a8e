"""Times, and how they are printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable

PAUSE = 0.4
"""Seconds before each measurement, in which spare pages open, as they do between two edits."""

HEAD = "| seconds | p50 | p95 | most |\n|---|---|---|---|"


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def line(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"| {name} | {statistics.median(ordered):.3f} | {p95:.3f} | {ordered[-1]:.3f} |"
