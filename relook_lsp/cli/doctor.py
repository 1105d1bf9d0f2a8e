"""``relook doctor``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--browser", default="", help="browser to check instead of the one found")


def run(options: argparse.Namespace) -> int:
    """0 where pages can be reviewed, else 3."""
    from relook_lsp import __version__
    from relook_lsp.browser.find import candidates
    from relook_lsp.browser.install import starts
    from relook_lsp.core.errors import RelookError
    from relook_lsp.review import config

    print(f"relook {__version__}, Python {sys.version.split()[0]} on {sys.platform}")
    root = config.find_root(Path.cwd())
    file = config.settings_file(root)
    try:
        setting = options.browser or config.load(root).browser
        print(f"settings: {file or 'defaults'} (root {root})")
    except RelookError as error:
        print(f"settings: {error}")
        return 3
    try:
        found = candidates(setting)
    except RelookError as error:
        print(f"browser: {error}")
        return 3
    if not found:
        print("browser: none found\nRun 'relook install-browser', or set RELOOK_BROWSER to a Chromium.")
        return 3
    for number, one in enumerate(found):
        kind = "headless shell: exact, in virtual time" if one.shell else "full browser: slower, in real time"
        state = "used" if number == 0 else "also there"
        print(f"browser: {one.path} ({one.origin}; {kind}; {state})")
    if not starts(found[0].path):
        print(f"browser: {found[0].path} does not start; try it by hand, or run 'relook install-browser --force'")
        return 3
    try:
        score, milliseconds, capture = asyncio.run(_try(setting))
    except RelookError as error:
        print(f"capture: {error}")
        return 3
    how = "exact" if capture == "exact" else "in real time: slower, and moments are not exact"
    print(f"capture: works, {how}; a small page took {milliseconds:.0f} ms (score {score})")
    if not found[0].shell:
        print("missing: a headless shell, for exact and faster captures: relook install-browser")
    return 0


async def _try(browser: str) -> tuple[int, float, str]:
    from relook_lsp.browser.driver import Driver
    from relook_lsp.core.errors import BrowserFailed
    from relook_lsp.core.page import Buffer, Page
    from relook_lsp.review.review import Settings, review

    html = "<!doctype html><html lang=en><title>ok</title><meta name=viewport content='width=device-width'><p>ReLook"
    driver = Driver(browser)
    try:
        page = Page(Path.cwd(), "relook-doctor.html", {"relook-doctor.html": Buffer("relook-doctor.html", html)})
        result = await review(driver, page, Settings())
    finally:
        await driver.close()
    if not result.report.reviewed:
        raise BrowserFailed(result.report.problems[0].message)
    return result.report.score, result.report.milliseconds["total"], result.report.capture
