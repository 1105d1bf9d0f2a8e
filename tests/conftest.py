"""Fixtures shared by all tests: one browser for the whole session, and the test material."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver

# Text must measure the same on every machine.
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).parent / "fonts.conf")
# What other runs have kept is not for tests, and theirs is for nobody else.
os.environ["RELOOK_CACHE"] = tempfile.mkdtemp(prefix="relook-tests-")
atexit.register(shutil.rmtree, os.environ["RELOOK_CACHE"], ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def driver() -> AsyncIterator[Driver]:
    """A real Chromium, started when first used."""
    one = Driver()
    yield one
    await one.close()


@pytest.fixture(scope="session")
def data() -> Path:
    """The test material that ``RELOOK_DATA`` names."""
    folder = os.environ.get("RELOOK_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("RELOOK_DATA does not name a folder of test material")
    return Path(folder)
