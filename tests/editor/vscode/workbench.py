"""VS Code's window, as a user sees it: where to click, what to wait for, and a picture of every step."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from playwright.async_api import FrameLocator, Locator, Page, expect
from playwright.async_api import TimeoutError as NotYet

from tests.editor.vscode.code_server import ROOT, CodeServer

PICTURES = ROOT / "build/editor-pictures"
WAIT = 120_000
"""Milliseconds; for a machine that is busy with other work."""

WEBVIEW_FILES = ".vscode-resource.vscode-cdn.net"
"""Under this name webviews ask for files; VS Code's own service worker answers, and no request leaves the window."""


class Workbench:
    """One window on one folder; the pages in it are those of ``site``."""

    folder: Path
    site: Path

    def __init__(self, page: Page, server: CodeServer) -> None:
        self.page, self.server = page, server
        self.outside: set[str] = set()
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        host = urlsplit(url).netloc
        here = host == f"127.0.0.1:{self.server.port}" or host.endswith(WEBVIEW_FILES)
        if url.startswith(("http", "ws")) and not here:
            self.outside.add(host)

    def begin(self, name: str) -> None:
        """From now on pictures are of this test."""
        self._pictures, self._steps = PICTURES / name, 0
        shutil.rmtree(self._pictures, ignore_errors=True)
        self._pictures.mkdir(parents=True)

    async def open(self, folder: Path, file: str | None = None, **more: Path) -> None:
        """The workbench on a folder, with one file in the editor. ``more`` are paths that VS Code takes from its address,
        as ``extensionDevelopmentPath``."""
        self.folder = self.site = folder
        paths = ({} if file is None else {"openFile": folder / file}) | more
        there = f"vscode-remote://127.0.0.1:{self.server.port}"
        payload = json.dumps([[name, f"{there}{path}"] for name, path in paths.items()])
        await self.page.goto(f"{self.server.address}/?folder={quote(str(folder))}&payload={quote(payload)}")
        if file is not None:
            await expect(self.editor.locator(".view-line").first).to_be_visible(timeout=WAIT)

    async def show(self, file: str) -> None:
        """Open a file of the site."""
        await self._asked("Control+P", str(self.site / file))
        await self.pick(re.compile(rf"{re.escape(file)}.*{self.site.name}(?!\d)"))
        await expect(self.page.locator(".tab.active", has_text=file)).to_be_visible(timeout=WAIT)

    async def close_all(self) -> None:
        """Close all files, what was not saved is lost; panel and notifications too."""
        tabs = self.page.locator(".tabs-container .tab")
        unsaved = self.page.locator(".monaco-dialog-box .monaco-button", has_text="Don't Save")
        await self.command("View: Close All Editors")
        while await tabs.count():
            if await unsaved.is_visible():
                await unsaved.click()
            await asyncio.sleep(0.1)
        if await self.page.locator(".part.panel").is_visible():
            await self.page.keyboard.press("Control+J")
        if await self.page.locator(".notifications-toasts.visible").count():
            await self.command("Notifications: Clear All Notifications")

    async def picture(self, step: str) -> None:
        self._steps += 1
        await self.page.screenshot(path=self._pictures / f"{self._steps:02}-{step}.png")

    # -- the editor

    @property
    def editor(self) -> Locator:
        return self.page.locator(".editor-instance .monaco-editor").first

    def squiggles(self, severity: str = "warning") -> Locator:
        return self.editor.locator(f".squiggly-{severity}")

    async def text(self, pattern: str | re.Pattern[str]) -> None:
        """Wait until the editor shows the text."""
        await expect(self.editor.locator(".view-lines")).to_contain_text(pattern, timeout=WAIT)

    async def colour(self, selector: str) -> str:
        """The colour that stands on the line of a selector."""
        line = await self.editor.locator(".view-line", has_text=selector).inner_text()
        found = re.search(r"#[0-9a-f]{6}", line)
        assert found is not None, line
        return found.group()

    async def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor there; lines and columns count from 1."""
        await self.page.keyboard.press("Control+1")
        await self._asked("Control+G", f":{line}:{column}")
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator(".statusbar-item", has_text=f"Ln {line}, Col {column}")).to_be_visible(
            timeout=WAIT
        )
        await expect(self.editor).to_have_class(re.compile(r"\bfocused\b"), timeout=WAIT)

    async def selected(self, text: str, part: str) -> None:
        """Wait until this part of the editor's text, which stands on one line, is selected."""
        line, column = place(text, part)
        says = f"Ln {line}, Col {column + len(part)} ({len(part)} selected)"
        await expect(self.page.locator(".statusbar-item", has_text=says)).to_be_visible(timeout=WAIT)

    async def quick_fix(self, title: str | re.Pattern[str]) -> Locator:
        """The entry of the quick fix menu at the cursor. What is offered may change while it is open, so it is opened
        until it offers this."""
        entry = self.page.locator(".action-widget .monaco-list-row", has_text=title).first
        async with asyncio.timeout(WAIT / 1000):
            while True:
                await self.page.keyboard.press("Control+.")
                try:
                    await entry.wait_for(timeout=2000)
                    return entry
                except NotYet:
                    await self.page.keyboard.press("Escape")
                    await asyncio.sleep(0.2)

    async def hover(self, text: str | re.Pattern[str]) -> Locator:
        """The hover at the cursor that says this."""
        await self.page.keyboard.press("Control+K")
        await self.page.keyboard.press("Control+I")
        found = self.page.locator(".monaco-hover:not(.hidden)", has_text=text).first
        await expect(found).to_be_visible(timeout=WAIT)
        return found

    async def save(self) -> None:
        await self.page.keyboard.press("Control+S")

    # -- around it

    async def problem(self, text: str | re.Pattern[str]) -> Locator:
        """The line of the Problems panel that says this about the site."""
        await self.page.keyboard.press("Control+Shift+M")
        # VS Code keeps files that the extension had opened, with what it knew of them, for up to three minutes.
        await self.page.locator(".panel .viewpane-filter input").fill(f"**/{self.site.name}/**")
        lines = self.page.locator(".markers-panel .monaco-list-row", has_text=text)
        await expect(lines).to_have_count(1, timeout=WAIT)
        return lines

    async def _asked(self, key: str, text: str) -> None:
        """Open the quick input by this key and type into it. It closes when something else takes the focus, as a part
        of the window does that is just being opened, so it is opened until the text is in it."""
        field = self.page.locator(".quick-input-widget input.input")
        async with asyncio.timeout(WAIT / 1000):
            while True:
                await self.page.keyboard.press(key)
                try:
                    return await field.fill(text, timeout=2000)
                except NotYet:
                    await self.page.keyboard.press("Escape")

    async def command(self, title: str) -> None:
        """Run a command of the palette."""
        await self._asked("F1", f">{title}")
        await self.page.locator(".quick-input-list .monaco-list-row", has_text=title).first.click()

    async def pick(self, text: str | re.Pattern[str]) -> None:
        await self.page.locator(".quick-input-list .monaco-list-row", has_text=text).first.click()

    def lens(self, text: str | re.Pattern[str]) -> Locator:
        return self.editor.locator(".codelens-decoration a", has_text=text)

    def toast(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.locator(".notifications-toasts .notification-list-item", has_text=text).first

    async def press(self, toast: Locator, button: str) -> None:
        await toast.locator(".monaco-button", has_text=button).click()

    async def language_status(self) -> Locator:
        """What stands behind the braces in the status bar."""
        await self.page.locator("#status\\.languageStatus").hover()
        return self.page.locator(".hover-language-status")

    def webview(self) -> FrameLocator:
        return self.page.frame_locator("iframe.webview.ready").frame_locator("iframe#active-frame")


def place(text: str, part: str) -> tuple[int, int]:
    """Line and column of a part, counted from 1."""
    before = text[: text.index(part)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


async def until(holds: Callable[[], object], what: str) -> None:
    """Wait until it holds; for what no event tells."""
    end = time.monotonic() + WAIT / 1000
    while not holds():
        assert time.monotonic() < end, f"still not: {what}"
        await asyncio.sleep(0.05)


async def loaded(pictures: Locator) -> list[int]:
    """Width of each picture, once it is there; 0 for one that could not be loaded."""
    return await pictures.evaluate_all(
        "all => Promise.all(all.map((one) => one.decode().then(() => one.naturalWidth, () => 0)))"
    )


async def written(path: Path, text: str) -> None:
    """Wait until the file on the disk has exactly this text."""
    await until(lambda: path.read_text("utf-8") == text, f"{path.name} has the text")
