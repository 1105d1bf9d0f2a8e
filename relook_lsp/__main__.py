"""``python -m relook_lsp``: the language server on stdin and stdout."""

from __future__ import annotations

import logging
import os
import signal
import sys

from relook_lsp.core.thread_switching import shorten_thread_switch_interval


def main() -> None:
    """Serve until the client goes away. stdout belongs to the protocol; everything else goes to stderr."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    level = os.environ.get("RELOOK_LOG", "WARNING").upper()
    logging.basicConfig(stream=sys.stderr, level=level if level in logging.getLevelNamesMapping() else "WARNING")
    # The framework logs message bodies, which hold the user's code.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, _end)
    shorten_thread_switch_interval()
    from relook_lsp.lsp.create_server import create_server
    from relook_lsp.lsp.serve import serve

    serve(create_server(), sys.stdin.buffer, out)


def _end(_signal: int, _frame: object) -> None:
    """While the server is being loaded: nothing has to be put in order yet."""
    sys.exit(0)


if __name__ == "__main__":
    main()
