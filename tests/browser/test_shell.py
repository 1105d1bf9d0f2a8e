"""The headless shell at the other end of its pipes."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import BrowserFailed

pytestmark = pytest.mark.browser


async def _value(cdp: Cdp, expression: str) -> object:
    reply = await cdp.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
    return reply["result"].get("value")


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _children() -> set[int]:
    """Processes that this one started and that are still there."""
    return {int(number) for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()}


async def test_large_messages_arrive_whole(driver: Driver) -> None:
    tab = await driver.acquire_tab()
    text = await _value(tab.cdp, "'ü\\u2028😀'.repeat(500000)")
    assert text == "ü\u2028😀" * 500000
    await tab.close()


async def test_many_calls_each_get_their_own_answer(driver: Driver) -> None:
    one, two = await asyncio.gather(driver.acquire_tab(), driver.acquire_tab())
    calls = [(tab, number) for number in range(50) for tab in (one, two)]
    assert await asyncio.gather(*(_value(tab.cdp, f"{number} * 2") for tab, number in calls)) == [
        2 * n for _, n in calls
    ]
    await asyncio.gather(one.close(), two.close())


async def test_a_refused_call_and_a_closed_page_are_errors(driver: Driver) -> None:
    tab = await driver.acquire_tab()
    with pytest.raises(CdpError, match=r"No\.such"):
        await tab.cdp.send("No.such", {})
    waiting = asyncio.ensure_future(
        tab.cdp.send("Runtime.evaluate", {"expression": "new Promise(() => {})", "awaitPromise": True})
    )
    await asyncio.sleep(0)
    await tab.close()
    with pytest.raises(CdpError):
        await waiting
    with pytest.raises(CdpError):
        await _value(tab.cdp, "1")


async def test_pages_share_nothing(driver: Driver) -> None:
    one, two = await driver.acquire_tab(), await driver.acquire_tab()
    contexts = [
        (await tab.cdp.send("Target.getTargetInfo", {}))["targetInfo"]["browserContextId"] for tab in (one, two)
    ]
    assert contexts[0] != contexts[1]
    await asyncio.gather(one.close(), two.close())


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
async def test_closing_is_for_good_and_leaves_no_process() -> None:
    others = _children()
    driver = Driver()
    tab = await driver.acquire_tab()
    started = _children() - others
    assert started
    await driver.close()
    assert not started & _children()
    with pytest.raises(CdpError):
        await _value(tab.cdp, "1")
    with pytest.raises(BrowserFailed):
        await driver.acquire_tab()
    await driver.close()
    assert not _children() - others


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
async def test_a_closing_that_is_cancelled_leaves_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    others = _children()
    driver = Driver()
    await driver.acquire_tab()
    closing = asyncio.create_task(driver.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await driver.close()
    assert not _children() - others
    assert not _inside(tmp_path)
