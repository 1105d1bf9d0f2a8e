"""``python -m relook_lsp``: the language server on stdin and stdout."""

from __future__ import annotations

import logging
import os
import sys


def main() -> None:
    """Serve until the client goes away. stdout belongs to the protocol; everything else goes to stderr."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    level = os.environ.get("RELOOK_LOG", "WARNING").upper()
    logging.basicConfig(stream=sys.stderr, level=level if level in logging.getLevelNamesMapping() else "WARNING")
    # The framework logs message bodies, which hold the user's code.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    from relook_lsp.lsp.app import create

    create().start_io(stdout=out)


if __name__ == "__main__":
    main()
