"""``relook install-browser``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from relook_lsp.cli.trust import notice, show, trust_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="install a system package without asking")
    trust_argument(parser)
    parser.add_argument("--force", action="store_true", help="install even if a headless shell is present")


def run(options: argparse.Namespace) -> int:
    """0 where a headless shell (or at least a full browser) is there in the end, else 3."""
    from relook_lsp.browser.install import install_browser
    from relook_lsp.review import config

    settings = config.load_config(config.find_root(Path.cwd()), trusted=options.trust)
    if settings.ignored:
        show([notice(settings.ignored)])
    return (
        0
        if install_browser(
            setting=settings.browser, yes=options.yes, force=options.force, say=print, ask=_ask_yes_or_no
        )
        else 3
    )


def _ask_yes_or_no(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
