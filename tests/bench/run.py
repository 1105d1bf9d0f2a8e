"""``make bench``: how long a review takes, against the least it could take and against other tools, and where the time goes.

Not a test: numbers depend on the machine and on what else it does. Everything that is compared runs in one go, page by
page in turn, so that load weighs on all alike. ``RELOOK_DATA`` names the folder of test material.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import http.server
import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from relook_lsp.browser import questions
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.find import find
from relook_lsp.browser.look import Look
from relook_lsp.browser.plan import Plan
from relook_lsp.browser.requests import Record
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Viewport
from relook_lsp.review.review import Settings, review
from tests.bench import server
from tests.bench.floor import floor

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "docs" / "demo"
LIGHTHOUSE = ROOT / "build" / "bench" / "node_modules" / ".bin" / "lighthouse"


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def line(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"| {name} | {statistics.median(ordered):.3f} | {p95:.3f} | {ordered[-1]:.3f} |"


async def reviews(pages: list[Path]) -> None:
    """Review, floor and axe-core on the same pages, warm."""
    driver, plan = Driver(), Plan()
    spent: dict[str, list[float]] = {"review": [], "floor": [], "axe-core": []}
    parts: dict[str, list[float]] = {}

    async def one(path: Path) -> None:
        result = await review(driver, Page(path.parent, path.name), Settings())
        for name, value in result.report.milliseconds.items():
            parts.setdefault(name, []).append(value / 1000)

    await one(pages[0])
    parts.clear()
    for path in pages:
        spent["review"].append(await timed(functools.partial(one, path)))
        spent["floor"].append(await timed(functools.partial(floor, driver, path, plan)))
        spent["axe-core"].append(await timed(functools.partial(axe, driver, path)))
    print(
        f"\nWarm, {len(pages)} pages, load {os.getloadavg()[0]:.1f}:\n\n| seconds | p50 | p95 | most |\n|---|---|---|---|"
    )
    for name, seconds in spent.items():
        print(line(name, seconds))
    for name, seconds in parts.items():
        print(line(f"review: {name}", seconds))
    ratios = [a / b for a, b in zip(spent["review"], spent["floor"], strict=True)]
    print(f"\nreview / floor, page by page: p50 {statistics.median(ratios):.2f}")
    await driver.close()


async def axe(driver: Driver, path: Path) -> None:
    """Load in one window and run axe-core."""
    look = Look(Page(path.parent, path.name), Plan(), await driver.tab(), False, Record())
    await look.open(Viewport(1280, 800))
    await questions.axe(look, Viewport(1280, 800))
    await look.close()
    driver.warm()


async def lighthouse(pages: list[Path]) -> None:
    """Lighthouse and a review of the same pages, one after the other."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_words: None})
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=pages[0].parent))
    threading.Thread(target=served.serve_forever, daemon=True).start()
    driver = Driver()
    await review(driver, Page(pages[0].parent, pages[0].name), Settings())
    ours: list[float] = []
    theirs: list[float] = []
    for path in pages:
        url = f"http://127.0.0.1:{served.server_port}/{path.name}"
        command = [str(LIGHTHOUSE), url, "--quiet", "--output=json", "--output-path=/dev/null",
                   "--chrome-flags=--headless --no-sandbox"]  # fmt: skip
        environment = {**os.environ, "CHROME_PATH": find().path}
        started = time.perf_counter()
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, env=environment)
        theirs.append(time.perf_counter() - started)
        ours.append(await timed(functools.partial(review, driver, Page(path.parent, path.name), Settings())))
    served.shutdown()
    await driver.close()
    print(f"\nLighthouse, {len(pages)} pages:\n\n| seconds | p50 | p95 | most |\n|---|---|---|---|")
    print(line("Lighthouse", theirs))
    print(line("review", ours))
    print(f"\nLighthouse / review: {statistics.median(a / b for a, b in zip(theirs, ours, strict=True)):.1f}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--edits", type=int, default=12)
    parser.add_argument("--lighthouse", type=int, default=3, help="pages that Lighthouse looks at too")
    chosen = parser.parse_args()
    data = os.environ.get("RELOOK_DATA")
    folder = Path(data) / "pages" / "simonw-tools" if data else DEMO
    pages = sorted(folder.glob("**/*.html"))[: chosen.pages]
    print(json.dumps({"browser": find().path, "pages": str(folder.name), "cores": os.cpu_count()}))
    await reviews(pages)
    await server.measure(DEMO / "broken", chosen.edits)
    if chosen.lighthouse and LIGHTHOUSE.exists():
        await lighthouse(pages[: chosen.lighthouse])


if __name__ == "__main__":
    asyncio.run(main())
