"""Lighthouse (npm) and a review of the same pages in turn."""

from __future__ import annotations

import asyncio
import functools
import http.server
import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.executables import find_browser
from relook_lsp.core.page import Page
from relook_lsp.review.pipeline import ReviewSettings, review_page
from tests.bench.table import HEAD, PAUSE, line, timed

PROGRAM = Path(__file__).parents[2] / "build" / "bench" / "node_modules" / ".bin" / "lighthouse"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Generator[str]:
    """The folder's address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def browser() -> Generator[int]:
    """The port of a browser that Lighthouse is lent: one that it starts itself outlives it where it is a headless shell.
    Warm, like that of the reviews."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [find_browser().path, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
                   f"--user-data-dir={profile}", "about:blank"]  # fmt: skip
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            told = Path(profile) / "DevToolsActivePort"
            for _ in range(200):
                if told.exists() and told.read_text("ascii").strip():
                    break
                time.sleep(0.05)
            yield int(told.read_text("ascii").split()[0])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


async def lighthouse(pages: list[Path]) -> None:
    """Prints both times and their ratio, page by page."""
    ours: list[float] = []
    theirs: list[float] = []
    driver = Driver()
    with served(pages[0].parent) as address, browser() as port:
        await review_page(driver, Page(pages[0].parent, pages[0].name), ReviewSettings())
        for path in pages:
            command = [str(PROGRAM), f"{address}/{path.name}", f"--port={port}", "--quiet", "--output=json",
                       "--output-path=/dev/null"]  # fmt: skip
            started = time.perf_counter()
            await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
            theirs.append(time.perf_counter() - started)
            await asyncio.sleep(PAUSE)
            ours.append(
                await timed(functools.partial(review_page, driver, Page(path.parent, path.name), ReviewSettings()))
            )
    await driver.close()
    print(f"\nLighthouse, {len(pages)} pages, load {os.getloadavg()[0]:.1f}:\n\n{HEAD}")
    print(line("Lighthouse", theirs))
    print(line("review", ours))
    print(
        f"\nLighthouse / review, page by page: p50 {statistics.median(a / b for a, b in zip(theirs, ours, strict=True)):.1f}"
    )
