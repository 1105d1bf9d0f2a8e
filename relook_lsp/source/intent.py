"""What a page is for, in its author's words: ``<!-- relook-intent: the opening hours of a bakery -->``."""

from __future__ import annotations

import re

from relook_lsp.source.comments import find_comments

_INTENT = re.compile(r"(?<![\w-])relook-intent(?![\w-])[ \t]*:?(.*)", re.S)
MAX_LENGTH = 2000


def read_intent(document: str) -> str:
    """All intent comments of an entry document, on one line; empty where there is none."""
    if "relook-intent" not in document:
        return ""
    found = (_INTENT.search(body) for _, _, body in find_comments(document, "html"))
    return " ".join(" ".join(match[1] for match in found if match is not None).split())[:MAX_LENGTH]
