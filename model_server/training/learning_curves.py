"""Learning curves as a picture: ``python -m model_server.training.learning_curves --out docs/dev/learning.png NAME=metrics.jsonl ...``,
of supervised runs, or with ``--rewards`` of reinforcement learning."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from model_server.training.jsonl import read_records

SMOOTHED = 20
"""Steps of the running mean."""


class Panel(NamedTuple):
    """One field of the records. ``every`` step has it: then its running mean is drawn; ``share``: it is from 0 to 1."""

    field: str
    title: str
    every: bool = True
    share: bool = True


SUPERVISED = (
    Panel("loss", "loss on the answers, running mean", share=False),
    Panel("development exact", "development answers, every token right", every=False),
)
REWARDS = (
    Panel("reward", "reward of a group's answers, running mean"),
    Panel("likeliest accepted", "likeliest answer accepted, running mean"),
)


def running_mean(values: Sequence[float]) -> list[float]:
    """Of the last ``SMOOTHED`` values, at each."""
    return [sum(part) / len(part) for at in range(len(values)) if (part := values[max(0, at - SMOOTHED + 1) : at + 1])]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.learning_curves", description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rewards", action="store_true")
    options = parser.parse_args(argv)
    figure = Figure(figsize=(8, 2.6), dpi=90, layout="constrained")
    panels = REWARDS if options.rewards else SUPERVISED
    plots = list(figure.subplots(1, len(panels)))
    for plot, panel in zip(plots, panels, strict=True):
        for run in options.runs:
            name, _, file = run.partition("=")
            told = [r for r in read_records(Path(file)) if panel.field in r]
            values = [float(r[panel.field]) for r in told]
            steps = [r["step"] for r in told]
            plot.plot(
                steps, running_mean(values) if panel.every else values, marker="" if panel.every else ".", label=name
            )
        plot.set(xlabel="step", title=panel.title)
        if panel.share:
            plot.set_ylim(0, 1)
    plots[-1].legend(fontsize="small")
    figure.savefig(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
