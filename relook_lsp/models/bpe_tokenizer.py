"""Byte-level BPE, read from the ``tokenizer.json`` that training wrote (Hugging Face's format)."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

PATTERN = r" ?[des][0-9]+(?![A-Za-z0-9_])| ?-{0,2}[A-Za-z]+(?:-[A-Za-z]+)*| ?[0-9]+|[ \n]+| ?[^ \nA-Za-z0-9]+"
"""Pieces that merges never cross: index names (``d12``), words with their hyphens, numbers, the rest. The same in
Python's and in the trainer's dialect of regular expressions."""

END = "<end>"


@lru_cache(maxsize=1)
def byte_letters() -> dict[int, str]:
    """A printable character for every byte, as GPT-2 has it: printable ones stand for themselves."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in kept}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(kept))
    return letters


class BpeTokenizer:
    """Text to token ids and back."""

    def __init__(self, path: Path) -> None:
        data = cast("dict[str, Any]", json.loads(path.read_text("utf-8")))
        model = data["model"]
        self.ids: dict[str, int] = {**model["vocab"], **{t["content"]: t["id"] for t in data["added_tokens"]}}
        merges = cast("list[list[str]]", model["merges"])
        self._ranks = {(left, right): rank for rank, (left, right) in enumerate(merges)}
        self._bytes = {letter: byte for byte, letter in byte_letters().items()}
        self._texts = {identity: token for token, identity in model["vocab"].items()}
        self._pieces = re.compile(PATTERN)
        self._known: dict[str, list[int]] = {}
        self.end = self.ids[END]

    def encode(self, text: str) -> list[int]:
        found: list[int] = []
        for piece in self._pieces.findall(text):
            if piece not in self._known:
                self._known[piece] = self._merge_pairs(piece)
            found += self._known[piece]
        return found

    def _merge_pairs(self, piece: str) -> list[int]:
        letters = byte_letters()
        parts = [letters[byte] for byte in piece.encode("utf-8", "replace")]
        while len(parts) > 1:
            pairs = [self._ranks.get(pair, len(self._ranks)) for pair in pairwise(parts)]
            best = min(pairs)
            if best == len(self._ranks):
                break
            at = pairs.index(best)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return [self.ids[part] for part in parts]

    def decode(self, ids: list[int]) -> str:
        """Special tokens are left out."""
        text = "".join(self._texts.get(identity, "") for identity in ids if identity != self.end)
        return bytes(self._bytes[letter] for letter in text if letter in self._bytes).decode("utf-8", "replace")
