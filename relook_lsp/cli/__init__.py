"""The command line: ``relook review``, ``refine``, ``rules``, ``explain``, ``doctor``, ``install-browser``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from relook_lsp import __version__
from relook_lsp.core.errors import RelookError, UsageError

COMMANDS = ("review", "refine", "rules", "explain", "doctor", "install-browser")
"""One module each, with ``HELP``, ``arguments(parser)`` and ``run(namespace) -> exit code``; imported when asked for."""

USAGE, ENVIRONMENT = 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 nothing found, 1 findings, 2 usage, 3 the environment."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="relook", description="Looks at web pages and says what is visibly wrong.")
    parser.add_argument("--version", action="version", version=f"relook {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in words if not word.startswith("-")), "")
    for name in COMMANDS:
        module = import_module(f"relook_lsp.cli.{name.replace('-', '_')}") if name == wanted or not wanted else None
        sub = commands.add_parser(
            name, help=module.HELP if module else None, description=module.HELP if module else None
        )
        if module is not None:
            module.arguments(sub)
            sub.set_defaults(run=module.run)
    namespace = parser.parse_args(words)
    try:
        return int(namespace.run(namespace))
    except UsageError as error:
        print(f"relook: {error}", file=sys.stderr)
        return USAGE
    except RelookError as error:
        print(f"relook: {error}", file=sys.stderr)
        return USAGE if error.kind == "settings" else ENVIRONMENT
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
