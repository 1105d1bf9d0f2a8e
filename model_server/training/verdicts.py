"""Stores the verdicts of renders on answers, so that no answer is rendered twice.

``python -m model_server.training.verdicts`` (``make verdicts``) renders every task once and lets the editor's verifier
judge the likeliest answers of a policy. Reinforcement learning and the comparison of policies read the file without a
browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random

from model_server.training.examples import Provenance, Task, decode_observation, read_tasks
from model_server.training.jsonl import read_records
from model_server.training.reward import compute_worth
from model_server.training.screening import SCREENING
from model_server.training.sources import SPLITS, training_folder
from model_server.training.task_state import find_task_state, judge_answer
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.models.edit_language import Observation
from relook_lsp.models.shipped_policy import WEIGHTS, LocalPolicy
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.proposers.observation import ObservedGroup, observe_group
from relook_lsp.refine.trajectory import PageState, Reason
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.parallel import run_parallel


@dataclass(frozen=True)
class JudgedAnswer:
    """The verdict on one answer. ``worth`` as in ``compute_worth``; ``reason`` is the value of a ``Reason``."""

    worth: float
    accepted: bool
    reason: str


@dataclass
class JudgedTask(Provenance):
    """A task as the policy observes it, with the judged answers. ``observation`` is None where the page no longer shows
    the findings of the task."""

    task: str
    split: str
    source: str
    kind: str
    held_out_kind: bool
    rule: str
    observation: Observation | None
    judged: dict[str, JudgedAnswer] = field(default_factory=dict[str, JudgedAnswer])


def read_judged_tasks(path: Path) -> dict[str, JudgedTask]:
    """By ``Task.identity``; later lines add to earlier ones. A line that was cut off is skipped."""
    known: dict[str, JudgedTask] = {}
    for record in read_records(path):
        said = {answer: JudgedAnswer(*values) for answer, values in record.pop("said").items()}
        told = record.pop("observation")
        one = JudgedTask(**record, observation=None if told is None else decode_observation(told))
        earlier = known.get(one.task)
        # In another observation indices mean other things, so earlier verdicts do not count.
        if earlier is not None and earlier.observation == one.observation:
            said = {**earlier.judged, **said}
        known[one.task] = replace(one, judged=said)
    return known


def encode_line(shown: JudgedTask) -> str:
    said = {answer: [one.worth, one.accepted, one.reason] for answer, one in shown.judged.items()}
    told = None if shown.observation is None else asdict(shown.observation)
    fields = {name: value for name, value in vars(shown).items() if name != "judged"}
    return json.dumps({**fields, "observation": told, "said": said}, ensure_ascii=False) + "\n"


async def judge_task(
    driver: Driver, task: Task, models: Sequence[LocalPolicy], answers: int, known: JudgedTask | None
) -> JudgedTask:
    """Shows the task and has the first ``answers`` of every model judged, but for those that are known. Raises
    ``RelookError``."""
    one = JudgedTask(task.identity, task.split, task.source, task.kind, task.held_out_kind, task.rule, None)
    async with CandidateRenderer(driver, SCREENING) as stage:
        found = await find_task_state(task, stage.render)
        observed = observe_group(*found) if found is not None else None
        if found is None or observed is None:
            return one
        state, aim = found
        one.observation = observed.observation
        if known is not None and known.observation == one.observation:
            one.judged |= known.judged
        verifier = Verifier(stage.render, screen=stage.screen_candidate).aimed_at(aim)
        for model in models:
            first = await asyncio.to_thread(model.sample_answers, one.observation)
            one.judged |= await _judge_answers(
                state, observed, [a for a in first[:answers] if a not in one.judged], verifier
            )
    return one


async def _judge_answers(
    state: PageState, observed: ObservedGroup, answers: Iterable[str], verifier: Verifier
) -> dict[str, JudgedAnswer]:
    """Judges each answer; drops those for which the environment failed."""
    said: dict[str, JudgedAnswer] = {}
    for answer in answers:
        verdict = await judge_answer(state, observed, answer, verifier)
        if verdict.reason is not Reason.INFRASTRUCTURE:
            said[answer] = JudgedAnswer(
                round(compute_worth(state, verdict) or 0.0, 4), verdict.is_accepted, verdict.reason.value
            )
    return said


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.verdicts", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[training_folder() / "examples.jsonl", training_folder() / "natural.jsonl"],
    )
    parser.add_argument("--model", type=Path, nargs="+", default=[WEIGHTS], help="folders of policies")
    parser.add_argument("--out", type=Path, default=training_folder() / "verdicts.jsonl")
    parser.add_argument("--answers", type=int, default=10, help="judged of each policy")
    parser.add_argument("--jobs", type=int, default=2, help="pages side by side")
    parser.add_argument("--tasks", type=int, default=0, help="at most so many (0: all)")
    parser.add_argument("--split", choices=SPLITS, help="only its tasks")
    parser.add_argument("--again", action="store_true", help="show those that were shown too")
    options = parser.parse_args(argv)
    models = [LocalPolicy(folder) for folder in options.model]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    known = read_judged_tasks(options.out)
    found = {task.identity: task for path in options.data for task in read_tasks(path)}
    tasks = [task for task in found.values() if options.split in (None, task.split)]
    Random(0).shuffle(tasks)
    todo = [task for task in tasks if options.again or task.identity not in known][: options.tasks or None]
    print(f"{len(known)} tasks shown, {len(todo)} to show -> {options.out}", flush=True)
    with options.out.open("a", encoding="utf-8") as out:

        async def one(driver: Driver, task: Task) -> None:
            try:
                shown = await judge_task(driver, task, models, options.answers, known.get(task.identity))
            except RelookError as error:
                print(f"{task.identity}: {error}", flush=True)
                return
            out.write(encode_line(shown))
            out.flush()
            print(
                task.identity, sum(said.accepted for said in shown.judged.values()), "of", len(shown.judged), flush=True
            )

        asyncio.run(
            run_parallel(todo, one, browser="", jobs=options.jobs, quiet=False, name=lambda task: task.page.entry)
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
