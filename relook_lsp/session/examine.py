"""What is there and what is missing, for people: ``relook doctor`` in the editor."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from relook_lsp import __version__
from relook_lsp.browser.find import candidates
from relook_lsp.core.errors import RelookError
from relook_lsp.core.page import Buffer, Page
from relook_lsp.review import config
from relook_lsp.review.review import review
from relook_lsp.review.settings import Settings
from relook_lsp.session.browser import Browser

_NAME = "relook-doctor.html"
_PAGE = "<!doctype html><html lang=en><title>ok</title><meta name=viewport content='width=device-width'><p>ReLook"


@dataclass(frozen=True)
class Examination:
    """``ok``: pages can be reviewed."""

    ok: bool
    lines: tuple[str, ...]


async def examine(root: Path, setting: str, browser: Browser) -> Examination:
    """Looks at a small page with the browser that the session uses."""
    lines = [
        f"relook {__version__}, Python {sys.version.split()[0]} on {sys.platform} ({sys.executable})",
        f"settings: {config.settings_file(root) or 'defaults'} (root {root})",
    ]
    try:
        found = candidates(setting)
    except RelookError as error:
        return Examination(False, (*lines, f"browser: {error}"))
    if not found:
        return Examination(False, (*lines, "browser: none found; run 'relook install-browser'"))
    for number, one in enumerate(found):
        kind = "headless shell: exact, in virtual time" if one.shell else "full browser: slower, in real time"
        lines.append(f"browser: {one.path} ({one.origin}; {kind}; {'used' if number == 0 else 'also there'})")
    page = Page(root, _NAME, {_NAME: Buffer(_NAME, _PAGE)})
    async with browser.use(setting) as driver:
        result = await review(driver, page, Settings())
    if not result.report.reviewed:
        return Examination(False, (*lines, f"capture: {result.report.problems[0].message}"))
    how = "exact" if result.report.capture == "exact" else "in real time: slower, and moments are not exact"
    lines.append(f"capture: works, {how}; a small page took {result.report.milliseconds['total']:.0f} ms")
    return Examination(True, tuple(lines))
