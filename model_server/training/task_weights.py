"""How often reinforcement learning draws each task: more often where the solved repairs fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from model_server.training.examples import NATURAL, Task

PRIORITY = 10.0
"""How much more often a kind is drawn of which the solved repairs miss every case."""


def compute_task_weights(tasks: Sequence[Task], records: Iterable[Mapping[str, Any]]) -> list[float]:
    """How often each task is drawn: the more the worse the solved repairs did with its kind of defect (their first
    candidate), as the benchmark measured on development pages. Of what authors left no repair is known until it is
    measured."""
    tried, missed = Counter[str](), Counter[str]()
    for record in records:
        if record["policy"] == "solved" and record["part"] == "development pages":
            tried[record.get("kind", "")] += 1
            missed[record.get("kind", "")] += not record["first"]
    if not tried[NATURAL]:
        tried[NATURAL] = missed[NATURAL] = 1
    return [1 + PRIORITY * missed[task.kind] / max(1, tried[task.kind]) for task in tasks]
