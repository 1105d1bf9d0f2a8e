"""Fixtures shared by all tests: one browser for the whole session, and the test material."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from relook_lsp.browser.driver import Driver

# Text must measure the same on every machine.
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).parent / "fonts.conf")
# The settings of whoever runs the tests are not for tests.
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="relook-tests-config-")
atexit.register(shutil.rmtree, os.environ["XDG_CONFIG_HOME"], ignore_errors=True)
# What other runs have kept is not for tests, and theirs is for nobody else.
os.environ["RELOOK_CACHE"] = tempfile.mkdtemp(prefix="relook-tests-")
atexit.register(shutil.rmtree, os.environ["RELOOK_CACHE"], ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test that asks for the browser, directly or through a fixture, before ``-m`` selects."""
    for item in items:
        if "driver" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


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


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], None]]:
    """Takes the right to write into a folder: by its mode, and for root, who needs none, by a mount of its own."""
    closed: list[Path] = []

    def close(folder: Path) -> None:
        if os.geteuid() != 0:
            folder.chmod(0o555)
        else:
            for options in (["--bind", str(folder)], ["-o", "remount,bind,ro"]):
                done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
                if done.returncode:
                    pytest.skip("root may not mount here")
        closed.append(folder)

    yield close
    for folder in closed:
        if os.geteuid() == 0:
            subprocess.run(["umount", str(folder)], check=True)
        else:
            folder.chmod(0o755)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system needs the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
