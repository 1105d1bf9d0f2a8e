"""``python -m model_server COMMAND``."""

from __future__ import annotations

import sys

from model_server.serve.cli import main as serve

COMMANDS = {"serve": serve}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m model_server {{{','.join(COMMANDS)}}} ...")
    sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
