"""The command line: ``relook review``, ``refine``, ``rules``, ``explain``, ``doctor``, ``install-browser``."""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import logging
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from relook_lsp import __version__
from relook_lsp.cli import termination
from relook_lsp.core.errors import RelookError, SettingsError, UsageError
from relook_lsp.core.failures import attribute_error
from relook_lsp.core.thread_switching import shorten_thread_switch_interval

COMMANDS = {
    "review": "review pages and report what is visibly wrong",
    "refine": "offer edits that were rendered and measured to be better",
    "rules": "list the rules",
    "explain": "explain why a rule matters and what helps",
    "doctor": "check the browser and report what is missing",
    "install-browser": "install a browser for exact captures",
}
"""One module each, with ``add_arguments(parser)`` and ``run(namespace) -> exit code``; imported when it is asked for."""

USAGE, ENVIRONMENT = 2, 3

VERBOSE = "--verbose"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 nothing found, 1 findings, 2 usage, 3 ReLook itself or its environment failed. Raises nothing but
    ``SystemExit`` of ``--help`` and ``--version``: an exception becomes one sentence on stderr."""
    words = list(sys.argv[1:] if argv is None else argv)
    verbose = VERBOSE in words
    try:
        if argv is None:
            _own_process(verbose)
        _configure_streams(verbose)
        shorten_thread_switch_interval()
        namespace = _parse_arguments(words)
        code = int(namespace.run(namespace))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return termination.exit_code()
    except BrokenPipeError:
        # The reader (``| head``) has left on purpose and needs no message, but has not seen everything.
        _discard_output()
        return ENVIRONMENT
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # what rich makes of it, with exit code 1
            return ENVIRONMENT
        raise
    except Exception as error:
        return _failed(error, verbose)


def _failed(error: Exception, verbose: bool) -> int:
    """Say in one sentence what failed; the exit code."""
    _discard_output()
    named = attribute_error(error)
    if verbose:
        traceback.print_exception(error)
    hint = f" Run it again with {VERBOSE} for the details." if named.kind == RelookError.kind and not verbose else ""
    with contextlib.suppress(OSError):  # nothing is left to say it on
        print(f"relook: {_to_printable(str(named))}{hint}", file=sys.stderr)
    _discard_output()
    return USAGE if named.kind in (UsageError.kind, SettingsError.kind) else ENVIRONMENT


def _discard_output() -> None:
    """Drop what the interpreter would still write to a stream that takes nothing: it would change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _parse_arguments(words: list[str]) -> argparse.Namespace:
    """With ``run``, the function of the command."""
    parser = _OneLineErrorParser(
        prog="relook",
        description="Reviews web pages and reports what is visibly wrong, on the line that causes it.",
        epilog="Exit code: 0 nothing found, 1 findings, 2 wrong usage, 3 ReLook or its environment failed.",
    )
    _verbose(parser)
    parser.add_argument("--version", action="version", version=f"relook {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in words if not word.startswith("-")), "")
    for name, purpose in COMMANDS.items():
        sub = commands.add_parser(name, help=purpose, description=f"relook {name}: {purpose}.")
        if name == wanted:
            module = import_module(f"relook_lsp.cli.{name.replace('-', '_')}")
            module.add_arguments(sub)
            _verbose(sub)
            sub.set_defaults(run=module.run)
    return parser.parse_args(words)


def _verbose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(VERBOSE, action="store_true", help="print the traceback of every failure, for bug reports")


class _OneLineErrorParser(argparse.ArgumentParser):
    """Says in one line what was wrong; who wants all options asks for them."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see '{self.prog} --help'")


def _configure_streams(verbose: bool) -> None:
    """Replace a character that the output cannot show. Send log records to stderr without control characters, which
    names of files and texts of pages contain, and without tracebacks unless ``verbose``."""
    sys.stdout = sys.stdout or _closed()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    handler = logging.StreamHandler()
    form = "relook: %(message)s"
    handler.setFormatter(logging.Formatter(form) if verbose else _SanitizingFormatter(form))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _own_process(verbose: bool) -> None:
    """Settings of the whole process, which a program that calls ``main`` keeps as they are."""
    termination.interrupt_on_signals()
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # else the next file would take the place of stdout
            os.open(os.devnull, os.O_RDWR)
    if not verbose:
        # Failures that nobody awaits: the command itself fails too where they matter.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        sys.unraisablehook = threading.excepthook = lambda _: None


def _closed() -> io.TextIOWrapper:
    """What stands in for a closed stdout: it fails when something is written, as a full disk does."""
    return io.TextIOWrapper(_Closed())


class _Closed(io.RawIOBase):
    name = "stdout"

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        raise OSError(errno.EBADF, "it is closed")


class _SanitizingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return _to_printable(f"relook: {record.getMessage()}")


def _to_printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
