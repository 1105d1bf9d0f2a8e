"""One VS Code and one browser for all tests; one window for those that need nothing of their own."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from relook_lsp.browser.executables import find_browser
from tests.editor.vscode import code_server
from tests.editor.vscode.code_server import INSTALLED, ROOT, CodeServer
from tests.editor.vscode.workbench import Workbench, until

FLAGS = [
    "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--disable-default-apps", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip

SITE = Path(__file__).parent / "site"
MODEL = Path(__file__).parent / "model"
SERVER = "-P -m relook_lsp"

Window = Callable[[CodeServer], Awaitable[Workbench]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They need a VS Code, and more time than others."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in (
                pytest.mark.vscode,
                pytest.mark.browser,
                pytest.mark.xdist_group("vscode"),
                pytest.mark.timeout(900),
            ):
                item.add_marker(mark)


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every VS Code here has: the extension, built from what is here now, and a language model for it to ask."""
    if shutil.which("npm") is None or not (INSTALLED / "installed").exists():
        pytest.skip("no VS Code for the tests: 'make editor' installs it where there is npm")
    code_server.run(["make", "vsix"])
    folder = tmp_path_factory.mktemp("installed")
    pack = [ROOT / "client-vscode/node_modules/.bin/vsce", "package", "--no-dependencies", "--skip-license", "--out"]
    code_server.run([*pack, folder / "model.vsix"], cwd=MODEL)
    code_server.install([ROOT / "build/relook.vsix", folder / "model.vsix"], folder / "extensions")
    return folder / "extensions"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """For VS Code's own window."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(
            executable_path=find_browser().path, headless=True, args=[*FLAGS, *sandbox]
        )
        yield one
        await one.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def editor(extensions: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CodeServer]:
    """VS Code with the extension, which runs the Python of the tests."""
    server = await code_server.start(tmp_path_factory.mktemp("code"), extensions, {"relook.python": sys.executable})
    yield server
    await server.stop()
    await until(lambda: not server.processes(), "everything that it started ended")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A workspace of its own with the sample page: text too light, and a box too wide for phones."""
    return Path(shutil.copytree(SITE, tmp_path / "bakery"))


def stored(folder: Path) -> dict[str, object] | None:
    """Settings of the workspace; None where there are none, or VS Code is just writing them."""
    try:
        return json.loads((folder / ".vscode/settings.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None


def replace(file: Path, values: Mapping[str, object]) -> None:
    """Settings in one step: of a file that is being written VS Code may read a part."""
    new = file.parent.with_name("settings.new")
    new.write_text(json.dumps(values), "utf-8")
    new.replace(file)


def settings(folder: Path, values: dict[str, object]) -> None:
    """Settings of the workspace."""
    (folder / ".vscode").mkdir(exist_ok=True)
    if stored(folder) != values:
        replace(folder / ".vscode/settings.json", values)


@asynccontextmanager
async def opened(browser: Browser, server: CodeServer, name: str) -> AsyncIterator[Workbench]:
    """A window that asks nothing outside; the last picture is taken when it closes."""
    context = await browser.new_context(viewport={"width": 1200, "height": 760})
    one = Workbench(await context.new_page(), server)
    one.begin(name)
    yield one
    await one.picture("end")
    await context.close()
    assert not one.outside, f"the window asked {one.outside}"


@pytest_asyncio.fixture
async def window(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Window]:
    """Opens a window on a code-server."""
    async with AsyncExitStack() as stack:
        yield lambda server: stack.enter_async_context(opened(browser, server, request.node.name))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(
    browser: Browser, editor: CodeServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Workbench]:
    """The one window: a window takes longer to open than most tests to run."""
    folder = tmp_path_factory.mktemp("shops", numbered=False)
    # There from the beginning: VS Code hears of a change in a file sooner than of a file in a new folder.
    settings(folder, {})
    async with opened(browser, editor, "shared") as one:
        await one.open(folder)
        yield one
    # With the window its server and its browser are gone, while VS Code still runs.
    await until(
        lambda: not [line for line in editor.processes().values() if SERVER in line or "headless" in line], "no orphan"
    )


@pytest_asyncio.fixture
async def code(shared: Workbench, request: pytest.FixtureRequest) -> AsyncIterator[Workbench]:
    """The one window as if it were new: no file open, no settings, and a site of its own, of which VS Code has heard
    nothing yet."""
    failed = request.session.testsfailed
    shared.begin(request.node.name)
    number = len(list(shared.folder.glob("bakery-*"))) + 1
    shared.site = Path(shutil.copytree(SITE, shared.folder / f"bakery-{number}"))
    yield shared
    settings(shared.folder, {})
    if request.session.testsfailed > failed:
        await shared.picture("failed")
        await shared.open(shared.folder)
    await shared.close_all()
