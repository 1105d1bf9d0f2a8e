"""Text of a page is data: nothing in it may reach the terminal's control or the report's markup."""

from __future__ import annotations

import json
import re
import unicodedata

_POWERFUL = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that JSON lets stand and that a terminal obeys: C1 controls and changes of direction."""


def json_text(body: object) -> str:
    """Readable JSON, in which every character with power over a terminal is an escape."""
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    return _POWERFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def to_plain_line(text: str, limit: int = 500) -> str:
    """Printable, on one line, without control and direction characters, at most ``limit`` characters."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    flat = " ".join(kept.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
