"""Inside VS Code: its own interface to the extension, and a language model that the editor has."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from playwright.async_api import expect

from tests.editor.vscode import code_server
from tests.editor.vscode.code_server import ROOT, CodeServer
from tests.editor.vscode.conftest import Window, replace
from tests.editor.vscode.workbench import WAIT, Workbench

HERE = Path(__file__).parent
REFUSED = {
    "test-quota": "Quota used up or content blocked, says the editor's language model (0 of 50 requests are left)",
    "test-consent": "ReLook may not use the editor's language model",
    "test-absent": 'The editor has no language model "test-absent"',
}
"""What the user reads, by the model that is chosen."""


async def test_interface(extensions: Path, window: Window, site: Path, tmp_path: Path) -> None:
    editor = await code_server.start(tmp_path / "code", extensions, {"relook.python": sys.executable}, driver=True)
    try:
        await inside(editor, await window(editor), site)
    finally:
        await editor.stop()


async def inside(editor: CodeServer, code: Workbench, site: Path) -> None:
    """Run ``host/index.js`` in the extension host and wait for its end."""
    errors: list[str] = []
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    await code.page.expose_function(
        "codeAutomationLog", lambda kind, words: errors.append(str(words)[:2000]) if kind == "error" else None
    )
    await code.page.expose_function("codeAutomationExit", lambda code: ended.set_result(code))
    await code.open(site, extensionDevelopmentPath=ROOT / "client-vscode", extensionTestsPath=HERE / "host/index.js")
    async with asyncio.timeout(600):
        assert await ended == 0, errors[-1:]


async def test_language_model(extensions: Path, window: Window, site: Path, tmp_path: Path) -> None:
    """A critic that is a model of the editor: pictures reach it, and its opinion stands with the findings. A model that
    refuses, or is not there, is told of in the status, and what was measured still stands."""
    chosen = {
        "relook.python": sys.executable, "relook.editor.prepare": 0,
        "relook.critic.endpoint": "editor", "relook.critic.model": "test-vision",
    }  # fmt: skip
    editor = await code_server.start(tmp_path / "code", extensions, chosen)
    try:
        code = await window(editor)
        await code.open(site, "index.html")
        await code.page.keyboard.press("Control+Shift+M")
        opinion = code.page.locator(
            ".markers-panel .monaco-list-row", has_text=re.compile(r"The model was shown [1-9] pictures")
        )
        await expect(opinion).to_be_visible(timeout=2 * WAIT)
        await code.picture("opinion")
        for model, says in REFUSED.items():
            replace(editor.folder / "data/Machine/settings.json", {**chosen, "relook.critic.model": model})
            status = await code.language_status()
            await expect(status).to_contain_text(says, timeout=WAIT)
            await expect(status).not_to_contain_text("could not be asked")
            await code.picture(model)
            await expect(opinion).to_be_hidden(timeout=WAIT)
            await expect(code.page.locator(".markers-panel .monaco-list-row", has_text="low-contrast")).to_be_visible()
    finally:
        await editor.stop()
