"""Which browser there is on this machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.core.errors import BrowserMissing

SHELLS = ("chromium-headless-shell", "chrome-headless-shell", "headless_shell")
FULL = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)


@dataclass(frozen=True)
class BrowserExecutable:
    """``shell`` browsers make frames on command in virtual time (exact); full ones run in real time."""

    path: str
    shell: bool
    origin: str
    """``settings``, ``RELOOK_BROWSER``, ``playwright`` or ``system``."""


def is_headless_shell(path: str) -> bool:
    return "headless-shell" in path.lower() or "headless_shell" in path.lower()


def playwright_browsers() -> list[Path]:
    """Headless shells, then full builds, of Playwright's own download folder; newest first."""
    try:
        home = Path.home()
    except RuntimeError:  # neither HOME nor an entry of the user in the system's list
        home = Path(os.devnull)
    places = {
        "linux": ".cache/ms-playwright",
        "darwin": "Library/Caches/ms-playwright",
        "win32": "AppData/Local/ms-playwright",
    }
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(chosen) if chosen and chosen != "0" else home / places.get(sys.platform, places["linux"])
    patterns = (
        "chromium_headless_shell-*/*/headless_shell*",
        "chromium_headless_shell-*/*/chrome-headless-shell*",
        "chromium-*/*/chrome",
        "chromium-*/*/chrome.exe",
        "chromium-*/*/Chromium.app/Contents/MacOS/Chromium",
    )
    found: list[Path] = []
    for pattern in patterns:
        with contextlib.suppress(OSError):  # a folder that may not be read offers nothing
            found += sorted((path for path in folder.glob(pattern) if _runs(path)), reverse=True)
    return found


def _runs(path: Path) -> bool:
    """Whether this is a file that we may execute."""
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except OSError:
        return False


def program(name: str) -> str | None:
    """The absolute path of a program that can be run: ``name`` is an absolute path, or is looked up on the PATH.
    Relative paths, and relative entries of the PATH, would name a file of whatever project is the current folder."""
    if Path(name).name != name:
        return shutil.which(name) if Path(name).is_absolute() else None
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    found = (shutil.which(str(folder / name)) for folder in folders if folder.is_absolute())
    return next((one for one in found if one is not None), None)


def browser_candidates(setting: str = "") -> list[BrowserExecutable]:
    """Every browser found, best first: the chosen one, then shells, then full browsers."""
    for origin, value in (("settings", setting), ("RELOOK_BROWSER", os.environ.get("RELOOK_BROWSER", ""))):
        if value:
            path = program(value)
            if path is None:
                raise BrowserMissing(
                    f"The browser '{value}' named in {origin} does not exist or cannot be run; name a program on the "
                    "PATH or write an absolute path, or remove it."
                )
            return [BrowserExecutable(path, is_headless_shell(path), origin)]
    system = [path for name in (*SHELLS, *FULL) if (path := program(name))]
    system += [path for path in _APPLICATIONS if os.access(path, os.X_OK)]
    found = [BrowserExecutable(path, is_headless_shell(path), "system") for path in system]
    found += [BrowserExecutable(str(p), is_headless_shell(str(p)), "playwright") for p in playwright_browsers()]
    return sorted(found, key=lambda one: not one.shell)


def find_browser(setting: str = "") -> BrowserExecutable:
    """The browser to use. Raises ``BrowserMissing``."""
    found = browser_candidates(setting)
    if not found:
        raise BrowserMissing("No Chromium was found; run 'relook install-browser', or set RELOOK_BROWSER to one.")
    return found[0]
