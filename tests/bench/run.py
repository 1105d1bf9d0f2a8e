"""``make bench``: how long a review takes, against the least it could take and against other tools, and where the time goes.

Not a test: numbers depend on the machine and on what else it does. Everything that is compared runs in one go, page by
page in turn, so that load weighs on all alike. ``RELOOK_DATA`` names the folder of test material.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import os
import statistics
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from relook_lsp.browser import evidence_queries
from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.executables import find_browser
from relook_lsp.browser.page_session import PageSession
from relook_lsp.browser.request_interceptor import RequestLog
from relook_lsp.core.errors import BrowserFailed, RelookError
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Viewport
from relook_lsp.core.thread_switching import shorten_thread_switch_interval
from relook_lsp.review.pipeline import ReviewSettings, review_page
from tests.bench import server
from tests.bench.floor import floor
from tests.bench.lighthouse import PROGRAM, lighthouse
from tests.bench.processor import browsers, own
from tests.bench.table import HEAD, PAUSE, line, timed

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "docs" / "demo"


async def reviews(pages: list[Path]) -> None:
    """Review, floor and axe-core on the same pages, warm."""
    driver, plan = Driver(), CapturePlan()
    parts: dict[str, list[float]] = {}

    async def one(path: Path) -> None:
        result = await review_page(driver, Page(path.parent, path.name), ReviewSettings())
        if not result.report.reviewed:
            raise BrowserFailed(f"{path.name}: {result.report.problems[0].message}")
        for name, value in result.report.milliseconds.items():
            parts.setdefault(name, []).append(value / 1000)

    kinds: dict[str, Callable[[Path], Awaitable[None]]] = {
        "review": one,
        "floor": lambda path: floor(driver, path, plan),
        "axe-core": lambda path: axe(driver, path),
    }
    wall: dict[str, list[float]] = {name: [] for name in kinds}
    processor: dict[str, list[float]] = {f"{name}: {who}": [] for name in kinds for who in ("ours", "browser")}
    await one(pages[0])
    parts.clear()
    for path in pages:
        for name, work in kinds.items():
            await asyncio.sleep(PAUSE)
            theirs, ours = browsers(), own()
            wall[name].append(await timed(functools.partial(work, path)))
            await asyncio.sleep(PAUSE)  # what closes and opens pages behind it belongs to it
            processor[f"{name}: ours"].append(own() - ours)
            processor[f"{name}: browser"].append(browsers() - theirs)
    print(f"\nWarm, {len(pages)} pages, load {os.getloadavg()[0]:.1f}:\n\n{HEAD}")
    for name, seconds in wall.items():
        print(line(name, seconds))
    for name, seconds in parts.items():
        print(line(f"review: {name}", seconds))
    print(f"\nProcessor time:\n\n{HEAD}")
    for name, seconds in processor.items():
        print(line(name, seconds))
    for other in ("floor", "axe-core"):
        print(f"\nreview / {other}, page by page: p50 {_ratio(wall['review'], wall[other]):.2f}")
    total = [[a + b for a, b in zip(processor[f"{n}: ours"], processor[f"{n}: browser"], strict=True)] for n in kinds]
    print(f"\nprocessor time of review / floor: p50 {_ratio(total[0], total[1]):.2f}")
    await driver.close()


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


async def axe(driver: Driver, path: Path) -> None:
    """Load in one window and run axe-core."""
    look = PageSession(Page(path.parent, path.name), CapturePlan(), await driver.acquire_tab(), False, RequestLog())
    await look.load(Viewport(1280, 800))
    await evidence_queries.run_axe(look, Viewport(1280, 800))
    await look.close()
    driver.open_spare_tabs()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--edits", type=int, default=12)
    parser.add_argument("--lighthouse", type=int, default=3, help="pages that Lighthouse looks at too")
    chosen = parser.parse_args()
    shorten_thread_switch_interval()
    data = os.environ.get("RELOOK_DATA")
    folder = Path(data) / "pages" / "simonw-tools" if data else DEMO
    pages = sorted(folder.glob("**/*.html"))[: chosen.pages]
    print(json.dumps({"browser": find_browser().path, "pages": str(folder.name), "cores": os.cpu_count()}))
    await reviews(pages)
    await server.measure(DEMO / "broken", chosen.edits)
    if chosen.lighthouse and PROGRAM.exists():
        await lighthouse(pages[: chosen.lighthouse])


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except RelookError as error:
        sys.exit(f"bench: {error}")
