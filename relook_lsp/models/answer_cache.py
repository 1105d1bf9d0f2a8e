"""Answers that were paid for once. Optional: where nothing can be written, everything is asked again."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from relook_lsp.core.atomic import write_atomically

log = logging.getLogger(__name__)

MAX_ANSWERS = 2000
"""Above this the oldest half goes."""


def cache_folder() -> Path:
    """``RELOOK_CACHE``, else where the system keeps what can be made again."""
    chosen, named = os.environ.get("RELOOK_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if chosen:
        return Path(chosen)
    if named:
        return Path(named) / "relook"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "relook"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "relook"


class AnswerCache:
    """Texts by hash, one file each."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder() / "answers"

    def get(self, key: str) -> str | None:
        try:
            return (self._folder / key).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def put(self, key: str, text: str) -> None:
        """Written aside and renamed, so that no reader sees half an answer."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / key, text.encode(), durable=False)
            self._prune_oldest()
        except OSError as error:
            log.info("answers are not kept in %s: %s", self._folder, error)

    def _prune_oldest(self) -> None:
        files = list(self._folder.iterdir())
        if len(files) > MAX_ANSWERS:
            for old in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) // 2]:
                old.unlink(missing_ok=True)
