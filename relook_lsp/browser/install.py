"""Getting a browser: one that is there, Playwright's own download, else the distribution's package."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from relook_lsp.browser.executables import BrowserExecutable, browser_candidates, program

PACKAGE = "chromium-headless-shell"

Say = Callable[[str], None]


def install_browser(*, setting: str, yes: bool, force: bool, say: Say, ask: Callable[[str], bool]) -> bool:
    """Whether a browser that starts is there in the end. ``ask`` is called before a system package is installed.
    Raises ``BrowserMissing`` where the settings or RELOOK_BROWSER name one that does not exist."""
    present = find_working_browser(setting)
    if present is not None and (present.shell or present.origin in ("settings", "RELOOK_BROWSER")) and not force:
        say(f"{present.path} ({present.origin}) is there already; nothing to do.")
        return True
    say("Trying Playwright's own download of the headless shell ...")
    # -P: a folder named playwright in the current folder is not the package.
    download = [sys.executable, "-P", "-m", "playwright", "install", "--only-shell", "chromium"]
    if _run_command(download, 900) and _report_installed(setting, say):
        return True
    say("That did not give a browser that starts.")
    if program("apt-get") and _install_package(yes, say, ask) and _report_installed(setting, say):
        return True
    if present is not None:
        say(f"No headless shell could be installed; {present.path} is used, in real time: slower, the same rules.")
        return True
    say(
        "No browser could be installed. Install Chromium, Chrome or Edge with your system's package manager "
        f"(Debian, as root: apt-get install {PACKAGE}), or set RELOOK_BROWSER to one; then run 'relook doctor'."
    )
    return False


def find_working_browser(setting: str = "") -> BrowserExecutable | None:
    """The best browser that starts: a download may be there and miss system libraries."""
    return next((one for one in browser_candidates(setting) if can_start(one.path)), None)


def can_start(path: str) -> bool:
    """Whether the executable runs at all. Windows browsers cannot be asked; there the file is enough."""
    return sys.platform == "win32" or _run_command([path, "--version"], 30)


def _report_installed(setting: str, say: Say) -> bool:
    found = find_working_browser(setting)
    if found is None or not found.shell:
        return False
    say(f"Installed {found.path}.")
    return True


def _install_package(yes: bool, say: Say, ask: Callable[[str], bool]) -> bool:
    command = f"apt-get install {PACKAGE}"
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        say(f"The system package would do; as root: {command}")
        return False
    if not yes and not ask(f"Install the system package {PACKAGE} with apt-get?"):
        say(f"Not installed. With --yes it is installed without a question, or as root: {command}")
        return False
    say(f"Installing {PACKAGE} with apt-get ...")
    apt = program("apt-get") or "apt-get"
    arguments = [apt, "install", "-y", "--no-install-recommends", PACKAGE]
    # The package lists of a fresh machine may be missing or old.
    return _run_command(arguments, 900) or (_run_command([apt, "update"], 300) and _run_command(arguments, 900))


def _run_command(command: list[str], timeout: float) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False, env=quiet
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
