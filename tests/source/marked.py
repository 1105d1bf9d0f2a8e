"""Sources with marks: what a finding must point at is written between brackets in the source itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

PAIRS = {"⟪": "⟫", "⟨": "⟩", "⦃": "⦄"}
"""Cause, place, variable."""


@dataclass(frozen=True)
class Mark:
    path: str
    kind: str
    text: str
    range: tuple[tuple[int, int], tuple[int, int]]
    """((line, character), (line, character)) from 0, UTF-16."""


@dataclass(frozen=True)
class Case:
    """``files``: path -> marked text, the first is the page. ``properties`` as a rule would blame them; ``at`` is the
    id of the element, ``nth`` which of several, ``pseudo`` its generated box."""

    files: dict[str, str]
    properties: tuple[str, ...] = ("color",)
    at: str = "t"
    nth: int = 0
    pseudo: str = ""
    sites: tuple[str, ...] = ()
    newline: str = "\n"
    encoding: str = "utf-8"
    bom: bytes = b""
    value_not: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = field(default=(), compare=False)

    @property
    def entry(self) -> str:
        return next(iter(self.files))


def page(text: str, *properties: str, **rest: object) -> Case:
    return Case({"i.html": text}, properties or ("color",), **rest)  # type: ignore[arg-type]


def write(case: Case, root: Path) -> list[Mark]:
    """The files without their marks; where the marks were."""
    marks: list[Mark] = []
    for path, marked in case.files.items():
        text, found = unmark(path, marked.replace("\n", case.newline))
        marks += found
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(case.bom + text.encode(case.encoding))
    return marks


def unmark(path: str, marked: str) -> tuple[str, list[Mark]]:
    parts: list[str] = []
    length = 0
    opened: list[tuple[str, int]] = []
    spans: list[tuple[str, int, int]] = []
    for character in marked:
        if character in PAIRS:
            opened.append((character, length))
        elif character in PAIRS.values():
            kind, start = opened.pop()
            assert PAIRS[kind] == character
            spans.append((kind, start, length))
        else:
            parts.append(character)
            length += 1
    text = "".join(parts)
    return text, [Mark(path, k, text[a:b], (position(text, a), position(text, b))) for k, a, b in sorted(spans)]


def position(text: str, offset: int) -> tuple[int, int]:
    """LSP position, counted the slow and obvious way."""
    lines = re.split(r"\r\n|\n|\r", text[:offset])
    return len(lines) - 1, len(lines[-1].encode("utf-16-le")) // 2
