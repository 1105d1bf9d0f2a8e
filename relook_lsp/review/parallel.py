"""Work on many pages with one browser, and a progress bar on stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from relook_lsp.report.sanitize import to_plain_line

if TYPE_CHECKING:
    from relook_lsp.browser.driver import Driver

Item = TypeVar("Item")
Result = TypeVar("Result")


async def run_parallel(
    items: Sequence[Item],
    work: Callable[[Driver, Item], Awaitable[Result]],
    *,
    browser: str,
    jobs: int,
    quiet: bool,
    name: Callable[[Item], str],
) -> list[Result]:
    """Runs ``work`` on every item with one shared driver, at most ``jobs`` at once. Returns the results in the order of
    the items. Raises what ``work`` raises."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from relook_lsp.browser.driver import Driver

    driver = Driver(browser)
    turn = asyncio.Semaphore(jobs)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = quiet or len(items) < 2 or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=len(items))

        async def one(item: Item) -> Result:
            async with turn:
                progress.update(task, description=to_plain_line(name(item), 40))
                try:
                    return await work(driver, item)
                finally:
                    progress.advance(task)

        try:
            return await asyncio.gather(*(one(item) for item in items))
        finally:
            await driver.close()
