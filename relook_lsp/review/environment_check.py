"""What is there and what is missing, for people: ``relook doctor``, on the command line and in the editor."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from relook_lsp import __version__
from relook_lsp.browser.executables import browser_candidates
from relook_lsp.browser.install import can_start
from relook_lsp.core.errors import NoFonts, RelookError
from relook_lsp.core.page import Buffer, Page
from relook_lsp.review import config
from relook_lsp.review.pipeline import Review
from relook_lsp.review.user_settings import user_settings_file

_NAME = "relook-doctor.html"
_PAGE = "<!doctype html><html lang=en><title>ok</title><meta name=viewport content='width=device-width'><p>ReLook"


@dataclass(frozen=True)
class EnvironmentCheck:
    """``ok``: pages can be reviewed."""

    ok: bool
    lines: tuple[str, ...]


def _own_settings() -> str:
    file = user_settings_file()
    return f"{file}{'' if os.access(file, os.R_OK) else ' (not there)'}" if file is not None else "no folder for them"


async def check_environment(root: Path, setting: str, look: Callable[[Page], Awaitable[Review]]) -> EnvironmentCheck:
    """``setting`` names the browser, empty to find one; ``look`` reviews a small page with it."""
    lines = [
        f"relook {__version__}, Python {sys.version.split()[0]} on {sys.platform} ({sys.executable})",
        f"settings: {config.find_settings_file(root) or 'defaults'} (root {root})",
        f"your own settings: {_own_settings()}",
    ]

    def wrong(*said: str) -> EnvironmentCheck:
        return EnvironmentCheck(False, (*lines, *said))

    try:
        found = browser_candidates(setting)
    except RelookError as error:
        return wrong(f"browser: {error}")
    if not found:
        return wrong("browser: none found", "Run 'relook install-browser', or set RELOOK_BROWSER to a Chromium.")
    for number, one in enumerate(found):
        kind = "headless shell: exact, in virtual time" if one.shell else "full browser: slower, in real time"
        lines.append(f"browser: {one.path} ({one.origin}; {kind}; {'used' if number == 0 else 'also there'})")
    first = found[0]
    if not await asyncio.to_thread(can_start, first.path):
        return wrong(f"browser: {first.path} does not start; try it by hand, or run 'relook install-browser --force'")
    report = (await look(Page(root, _NAME, {_NAME: Buffer(_NAME, _PAGE)}))).report
    if not report.reviewed and report.problems[0].kind == NoFonts.kind:
        return wrong(f"fonts: {report.problems[0].message}")
    if not report.reviewed:
        return wrong(f"capture: {report.problems[0].message}")
    how = "exact" if report.capture == "exact" else "in real time: slower, and moments are not exact"
    spent = report.milliseconds["total"]
    lines.append(f"capture: works, {how}; a small page took {spent:.0f} ms (score {report.scored})")
    lines.append("fonts: letters are painted")
    if not first.shell:
        lines.append("missing: a headless shell, for exact and faster captures: relook install-browser")
    return EnvironmentCheck(True, tuple(lines))
