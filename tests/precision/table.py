"""The table of ``docs/dev/precision.md``, made from the findings that were looked at: ``python -m tests.precision.table``."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
VERDICTS = ("true", "arguable", "false")
SAMPLES = ("development", "fresh", "teaching", "templates", "demos", "demos, fresh")
"""``teaching``: pages that often show a defect on purpose; ``templates``: pages that come with npm packages of designs;
``demos``: with npm packages of libraries. On ``development`` and ``demos`` rules were mended, the others were judged by
rules that had never been mended on them."""

MENDED_ON = ("development", "demos")
FRESH = ("fresh", "demos, fresh")


class Judged(NamedTuple):
    """One finding that a person looked at. ``key`` is the finding's place in the page, ``why`` one short line."""

    sample: str
    page: str
    rule: str
    key: str
    verdict: str
    why: str


def judged() -> list[Judged]:
    return [Judged(**json.loads(line)) for line in (HERE / "judged.jsonl").read_text("utf-8").splitlines()]


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, after Wilson (1927)."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    below = 1 + z * z / total
    return max(0.0, (middle - spread) / below), min(1.0, (middle + spread) / below)


def counts(sample: str) -> dict[str, Counter[str]]:
    """Rule -> how many findings of each verdict."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged():
        if one.sample == sample:
            found[one.rule][one.verdict] += 1
    return found


def rows() -> list[str]:
    """Lines of the table, one for each rule that had findings."""
    lines = [
        "| rule | sample | findings | true | arguable | false | true, 95 % interval |",
        "|---|---|---|---|---|---|---|",
    ]
    for rule in sorted({one.rule for one in judged()}):
        for sample in SAMPLES:
            count = counts(sample).get(rule)
            if count is None:
                continue
            total = count.total()
            low, high = wilson(count["true"], total)
            numbers = " | ".join(str(count[verdict]) for verdict in VERDICTS)
            lines.append(f"| {rule} | {sample} | {total} | {numbers} | {low:.0%} to {high:.0%} |")
    return lines


if __name__ == "__main__":
    print("\n".join(rows()))
