"""``python -m relook_lsp``: the language server on stdin and stdout."""

from __future__ import annotations

import logging
import os
import signal
import sys

from relook_lsp.core.turns import take_turns


def main() -> None:
    """Serve until the client goes away. stdout belongs to the protocol; everything else goes to stderr."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    level = os.environ.get("RELOOK_LOG", "WARNING").upper()
    logging.basicConfig(stream=sys.stderr, level=level if level in logging.getLevelNamesMapping() else "WARNING")
    # The framework logs message bodies, which hold the user's code.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, _end)
    take_turns()
    from relook_lsp.lsp.app import create

    server = create()
    try:
        server.start_io(stdout=out)
    finally:
        # A client that vanished has not asked for a shutdown. The browser ends with its pipe; files do not.
        server.session.pictures.close()


def _end(_signal: int, _frame: object) -> None:
    """Leave by the way on which things are put in order."""
    sys.exit(0)


if __name__ == "__main__":
    main()
