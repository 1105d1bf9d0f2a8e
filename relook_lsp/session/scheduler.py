"""Newest wins: for every key at most one job runs and at most one waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]


@dataclass
class _Lane:
    running: asyncio.Task[None] | None = None
    pending: Job | None = None
    timer: asyncio.TimerHandle | None = None


@dataclass
class Scheduler:
    """Jobs are not cancelled when a newer one comes: what they find is dropped by version where it is shown."""

    _lanes: dict[Hashable, _Lane] = field(default_factory=dict[Hashable, _Lane])

    def submit(self, key: Hashable, job: Job, delay: float = 0.0) -> None:
        """Run ``job`` after ``delay`` seconds of quiet on this key; it replaces one that still waits."""
        lane = self._lanes.setdefault(key, _Lane())
        lane.pending = job
        if lane.timer is not None:
            lane.timer.cancel()
        lane.timer = asyncio.get_running_loop().call_later(delay, self._start, key)

    def _start(self, key: Hashable) -> None:
        lane = self._lanes.get(key)
        if lane is None:
            return
        lane.timer = None
        if lane.pending is None or lane.running is not None:
            return
        job, lane.pending = lane.pending, None
        lane.running = asyncio.create_task(self._run(key, job))

    async def _run(self, key: Hashable, job: Job) -> None:
        try:
            await job()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a job failed")
        finally:
            lane = self._lanes[key]
            lane.running = None
            if lane.pending is not None and lane.timer is None:
                asyncio.get_running_loop().call_soon(self._start, key)

    def busy(self, key: Hashable) -> bool:
        """Whether something newer waits for this key."""
        lane = self._lanes.get(key)
        return lane is not None and lane.pending is not None

    async def close(self) -> None:
        """Cancel everything and wait for it."""
        lanes = tuple(self._lanes.values())
        tasks = [lane.running for lane in lanes if lane.running is not None]
        for lane in lanes:
            lane.pending = None
            if lane.timer is not None:
                lane.timer.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
