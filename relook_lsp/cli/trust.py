"""Trust in a project, on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from relook_lsp.report import Notice
from relook_lsp.report.sanitize import to_plain_line
from relook_lsp.review.trust import IgnoredSettings

_HOW = "run with --trust if you trust this project"


def trust_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--trust", action="store_true", help="let the project's settings choose browser, hosts, models and URLs"
    )


def notice(ignored: IgnoredSettings) -> Notice:
    return Notice("settings-ignored", ignored.message(_HOW))


def show(notices: Iterable[Notice]) -> None:
    """One line each on stderr: stdout belongs to the report."""
    for one in notices:
        print(f"relook: {to_plain_line(one.message)}", file=sys.stderr)
