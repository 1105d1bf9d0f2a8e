"""The end of the server's process, without the interpreter's own end: that waits for threads, and one may be blocked in
reading the input."""

from __future__ import annotations

import os
import sys
import threading
from typing import NoReturn

from relook_lsp.core.scratch import remove_scratch_folders


def leave_at_once(code: int) -> NoReturn:
    """Kill the browsers that are left, remove the temporary folders, and end."""
    try:
        remove_scratch_folders()
        sys.stderr.flush()
    finally:
        os._exit(code)


def leave_within(seconds: float, code: int) -> None:
    """End then, whatever still runs."""
    limit = threading.Timer(seconds, leave_at_once, (code,))
    limit.daemon = True
    limit.start()
