"""Learning curves as a picture: ``python -m model_server.training.curves --out docs/learning.png NAME=metrics.jsonl ...``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from model_server.training.tasks import read

SMOOTHED = 20
"""Steps of the running mean."""


def mean(values: Sequence[float]) -> list[float]:
    """Of the last ``SMOOTHED`` values, at each."""
    return [sum(part) / len(part) for at in range(len(values)) if (part := values[max(0, at - SMOOTHED + 1) : at + 1])]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.curves", description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(argv)
    figure = Figure(figsize=(8, 2.6), dpi=90, layout="constrained")
    loss, exact = figure.subplots(1, 2)
    for run in options.runs:
        name, _, file = run.partition("=")
        records = list(read(Path(file)))
        loss.plot([r["step"] for r in records], mean([r["loss"] for r in records]), label=name)
        checked = [r for r in records if "development exact" in r]
        exact.plot([r["step"] for r in checked], [r["development exact"] for r in checked], marker=".", label=name)
    loss.set(xlabel="step", title="loss on the answers, running mean")
    exact.set(xlabel="step", title="development answers, every token right", ylim=(0, 1))
    loss.legend(fontsize="small")
    figure.savefig(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
