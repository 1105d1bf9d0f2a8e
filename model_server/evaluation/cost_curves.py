"""Cost of a page after each round of self-edit, and the tables of it (``rounds`` measures the curves)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from model_server.evaluation.intervals import bootstrap_interval
from model_server.training.jsonl import read_records


@dataclass
class CostCurve:
    """Costs before any round and after each, and the seconds that the way has taken by then: the first look, what the
    policy took, and the renders that it needed."""

    costs: list[float]
    seconds: list[float]

    def add(self, cost: float, seconds: float) -> None:
        self.costs.append(cost)
        self.seconds.append(round(self.seconds[-1] + seconds, 3))


REPORTED_ROUNDS = (0, 1, 2, 3, 5, 7, 10)
"""Rounds that tables tell of."""


def format_table(walks: Mapping[str, Sequence[CostCurve]]) -> str:
    """Markdown: the cost that is left after rounds, in shares of the first, mean over pages; for the last round an
    interval."""
    lines = [
        f"| way | {' | '.join(f'round {one}' for one in REPORTED_ROUNDS)} | in 95 % | best seen | pages worse than before |",
        "|---|" + "---|" * (len(REPORTED_ROUNDS) + 3),
    ]
    for way, done in walks.items():
        shares = [[cost / one.costs[0] for cost in one.costs] for one in done]
        means = [mean(one[at] for one in shares) for at in REPORTED_ROUNDS]
        worse = sum(one[-1] > 1 + 1e-6 for one in shares)
        low, high = bootstrap_interval([one[-1] for one in shares])
        line = [*(f"{one:.2f}" for one in means), f"{low:.2f}-{high:.2f}", f"{mean(map(min, shares)):.2f}"]
        lines.append(f"| {way} | {' | '.join(line)} | {worse} of {len(shares)} |")
    return "\n".join(lines)


def compare_gains(walks: Mapping[str, Sequence[CostCurve]], way: str = "forced") -> str:
    """Markdown: what the ways that judge nothing keep of the gain of one that does, and how much sooner they have it;
    means over pages of gains in shares of the first cost, and of seconds."""
    lines = [
        f"| gain of `{way}` kept, and its seconds / those of the way | {' | '.join(f'round {one}' for one in REPORTED_ROUNDS[1:])} |",
        "|---|" + "---|" * (len(REPORTED_ROUNDS) - 1),
    ]

    def gain(name: str, at: int) -> float:
        return mean(1 - one.costs[at] / one.costs[0] for one in walks[name])

    def seconds(name: str, at: int) -> float:
        return mean(one.seconds[at] for one in walks[name])

    for name in (name for name in ("free", "blind") if name in walks and way in walks):
        cells = [
            f"{gain(name, at) / gain(way, at):.0%}, {seconds(way, at) / seconds(name, at):.1f}x"
            if gain(way, at) > 0
            else "-"
            for at in REPORTED_ROUNDS[1:]
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def read_curves(path: Path) -> dict[str, list[CostCurve]]:
    """What was measured, by way."""
    walks: dict[str, list[CostCurve]] = {}
    for record in read_records(path):
        walks.setdefault(record["way"], []).append(CostCurve(record["costs"], record["seconds"]))
    return walks
