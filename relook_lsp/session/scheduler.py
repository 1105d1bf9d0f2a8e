"""Newest wins: for every key at most one job runs and at most one waits. Work that nobody waits for is done in between."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Generator, Hashable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

ENDING = 3.0
"""Seconds that cancelled work may take to end."""

Job = Callable[[], Awaitable[None]]

REST = 0.5
"""Seconds of quiet before idle work begins."""


@dataclass
class _Lane:
    running: asyncio.Task[None] | None = None
    pending: Job | None = None
    timer: asyncio.TimerHandle | None = None


@dataclass
class Scheduler:
    """Lanes are for what the user waits for. Idle jobs run one at a time, only while no lane is in use, and are cancelled
    at once when one is; they begin again later."""

    rest: float = REST
    failed: Callable[[Exception], None] = lambda error: log.error("a job failed", exc_info=error)
    """Called with what a job that the user waits for has raised."""
    _lanes: dict[Hashable, _Lane] = field(default_factory=dict[Hashable, _Lane])
    _idle: dict[Hashable, Job] = field(default_factory=dict[Hashable, Job])
    _idle_task: asyncio.Task[None] | None = None
    _idle_timer: asyncio.TimerHandle | None = None
    _foreground: int = 0
    _empty: asyncio.Event = field(default_factory=asyncio.Event)

    def submit(self, key: Hashable, job: Job, delay: float = 0.0) -> None:
        """Run ``job`` after ``delay`` seconds of quiet on this key; it replaces one that still waits."""
        lane = self._lanes.setdefault(key, _Lane())
        self._empty.clear()
        lane.pending = job
        if lane.timer is not None:
            lane.timer.cancel()
        lane.timer = asyncio.get_running_loop().call_later(delay, self._start_lane, key)
        self._interrupt_idle()

    def cancel(self, key: Hashable) -> None:
        """End the running job of a key: what it would find is known to be out of date."""
        lane = self._lanes.get(key)
        if lane is not None and lane.running is not None:
            lane.running.cancel()

    def submit_idle(self, key: Hashable, job: Job) -> None:
        """Run ``job`` when there is nothing else to do; it replaces one of the same key that still waits."""
        self._idle[key] = job
        self._wake_idle()

    def drop_idle(self, key: Hashable) -> None:
        self._idle.pop(key, None)

    @contextlib.contextmanager
    def foreground(self) -> Generator[None]:
        """While inside, no idle work is done: the user waits for something else."""
        self._foreground += 1
        self._interrupt_idle()
        try:
            yield
        finally:
            self._foreground -= 1
            self._wake_idle()

    def is_busy(self) -> bool:
        """Whether anything runs or waits that is not idle work."""
        return self._foreground > 0 or bool(self._lanes)

    async def wait_until_settled(self) -> None:
        """Wait until no lane is in use: what was asked for is done."""
        while self._lanes:
            await self._empty.wait()

    # -- lanes

    def _start_lane(self, key: Hashable) -> None:
        lane = self._lanes[key]
        lane.timer = None
        if lane.pending is None or lane.running is not None:
            return
        job, lane.pending = lane.pending, None
        lane.running = asyncio.create_task(self._run_lane(key, job))

    async def _run_lane(self, key: Hashable, job: Job) -> None:
        try:
            await job()
        except Exception as error:
            self.failed(error)
        finally:
            lane = self._lanes[key]
            lane.running = None
            if lane.pending is None and lane.timer is None:
                del self._lanes[key]
                if not self._lanes:
                    self._empty.set()
                self._wake_idle()
            elif lane.timer is None:
                lane.timer = asyncio.get_running_loop().call_later(0, self._start_lane, key)

    # -- idle work

    def _wake_idle(self) -> None:
        if self._idle and self._idle_timer is None and self._idle_task is None and not self.is_busy():
            self._idle_timer = asyncio.get_running_loop().call_later(self.rest, self._start_idle)

    def _start_idle(self) -> None:
        self._idle_timer = None
        key = next(iter(self._idle), None)
        if key is not None and not self.is_busy():
            self._idle_task = asyncio.create_task(self._run_idle(key, self._idle.pop(key)))

    async def _run_idle(self, key: Hashable, job: Job) -> None:
        try:
            await job()
        except asyncio.CancelledError:
            self._idle.setdefault(key, job)
        except Exception:
            log.exception("idle work failed")
        finally:
            self._idle_task = None
            self._wake_idle()

    def _interrupt_idle(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        if self._idle_task is not None:
            self._idle_task.cancel()

    async def close(self) -> None:
        """Cancel everything and wait for it, for a while: what does not end when it is cancelled is left behind."""
        self._idle.clear()
        self._foreground += 1
        lanes = tuple(self._lanes.values())
        tasks = [lane.running for lane in lanes if lane.running is not None]
        tasks += [self._idle_task] if self._idle_task is not None else []
        for lane in lanes:
            lane.pending = None
            if lane.timer is not None:
                lane.timer.cancel()
                lane.timer = None
        for task in tasks:
            task.cancel()
        if tasks:
            _, stuck = await asyncio.wait(tasks, timeout=ENDING)
            if stuck:
                log.warning("cancelled work goes on: %s", ", ".join(str(one.get_coro()) for one in stuck))
        self._idle.clear()
