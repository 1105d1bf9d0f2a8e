"""A browser that dies is the environment's failure: recovered from once, never the author's."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.review.pipeline import ReviewSettings, review_page
from tests.hostile.conftest import HEAD, PLAN

pytestmark = [pytest.mark.browser, pytest.mark.hostile, pytest.mark.timeout(300)]


def browsers() -> set[int]:
    """Browser processes (not their children) that this process has started."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        # Debian starts it through a shell script with the same words.
        if any(word.startswith(b"--user-data-dir") for word in words) and not words[0].endswith(b"/sh"):
            found.add(int(process.name))

    def ours(process: int) -> bool:
        while process in parents:
            process = parents[process]
            if process == os.getpid():
                return True
        return False

    # A child that was forked a moment ago still has its parent's words.
    return {process for process in found if ours(process) and parents.get(process) not in found}


class Server:
    """A development server that kills the browsers which ask it for the page, as often as told."""

    def __init__(self, known: set[int]) -> None:
        self.known = known
        self.kills = 0
        self.killed: set[int] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Page:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return Page(Path.cwd(), f"http://127.0.0.1:{port}/")

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for process in browsers() - self.known - self.killed:
            if len(self.killed) < self.kills:
                self.killed.add(process)
                os.kill(process, signal.SIGKILL)
        body = f"{HEAD}<h1>Harbour</h1><p style='color:#ccc'>Pale</p>".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


async def test_killed_once_in_mid_capture() -> None:
    driver, server = Driver(), Server(browsers())
    server.kills = 1
    try:
        async with server as page:
            result = await review_page(driver, page, ReviewSettings(PLAN))
    finally:
        await driver.close()
    assert len(server.killed) == 1
    assert not result.report.problems
    assert [finding.rule for finding in result.report.findings] == ["low-contrast"]
    assert driver.start_count == 2
    assert browsers() <= server.known


async def test_killed_again_and_again() -> None:
    driver, server = Driver(), Server(browsers())
    server.kills = 99
    try:
        async with server as page:
            result = await review_page(driver, page, ReviewSettings(PLAN))
            assert [problem.kind for problem in result.report.problems] == ["browser-failed"]
            assert not result.report.findings and not result.report.reviewed
            # The same driver works on as soon as nobody kills.
            server.kills = 0
            after = await review_page(driver, page, ReviewSettings(PLAN))
            assert [finding.rule for finding in after.report.findings] == ["low-contrast"], after.report.problems
    finally:
        await driver.close()
    assert browsers() <= server.known


async def test_one_page_that_crashes_its_process_costs_only_itself(driver: Driver, tmp_path: Path) -> None:
    page = Page(tmp_path, "index.html")
    (tmp_path / "index.html").write_text(f"{HEAD}<h1>Harbour</h1>")
    (tmp_path / "crash.html").write_text(
        f"{HEAD}<h1>Harbour</h1><iframe src='chrome://crash'></iframe><script>location='chrome://kill'</script>"
    )
    both = await asyncio.gather(
        *(review_page(driver, one, ReviewSettings(PLAN)) for one in (Page(tmp_path, "crash.html"), page))
    )
    assert both[1].report.reviewed, both[1].report.problems
    assert not any(finding.severity.value == "error" for finding in both[0].report.findings)
