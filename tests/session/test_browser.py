"""The browser of a session: shared, and closed when nobody uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from relook_lsp.browser import driver
from relook_lsp.session.shared_browser import SharedBrowser


class Fake:
    made: list[Fake]

    def __init__(self, setting: str) -> None:
        self.setting = setting
        self.closed = False
        self.made.append(self)

    async def close(self) -> None:
        await asyncio.sleep(0.01)
        self.closed = True


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():  # noqa: ASYNC110 (a test polls)
            await asyncio.sleep(0.005)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Fake]:
    Fake.made = []
    monkeypatch.setattr(driver, "Driver", Fake)
    return Fake.made


async def test_one_browser_for_all_and_closed_after_the_last(made: list[Fake]) -> None:
    browser = SharedBrowser(idle=0.3)
    async with browser.borrow_driver("") as one:
        async with browser.borrow_driver("") as two:
            assert one is two
        await asyncio.sleep(0.5)
        assert not made[0].closed  # someone still uses it
    await until(lambda: made[0].closed)
    assert len(made) == 1
    async with browser.borrow_driver("") as three:
        assert three is not one


async def test_another_setting_waits_until_nobody_is_at_the_former(made: list[Fake]) -> None:
    browser, order = SharedBrowser(), list[str]()

    async def work(setting: str) -> None:
        async with browser.borrow_driver(setting) as one:
            assert isinstance(one, Fake) and one.setting == setting
            order.append(setting)
            await asyncio.sleep(0.05)
            assert not one.closed

    await asyncio.gather(*(work(setting) for setting in "aabacbb"))
    assert sorted(order) == sorted("aabacbb")
    # Nobody's browser was closed under him, and each was made once for all that came together.
    assert len(made) == 3
    stuck = asyncio.ensure_future(work("d"))
    await asyncio.sleep(0)
    late = asyncio.ensure_future(work("e"))
    await asyncio.sleep(0)
    stuck.cancel()
    await late
    await browser.close()
    assert all(one.closed for one in made)


async def test_another_setting_is_another_browser(made: list[Fake]) -> None:
    browser = SharedBrowser()
    async with browser.borrow_driver("a"):
        pass
    async with browser.borrow_driver("b"):
        pass
    assert [one.setting for one in made] == ["a", "b"] and made[0].closed
    await browser.close()
    assert made[1].closed


async def test_who_comes_while_it_closes_gets_a_new_one(made: list[Fake]) -> None:
    browser = SharedBrowser(idle=0)
    async with browser.borrow_driver(""):
        pass
    await asyncio.sleep(0.001)
    async with browser.borrow_driver("") as other:
        assert [one for one in made if one.closed] == [one for one in made if one is not other]
    await browser.close()
