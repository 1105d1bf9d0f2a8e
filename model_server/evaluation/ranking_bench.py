"""Compares policies by stored verdicts, without a browser: ``python -m model_server.evaluation.ranking_bench``.

``python -m model_server.training.verdicts`` must have judged the first answers of these policies. A task is left out for
all policies where the first answer of one was not judged.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from model_server.evaluation.intervals import format_share, sign_test
from model_server.training.sources import training_folder
from model_server.training.verdicts import JudgedTask, read_judged_tasks
from relook_lsp.models.shipped_policy import LocalPolicy
from relook_lsp.refine.trajectory import Reason

ATTEMPTS = 10


@dataclass(frozen=True)
class PolicyOutcome:
    """Of one policy on one task: its first answer was accepted, not counting those that hold a value which the browser
    drops (it says so without showing anything); one of ten was, as far as they were judged."""

    first: bool
    fixed: bool


def compare_policies(shown: JudgedTask, ranked: Mapping[str, Sequence[str]]) -> dict[str, PolicyOutcome] | None:
    """By policy, from its answers, the likeliest first; None where one's first answer was not judged. Pure."""
    understood = {name: [one for one in answers if not _is_dropped(shown, one)] for name, answers in ranked.items()}
    if not all(answers and answers[0] in shown.judged for answers in understood.values()):
        return None
    return {
        name: PolicyOutcome(
            shown.judged[answers[0]].accepted,
            any(shown.judged[answer].accepted for answer in answers[:ATTEMPTS] if answer in shown.judged),
        )
        for name, answers in understood.items()
    }


def _is_dropped(shown: JudgedTask, answer: str) -> bool:
    return answer in shown.judged and shown.judged[answer].reason == Reason.DROPPED


def format_table(found: Iterable[tuple[str, Mapping[str, PolicyOutcome]]]) -> str:
    """Markdown, one line for every part of the tasks and policy; pairs are (part, outcomes by policy). The first policy
    is the one that others are compared with."""
    pairs = list(found)
    pairs += [("all", compare_policies) for _, compare_policies in pairs]
    lines = [
        "| tasks | policy | first answer accepted | one of ten accepted | gained | lost | sign test |",
        "|---|---|---|---|---|---|---|",
    ]
    for part in sorted({part for part, _ in pairs}):
        mine = [outcomes for other, outcomes in pairs if other == part]
        base, *_ = mine[0]
        for name in mine[0]:
            gained = sum(one[name].first and not one[base].first for one in mine)
            lost = sum(one[base].first and not one[name].first for one in mine)
            first, fixed = (sum(getattr(one[name], field) for one in mine) for field in ("first", "fixed"))
            against = f"{gained} | {lost} | p = {sign_test(gained, lost):.2g}" if name != base else "| |"
            lines.append(
                f"| {part} | {name} | {format_share(first, len(mine))} | {format_share(fixed, len(mine))} | {against} |"
            )
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.evaluation.ranking_bench", description=__doc__)
    parser.add_argument("--verdicts", type=Path, default=training_folder() / "verdicts.jsonl")
    parser.add_argument("--model", action="append", required=True, metavar="NAME=FOLDER", help="may be repeated")
    options = parser.parse_args(argv)
    models = {name: LocalPolicy(Path(folder)) for name, _, folder in (text.partition("=") for text in options.model)}
    shown = [
        one for one in read_judged_tasks(options.verdicts).values() if one.observation is not None and not one.trains
    ]
    found: list[tuple[str, dict[str, PolicyOutcome]]] = []
    for one in shown:
        assert one.observation is not None
        ranked = {name: model.sample_answers(one.observation) for name, model in models.items()}
        if (done := compare_policies(one, ranked)) is not None:
            found.append((one.part, done))
    print(f"{len(found)} of {len(shown)} tasks that no training saw; the others' first answers were not all judged.")
    if found:
        print(format_table(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
