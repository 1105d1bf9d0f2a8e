"""The command line: ``relook review``, ``refine``, ``rules``, ``explain``, ``doctor``, ``install-browser``."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from relook_lsp import __version__
from relook_lsp.core.errors import RelookError, UsageError
from relook_lsp.core.turns import take_turns

COMMANDS = {
    "review": "look at pages and say what is visibly wrong",
    "refine": "offer edits that were rendered again and measured to be better",
    "rules": "list the rules",
    "explain": "say why a rule matters and what helps",
    "doctor": "say which browser is used and what is missing",
    "install-browser": "get a browser for exact captures",
}
"""One module each, with ``arguments(parser)`` and ``run(namespace) -> exit code``; imported when it is asked for."""

USAGE, ENVIRONMENT, INTERRUPTED = 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 nothing found, 1 findings, 2 usage, 3 the environment."""
    words = list(sys.argv[1:] if argv is None else argv)
    _streams()
    take_turns()
    try:
        namespace = _namespace(words)
        code = int(namespace.run(namespace))
        sys.stdout.flush()
        return code
    except RelookError as error:
        print(f"relook: {_printable(str(error))}", file=sys.stderr)
        return USAGE if error.kind in ("usage", "settings") else ENVIRONMENT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (``| head``) has seen enough; nothing may be written when the interpreter ends either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _namespace(words: list[str]) -> argparse.Namespace:
    """With ``run``, the function of the command."""
    parser = _Parser(
        prog="relook",
        description="Looks at web pages and says what is visibly wrong, on the line that causes it.",
        epilog="Exit code: 0 nothing found, 1 findings, 2 wrong usage, 3 a page could not be looked at.",
    )
    parser.add_argument("--version", action="version", version=f"relook {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in words if not word.startswith("-")), "")
    for name, purpose in COMMANDS.items():
        sub = commands.add_parser(name, help=purpose, description=f"relook {name}: {purpose}.")
        if name == wanted:
            module = import_module(f"relook_lsp.cli.{name.replace('-', '_')}")
            module.arguments(sub)
            sub.set_defaults(run=module.run)
    return parser.parse_args(words)


class _Parser(argparse.ArgumentParser):
    """Says in one line what was wrong; who wants all options asks for them."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see '{self.prog} --help'")


def _streams() -> None:
    """Output that is closed, or has no such character, is no reason to fail; what is logged has no power over the
    terminal."""
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    handler = logging.StreamHandler()
    handler.setFormatter(_Plain("relook: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


class _Plain(logging.Formatter):
    """Names of files and texts of pages are in the records."""

    def format(self, record: logging.LogRecord) -> str:
        return _printable(super().format(record))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
