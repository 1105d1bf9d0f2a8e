"""What renders said of answers, kept so that nothing is rendered twice: ``python -m model_server.training.verdicts``
(``make verdicts``) shows every task once and has the likeliest answers of a policy judged by the editor's verifier.

Reinforcement learning and the comparison of policies read it, without a browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random

from model_server.training.examples import Purpose, Task, observation_of, stored
from model_server.training.facing import faced, judged
from model_server.training.kept import read
from model_server.training.reward import worth
from model_server.training.screen import SCREEN
from model_server.training.sources import SPLITS, cache
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.models.language import Observation
from relook_lsp.models.local import WEIGHTS, Local
from relook_lsp.refine.observe import Observed, observe
from relook_lsp.refine.stage import Stage
from relook_lsp.refine.trajectory import Reason, State
from relook_lsp.refine.verify import Verifier
from relook_lsp.review.parallel import run_parallel


@dataclass(frozen=True)
class Said:
    """Of one answer. ``worth`` as in ``reward.worth``; ``reason`` a ``Reason``."""

    worth: float
    accepted: bool
    reason: str


@dataclass
class Shown(Purpose):
    """A task as the policy was told of it, and what is known of answers to it. ``observation`` is None where the page
    does not show the task's findings any more."""

    task: str
    split: str
    source: str
    kind: str
    held_out_kind: bool
    rule: str
    observation: Observation | None
    said: dict[str, Said] = field(default_factory=dict[str, Said])


def load(path: Path) -> dict[str, Shown]:
    """By ``Task.identity``; later lines add to earlier ones. A line that was cut off is skipped."""
    known: dict[str, Shown] = {}
    for record in read(path):
        said = {answer: Said(*values) for answer, values in record.pop("said").items()}
        told = record.pop("observation")
        one = Shown(**record, observation=None if told is None else observation_of(told))
        earlier = known.get(one.task)
        # Told otherwise than before: indices mean other things, and what was said does not count any more.
        if earlier is not None and earlier.observation == one.observation:
            said = {**earlier.said, **said}
        known[one.task] = replace(one, said=said)
    return known


def line(shown: Shown) -> str:
    said = {answer: [one.worth, one.accepted, one.reason] for answer, one in shown.said.items()}
    told = None if shown.observation is None else asdict(shown.observation)
    return json.dumps({**vars(shown), "observation": told, "said": said}, ensure_ascii=False) + "\n"


async def ask(driver: Driver, task: Task, models: Sequence[Local], answers: int, known: Shown | None) -> Shown:
    """Shows the task and has the first ``answers`` of every model judged, but for those that are known. Raises
    ``RelookError``."""
    one = Shown(task.identity, task.split, task.source, task.kind, task.held_out_kind, task.rule, None)
    async with Stage(driver, SCREEN) as stage:
        found = await faced(task, stage.look)
        observed = observe(*found) if found is not None else None
        if found is None or observed is None:
            return one
        state, aim = found
        one.observation = observed.observation
        if known is not None and known.observation == one.observation:
            one.said |= known.said
        verifier = Verifier(stage.look, screen=stage.screen).aimed(aim)
        for model in models:
            first = await asyncio.to_thread(model.answers, one.observation)
            one.said |= await _judge(state, observed, [a for a in first[:answers] if a not in one.said], verifier)
    return one


async def _judge(state: State, observed: Observed, answers: Iterable[str], verifier: Verifier) -> dict[str, Said]:
    """What the environment failed at is not kept."""
    said: dict[str, Said] = {}
    for answer in answers:
        verdict = await judged(state, observed, answer, verifier)
        if verdict.reason is not Reason.INFRASTRUCTURE:
            said[answer] = Said(round(worth(state, verdict) or 0.0, 4), verdict.accepted, verdict.reason.value)
    return said


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.verdicts", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[cache() / "examples.jsonl", cache() / "natural.jsonl"])
    parser.add_argument("--model", type=Path, nargs="+", default=[WEIGHTS], help="folders of policies")
    parser.add_argument("--out", type=Path, default=cache() / "verdicts.jsonl")
    parser.add_argument("--answers", type=int, default=10, help="judged of each policy")
    parser.add_argument("--jobs", type=int, default=2, help="pages side by side")
    parser.add_argument("--tasks", type=int, default=0, help="at most so many (0: all)")
    parser.add_argument("--split", choices=SPLITS, help="only its tasks")
    parser.add_argument("--again", action="store_true", help="show those that were shown too")
    options = parser.parse_args(argv)
    models = [Local(folder) for folder in options.model]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    known = load(options.out)
    found = {task.identity: task for path in options.data for task in stored(path)}
    tasks = [task for task in found.values() if options.split in (None, task.split)]
    Random(0).shuffle(tasks)
    todo = [task for task in tasks if options.again or task.identity not in known][: options.tasks or None]
    print(f"{len(known)} tasks shown, {len(todo)} to show -> {options.out}", flush=True)
    with options.out.open("a", encoding="utf-8") as out:

        async def one(driver: Driver, task: Task) -> None:
            try:
                shown = await ask(driver, task, models, options.answers, known.get(task.identity))
            except RelookError as error:
                print(f"{task.identity}: {error}", flush=True)
                return
            out.write(line(shown))
            out.flush()
            print(task.identity, sum(said.accepted for said in shown.said.values()), "of", len(shown.said), flush=True)

        asyncio.run(
            run_parallel(todo, one, browser="", jobs=options.jobs, quiet=False, name=lambda task: task.page.entry)
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
