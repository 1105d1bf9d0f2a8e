"""Getting a browser: Playwright's download, else the distribution's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from relook_lsp.browser.find import candidates

PACKAGE = "chromium-headless-shell"


def install(*, yes: bool, force: bool, say: Callable[[str], None], ask: Callable[[str], bool]) -> bool:
    """Whether a browser is there in the end. ``ask`` is called before a system package is installed."""
    present = candidates()
    if present and present[0].shell and not force:
        say(f"{present[0].path} is there already; nothing to do.")
        return True
    say("Trying Playwright's own download of the headless shell ...")
    if _run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], timeout=900):
        found = candidates()
        if found and found[0].shell:
            say(f"Installed {found[0].path}.")
            return True
    if shutil.which("apt-get") and _install_package(yes, say, ask):
        found = candidates()
        if found and found[0].shell:
            say(f"Installed {found[0].path}.")
            return True
    if present:
        say(f"No headless shell could be installed; {present[0].path} is used, in real time (slower).")
        return True
    say(
        "No browser could be installed. Install a Chromium or Chrome with your system's package manager, "
        f"or as root: apt-get install {PACKAGE}; then run 'relook doctor'."
    )
    return False


def _install_package(yes: bool, say: Callable[[str], None], ask: Callable[[str], bool]) -> bool:
    if os.geteuid() != 0:
        say(f"The package {PACKAGE} would do; as root: apt-get install {PACKAGE}")
        return False
    if not yes and not ask(f"Install the system package {PACKAGE} with apt-get?"):
        say(f"Not installed. With --yes, {PACKAGE} is installed without a question.")
        return False
    say(f"Installing {PACKAGE} with apt-get ...")
    return _run(["apt-get", "update"], 300) and _run(
        ["apt-get", "install", "-y", "--no-install-recommends", PACKAGE], 900
    )


def _run(command: list[str], timeout: float) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False, env=quiet)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
