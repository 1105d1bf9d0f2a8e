"""What the sources of a page speak of: one that does not have a word is spared what its effects would need."""

from __future__ import annotations

import re

from relook_lsp.browser.request_interceptor import RequestLog

MENTIONS_COLOUR_SCHEME = re.compile("prefers-color-scheme")
MENTIONS_TRANSITION = re.compile("transition", re.I)
MENTIONS_COLUMNS = re.compile(r"(?<!template-)\bcolumn(s\s*:|-?count|-?width)", re.I)
MENTIONS_RESIZE = re.compile("resize|matchMedia", re.I)


class SourceFeatures:
    """Over the sources of a record, which may become more; each is read once for every word."""

    def __init__(self, record: RequestLog) -> None:
        self._record = record
        self._known: dict[re.Pattern[str], tuple[int, bool]] = {}
        """How many sources were read for it, and whether one has it."""

    def mentions(self, words: re.Pattern[str]) -> bool:
        sources = self._record.sources
        read, found = self._known.get(words, (0, False))
        if not found and read < len(sources):
            found = any(words.search(source.text) for source in list(sources.values())[read:])
            self._known[words] = len(sources), found
        return found
