"""Results of the refine benchmark, stored between runs, and their tables."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model_server.evaluation.intervals import format_share
from relook_lsp.core.page import hash_texts

FULL, UNFORCED, UNGUARDED, GEOMETRY_ONLY = (
    "refine",
    "without Forced Optimization",
    "without content guard",
    "without pixels",
)
VARIANTS = (FULL, UNFORCED, UNGUARDED, GEOMETRY_ONLY)


@dataclass(frozen=True)
class CaseRow:
    """One case under one variant, as it is kept in the cache. Shares are 0-1, edit sizes characters."""

    page: str
    case: str
    variant: str
    kinds: tuple[str, ...]
    shown: bool
    """Whether the critics see every one of the defects; the rest is only counted."""
    fixed: bool = False
    better: bool = False
    regressions: int = 0
    structure: bool = True
    lost: str = ""
    similarity: float = 0.0
    broken_similarity: float = 0.0
    edit: int = 0
    broken_edit: int = 0
    seconds: float = 0.0
    accepted: int = 0
    renders: int = 0
    screens: int = 0
    left: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """Reasons of the candidates that were not accepted."""
    load: float = 0.0
    """Load average of the machine in the last minute."""


def code_digest() -> str:
    """Of all code that a result depends on: results of other code are not taken over."""
    here = Path(__file__).parents[2]
    files = [*(here / "relook_lsp").rglob("*.py"), *(here / "model_server").rglob("*.py")]
    return hash_texts(*(file.read_bytes() for file in sorted(files)))[:12]


class RowCache:
    """Rows by page, case and variant, one JSON line each. A row without a case says that the page is done with."""

    def __init__(self, folder: Path, part: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"refine-bench-{part}-{code_digest()}.jsonl"
        lines = self._file.read_text("utf-8").splitlines() if self._file.is_file() else []
        self._rows = {(row.page, row.case, row.variant): row for row in map(_decode_row, lines)}

    def get(self, page: str, case: str, variant: str) -> CaseRow | None:
        return self._rows.get((page, case, variant))

    def keep(self, row: CaseRow) -> CaseRow:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        self._rows[row.page, row.case, row.variant] = row
        return row

    @property
    def rows(self) -> list[CaseRow]:
        return [row for row in self._rows.values() if row.case]


def _decode_row(line: str) -> CaseRow:
    values: dict[str, Any] = json.loads(line)
    for name in ("kinds", "left", "refused"):
        values[name] = tuple(values[name])
    return CaseRow(**values)


def format_tables(rows: Iterable[CaseRow]) -> Iterator[str]:
    shown = [row for row in rows if row.shown]
    yield "| | fully fixed | better | regressions | content lost | structure changed | pixels as the original | edit |"
    yield "|---|---|---|---|---|---|---|---|"
    for variant in VARIANTS:
        for label, chosen in (
            ("one defect", [r for r in shown if len(r.kinds) == 1]),
            ("two to four", [r for r in shown if len(r.kinds) > 1]),
        ):
            mine = [row for row in chosen if row.variant == variant]
            if mine:
                yield f"| {variant}, {label} | {_format_cells(mine)} |"
    full = [row for row in shown if row.variant == FULL]
    yield ""
    yield "| defect | fully fixed | pixels as the original, broken and repaired |"
    yield "|---|---|---|"
    by_kind: dict[str, list[CaseRow]] = defaultdict(list)
    for row in full:
        if len(row.kinds) == 1:
            by_kind[row.kinds[0]].append(row)
    for kind, mine in sorted(by_kind.items()):
        pixels = [
            statistics.mean(values) for values in ([r.broken_similarity for r in mine], [r.similarity for r in mine])
        ]
        yield f"| {kind} | {format_share(sum(r.fixed for r in mine), len(mine))} | {pixels[0]:.3f}, {pixels[1]:.3f} |"
    fixes = [
        (row.seconds / row.accepted, row.renders / row.accepted, row.screens / row.accepted)
        for row in full
        if row.accepted
    ]
    if fixes:
        seconds, renders, screens = (sorted(values) for values in zip(*fixes, strict=True))
        yield ""
        yield (
            f"A fix: {statistics.median(seconds):.2f} s (90th percentile {seconds[int(0.9 * len(seconds))]:.2f}), "
            f"{statistics.median(renders):g} clean renders, {statistics.median(screens):g} trials in the live page (medians), "
            f"at a median load of {statistics.median(row.load for row in full):.1f} of the machine."
        )


def _format_cells(rows: Sequence[CaseRow]) -> str:
    total = len(rows)
    return " | ".join(
        (
            format_share(sum(row.fixed for row in rows), total),
            format_share(sum(row.better for row in rows), total),
            str(sum(row.regressions for row in rows)),
            str(sum(bool(row.lost) for row in rows)),
            str(sum(not row.structure for row in rows)),
            f"{statistics.mean(row.similarity for row in rows):.3f}",
            f"{statistics.median(row.edit for row in rows):g} characters",
        )
    )
