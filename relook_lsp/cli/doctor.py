"""``relook doctor``."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from relook_lsp.cli.trust import notice, trust_argument
from relook_lsp.report.sanitize import to_plain_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--browser", default="", help="browser to check instead of the one found")
    trust_argument(parser)


def run(options: argparse.Namespace) -> int:
    """0 where pages can be reviewed, else 3."""
    from relook_lsp.browser.driver import Driver
    from relook_lsp.core.errors import RelookError
    from relook_lsp.core.page import Page
    from relook_lsp.review import config
    from relook_lsp.review.environment_check import check_environment
    from relook_lsp.review.pipeline import Review, review_page
    from relook_lsp.review.settings import ReviewSettings

    root = config.find_root(Path.cwd())
    try:
        settings = config.load_config(root, trusted=options.trust)
    except RelookError as error:
        print(f"settings: {error}")
        return 3

    setting = _absolute(options.browser) or settings.browser
    if settings.ignored:
        print(f"settings: {to_plain_line(notice(settings.ignored).message)}")

    async def look(page: Page) -> Review:
        driver = Driver(setting)
        try:
            return await review_page(driver, page, ReviewSettings())
        finally:
            await driver.close()

    found = asyncio.run(check_environment(root, setting, look))
    print("\n".join(found.lines))
    return 0 if found.ok else 3


def _absolute(browser: str) -> str:
    """A path that the user typed is relative to the current folder; a bare name is a program on the PATH."""
    return str(Path(browser).absolute()) if browser and Path(browser).name != browser else browser
