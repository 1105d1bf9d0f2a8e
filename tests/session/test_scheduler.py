"""Newest wins, and idle work gives way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from relook_lsp.session.scheduler import Scheduler


class Work:
    """Jobs that say when they began and ended, and end when they are let go."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.go = asyncio.Event()

    async def _work(self, name: str) -> None:
        self.said.append(f"{name} begins")
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.said.append(f"{name} is cancelled")
            raise
        self.said.append(f"{name} ends")

    def job(self, name: str):
        return lambda: self._work(name)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0.001)


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():  # noqa: ASYNC110 (a test polls)
            await asyncio.sleep(0.005)


async def test_of_many_jobs_of_one_key_the_first_and_the_last_run() -> None:
    scheduler, work = Scheduler(), Work()
    for name in ("one", "two", "three"):
        scheduler.submit("page", work.job(name))
        await settle()
    work.go.set()
    await settle()
    assert work.said == ["one begins", "one ends", "three begins", "three ends"]
    assert not scheduler.is_busy()


async def test_a_job_waits_for_a_pause() -> None:
    scheduler, work = Scheduler(), Work()
    work.go.set()
    for name in "abcdefgh":
        scheduler.submit("page", work.job(name), 1)
        await asyncio.sleep(0.001)
    assert work.said == []
    await until(lambda: work.said == ["h begins", "h ends"])


async def test_what_is_out_of_date_is_cancelled_and_its_successor_runs() -> None:
    scheduler, work = Scheduler(), Work()
    scheduler.submit("page", work.job("old"))
    await settle()
    scheduler.cancel("page")
    scheduler.submit("page", work.job("new"))
    work.go.set()
    await settle()
    assert work.said == ["old begins", "old is cancelled", "new begins", "new ends"]


async def test_one_can_wait_until_everything_that_was_asked_for_is_done() -> None:
    scheduler, work = Scheduler(), Work()
    async with asyncio.timeout(20):
        await scheduler.wait_until_settled()
    scheduler.submit("find", lambda: asyncio.sleep(0, scheduler.submit("page", work.job("look"))))
    waiting = asyncio.ensure_future(scheduler.wait_until_settled())
    await until(lambda: work.said == ["look begins"])
    await settle()
    assert not waiting.done()
    work.go.set()
    async with asyncio.timeout(20):
        await waiting


async def test_idle_work_waits_gives_way_and_begins_again() -> None:
    scheduler, work, edit = Scheduler(rest=0.01), Work(), Work()
    scheduler.submit("page", edit.job("review"))
    scheduler.submit_idle("page", work.job("prepare"))
    await asyncio.sleep(0.05)
    assert work.said == []
    edit.go.set()
    await until(lambda: work.said == ["prepare begins"])
    edit.go.clear()
    scheduler.submit("page", edit.job("review"))
    await settle()
    assert work.said[-1] == "prepare is cancelled"
    work.go.set()
    edit.go.set()
    await until(lambda: work.said[2:] == ["prepare begins", "prepare ends"])


async def test_idle_jobs_run_one_at_a_time_and_not_while_the_user_waits() -> None:
    scheduler, work = Scheduler(rest=0.001), Work()
    with scheduler.foreground():
        scheduler.submit_idle("a", work.job("a"))
        scheduler.submit_idle("b", work.job("b"))
        await settle()
        assert work.said == []
    await until(lambda: work.said == ["a begins"])
    await settle()
    assert work.said == ["a begins"]
    work.go.set()
    await until(lambda: work.said == ["a begins", "a ends", "b begins", "b ends"])


async def test_a_failing_job_does_not_stop_the_next() -> None:
    scheduler, work = Scheduler(rest=0.001), Work()

    async def fails() -> None:
        raise ValueError

    scheduler.submit("page", fails)
    scheduler.submit_idle("idle", fails)
    await asyncio.sleep(0.02)
    work.go.set()
    scheduler.submit("page", work.job("next"))
    await settle()
    assert work.said == ["next begins", "next ends"]


async def test_closing_ends_everything() -> None:
    others = asyncio.all_tasks()
    scheduler, work = Scheduler(rest=0.001), Work()
    scheduler.submit_idle("a", work.job("idle"))
    await until(lambda: work.said == ["idle begins"])
    scheduler.submit("page", work.job("running"))
    scheduler.submit("later", work.job("waiting"), 60)
    await settle()
    await scheduler.close()
    await asyncio.sleep(0.03)
    assert "running is cancelled" in work.said and "waiting begins" not in work.said
    assert asyncio.all_tasks() <= others
