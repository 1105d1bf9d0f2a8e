"""What goes wrong around the pages: it is said, it has a button, and nothing stays behind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from playwright.async_api import expect

from tests.editor.vscode import code_server
from tests.editor.vscode.code_server import ROOT, CodeServer
from tests.editor.vscode.conftest import SERVER, Window, settings
from tests.editor.vscode.workbench import WAIT, Workbench, loaded, until


def servers(editor: CodeServer) -> list[int]:
    return [pid for pid, line in editor.processes().items() if SERVER in line and "cli" not in line]


async def test_killed_server_comes_back(code: Workbench, editor: CodeServer) -> None:
    await code.show("style.css")
    await expect(code.squiggles()).to_have_count(1, timeout=WAIT)
    (first,) = servers(editor)
    os.kill(first, signal.SIGKILL)
    await until(lambda: [pid for pid in servers(editor) if pid != first], "a new server runs")
    await expect(code.squiggles()).to_have_count(1, timeout=WAIT)
    await code.command("ReLook: Open HTML Report")
    report = code.webview().locator("body")
    await expect(report).to_contain_text("Text contrast is 2.16:1", timeout=WAIT)
    assert all(await loaded(report.locator("img")))
    await code.picture("report")


async def test_first_steps_without_a_browser(code: Workbench) -> None:
    """The reason is in the status and in a notification with a button; the button asks before it installs."""
    settings(code.folder, {"relook.browser": "/nowhere/chromium"})
    await code.show("index.html")
    toast = code.toast(re.compile("/nowhere/chromium"))
    await expect(toast).to_be_visible(timeout=WAIT)
    await code.picture("problem")
    await code.press(toast, "Install Browser")
    dialog = code.page.locator(".monaco-dialog-box", has_text="Install a browser for ReLook?")
    await expect(dialog).to_be_visible(timeout=WAIT)
    await code.picture("asked")
    await code.page.keyboard.press("Escape")
    status = await code.language_status()
    await expect(status).to_contain_text("no browser", timeout=WAIT)
    await expect(status).to_contain_text("Install Browser")
    await code.picture("status")
    await code.command("ReLook: Doctor")
    # Its words go to the log, which needs a module that is not compiled here; that the log opens can be seen.
    channel = code.page.locator(".panel .monaco-select-box").first
    await expect(channel).to_have_value(re.compile("ReLook"), timeout=WAIT)
    await code.picture("doctor")

    # The walkthrough has four steps, each with its picture. Where there is little room VS Code leaves the pictures out.
    await code.command("View: Close Primary Side Bar")
    await code.command("Welcome: Open Walkthrough...")
    await code.pick("Get started with ReLook")
    steps = code.page.locator(".getting-started-step")
    await expect(steps).to_have_count(4, timeout=WAIT)
    picture = code.page.locator(".getting-started-media img").first
    for number, step in enumerate(("set-up", "see", "fix", "look")):
        await steps.nth(number).click()
        await expect(steps.nth(number)).to_have_class(re.compile("expanded"), timeout=WAIT)
        await expect(picture).to_be_visible(timeout=WAIT)
        assert all(await loaded(picture))
        await code.picture(step)


async def test_untrusted(extensions: Path, window: Window, site: Path, tmp_path: Path) -> None:
    """Scripts do not run, and the workspace chooses no program; the review still works."""
    settings(site, {"relook.python": "/evil", "relook.browser": "/evil"})
    script = "<script>document.body.style.width = '3000px'</script></body>"
    page = site / "index.html"
    page.write_text(page.read_text("utf-8").replace("</body>", script), "utf-8")
    editor = await code_server.start(tmp_path / "code", extensions, {"relook.python": sys.executable}, trust=False)
    try:
        code = await window(editor)
        await code.open(site, "style.css")
        await expect(code.page.locator(".statusbar-item", has_text="Restricted Mode")).to_be_visible(timeout=WAIT)
        await expect(code.squiggles()).to_have_count(1, timeout=WAIT)
        await code.page.keyboard.press("Control+Shift+M")
        # With the script it would be wider.
        problem = code.page.locator(".markers-panel .monaco-list-row", has_text="Page scrolls sideways by 318 px")
        await expect(problem).to_be_visible(timeout=WAIT)
        status = await code.language_status()
        await expect(status).to_contain_text("scripts off in Restricted Mode", timeout=WAIT)
        await code.picture("untrusted")
    finally:
        await editor.stop()


async def test_managed_environment(extensions: Path, window: Window, site: Path, tmp_path: Path) -> None:
    """No interpreter is named: after a yes the wheel inside the extension goes into an environment, which then runs."""
    editor = await code_server.start(tmp_path / "code", extensions, {})
    try:
        code = await window(editor)
        await code.open(site, "style.css")
        await code.press(code.toast("has no environment yet"), "Set Up")
        await expect(code.toast(re.compile("Installing|Making|Processing|Collecting"))).to_be_visible(timeout=WAIT)
        await code.picture("making")
        await expect(code.squiggles()).to_have_count(1, timeout=4 * WAIT)
        await code.picture("works")
        (command,) = [line for line in editor.processes().values() if SERVER in line]
        assert str(tmp_path) in command
        python = command.split(SERVER)[0].split()[0]
        installed = await asyncio.to_thread(subprocess.check_output, [python, "-m", "pip", "freeze"], text=True)
        pinned = (ROOT / ".ci/constraints.txt").read_text("utf-8").lower().replace("_", "-").splitlines()
        packages = [line for line in installed.lower().replace("_", "-").splitlines() if not line.startswith("relook")]
        assert packages and set(packages) <= set(pinned)
    finally:
        await editor.stop()
