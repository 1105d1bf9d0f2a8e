"""An OCR judge: the share of a page's words that OCR cannot read in its picture. Used in experiments only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from relook_lsp.core.pixels import decode_frame
from relook_lsp.core.snapshot import Snapshot, View

TextReader = Callable[[NDArray[np.uint8]], list[str]]
"""Lines of text in a picture (height, width, 3)."""

MAX_ROWS = 3000
"""Rows of a picture that are read; the time grows with them."""

_WORD = re.compile(r"[a-z0-9]{3,}")


def load_rapidocr() -> TextReader:
    """RapidOCR with the models of its package (extra ``train``)."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(picture: NDArray[np.uint8]) -> list[str]:
        return [str(line) for line in engine(picture[..., ::-1]).txts or ()]

    return read


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Words of at least three letters or digits, in small letters."""
    return Counter(word for text in texts for word in _WORD.findall(text.lower()))


def unread_share(snapshot: Snapshot, read: TextReader) -> float:
    """Share of the words of the settled views that are not read in their pictures, 0 to 1; 0 without words."""
    shown, missed = 0, 0
    for view in snapshot.settled_views:
        if view.frame is None:
            continue
        there = count_words(run.text for run in view.layout.text_runs if _within(view, run.rect.y, run.rect.bottom))
        seen = count_words(read(decode_frame(view.frame)[:MAX_ROWS]))
        shown += there.total()
        missed += (there - seen).total()
    return missed / shown if shown else 0.0


def _within(view: View, top: float, bottom: float) -> bool:
    return top >= 0 and bottom <= min(MAX_ROWS, max(view.layout.content_size[1], view.viewport.height))
