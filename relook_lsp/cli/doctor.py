"""``relook doctor``."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--browser", default="", help="browser to check instead of the one found")


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
        setting = options.browser or config.load(root).browser
    except RelookError as error:
        print(f"settings: {error}")
        return 3

    async def look(page: Page) -> Review:
        driver = Driver(setting)
        try:
            return await review(driver, page, Settings())
        finally:
            await driver.close()

    found = asyncio.run(examine(root, setting, look))
    print("\n".join(found.lines))
    return 0 if found.ok else 3
