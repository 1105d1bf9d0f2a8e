"""Text of a page is data: nothing in it may reach the terminal's control or the report's markup."""

from __future__ import annotations

import unicodedata


def to_plain_line(text: str, limit: int = 500) -> str:
    """Printable, on one line, without control and direction characters, at most ``limit`` characters."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    flat = " ".join(kept.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
