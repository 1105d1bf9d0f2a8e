"""The line of a browser's standard error that says why it did not start."""

from __future__ import annotations

import re
from pathlib import Path

_MAX = 64 * 1024
"""Bytes of the end of the file that are read: a browser that dies may have repeated itself for long."""

_LONGEST = 300

_FATAL = (
    # The dynamic linker (glibc, musl, macOS) and the kernel.
    r"error while loading shared libraries|cannot open shared object|symbol lookup error|Library not loaded"
    r"|Exec format error|Error relocating",
    # The sandbox says in one line what is missing, and dies in the next.
    r"No usable sandbox|sandbox.*(?:fail|denied|not permitted)|without --no-sandbox",
    r"[Oo]ut of memory|[Cc]annot allocate memory|Resource temporarily unavailable|Too many open files|No space left",
    r":FATAL:|\bFATAL\b",
    r"Check failed|Received signal|Segmentation fault|Trace/breakpoint|Aborted",
    r":ERROR:",
)
"""From the cause to its symptom; of one kind the first line counts."""

_PREFIX = re.compile(
    r"^\[[\d:/.]*(?::?(?:FATAL|ERROR|WARNING|INFO))?:?(?P<file>[\w./-]+\.(?:cc|mm|h)(?::\d+|\(\d+\)))?\]\s*"
)
"""Process, thread, time and place of a line of Chromium's log."""


def fatal_line(text: str) -> str:
    """The line that names the cause, without the log's prefix; the last line where none of them looks fatal."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for pattern in _FATAL:
        found = next((line for line in lines if re.search(pattern, line)), None)
        if found is not None:
            return _shortened(found)
    return _shortened(lines[-1]) if lines else ""


def read_errors(path: Path) -> str:
    """The end of what a browser wrote; empty where it wrote nothing."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _MAX))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _shortened(line: str) -> str:
    plain = _PREFIX.sub("", line) or line
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
