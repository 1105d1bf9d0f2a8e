"""Work that is begun and not waited for ends with its page, also before it has begun."""

from __future__ import annotations

import asyncio
import gc
import logging
import warnings

import pytest

from relook_lsp.browser.background_tasks import BackgroundTasks
from relook_lsp.browser.cdp import CdpError


async def test_what_is_cancelled_before_it_begins() -> None:
    aside = BackgroundTasks()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        aside.start(asyncio.sleep(60))
        aside.cancel_all()
        await asyncio.sleep(0)
        gc.collect()


async def test_only_what_the_browser_refuses_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(error: Exception) -> None:
        raise error

    aside = BackgroundTasks()
    with caplog.at_level(logging.ERROR):
        aside.start(fail(CdpError("the page has been closed")))
        await asyncio.sleep(0.01)
        assert not caplog.records
        aside.start(fail(ZeroDivisionError()))
        await asyncio.sleep(0.01)
        assert caplog.records
