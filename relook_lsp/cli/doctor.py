"""``relook doctor``."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from relook_lsp.cli.trust import notice, trust_argument
from relook_lsp.report.plain import plain


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--browser", default="", help="browser to check instead of the one found")
    trust_argument(parser)


def run(options: argparse.Namespace) -> int:
    """0 where pages can be reviewed, else 3."""
    from relook_lsp.browser.driver import Driver
    from relook_lsp.core.errors import RelookError
    from relook_lsp.core.page import Page
    from relook_lsp.review import config
    from relook_lsp.review.examine import examine
    from relook_lsp.review.review import Review, review
    from relook_lsp.review.settings import Settings

    root = config.find_root(Path.cwd())
    try:
        settings = config.load(root, trusted=options.trust)
    except RelookError as error:
        print(f"settings: {error}")
        return 3

    setting = _absolute(options.browser) or settings.browser
    if settings.ignored:
        print(f"settings: {plain(notice(settings.ignored).message)}")

    async def look(page: Page) -> Review:
        driver = Driver(setting)
        try:
            return await review(driver, page, Settings())
        finally:
            await driver.close()

    found = asyncio.run(examine(root, setting, look))
    print("\n".join(found.lines))
    return 0 if found.ok else 3


def _absolute(browser: str) -> str:
    """A path that the user typed is relative to the current folder; a bare name is a program on the PATH."""
    return str(Path(browser).absolute()) if browser and Path(browser).name != browser else browser
