"""Reinforcement learning with the render as reward: ``python -m model_server.training.grpo`` (``make grpo``).

A step is a few pages: rounds of Forced Optimization on each, a group of answers in every round, every answer judged by
the editor's own verifier. With ``--verdicts`` renders have spoken already (``verdicts``), and no browser is needed.

The same script trains the small policy here and an adapter of a large one on GPUs (``--start`` says which).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

import torch

from model_server.training.checkpoint import resume, save
from model_server.training.crew import Crew
from model_server.training.draw import known
from model_server.training.environment import Browser, Environment, Watching
from model_server.training.examples import Task, stored
from model_server.training.kept import read
from model_server.training.learner import Learner, update
from model_server.training.priority import weights
from model_server.training.rollout import Group, rollout
from model_server.training.served import Served
from model_server.training.sources import cache
from model_server.training.students import DTYPES, Adapted, load, trained
from model_server.training.verdicts import Shown
from model_server.training.verdicts import load as load_verdicts
from relook_lsp.browser.driver import Driver
from relook_lsp.models.chat import ModelError

Source = Callable[[Learner, Random], Awaitable[tuple[dict[str, object], list[Group]]]]
"""What a step is about, for the record, and its groups."""


SAVED = 10
"""Steps between two checkpoints."""


async def train(learner: Learner, options: argparse.Namespace, source: Source) -> None:
    """Until the time or the steps are over; goes on where it was killed."""
    crew, student, optimizer = learner.crew, learner.student, learner.optimizer
    step = resume(student, optimizer, options.out)
    random = Random(f"{options.seed} {step} {crew.number}")
    started = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        try:
            while True:
                over = time.monotonic() - started > 60 * options.minutes or (options.steps and step >= options.steps)
                # Processes that learn together end together.
                if crew.total(over):
                    break
                about, groups = await source(learner, random)
                if not crew.total(len(groups)):
                    continue
                record = {"step": step, **about, **summary(groups)}
                record |= update(learner, groups, options.epochs, options.beta)
                record["seconds"] = round(time.monotonic() - started, 1)
                step += 1
                if crew.first:
                    metrics.write(json.dumps(record) + "\n")
                    metrics.flush()
                    print(record, flush=True)
                if crew.first and step % SAVED == 0:
                    save(student, optimizer, options.out, step)
                if learner.served is not None:
                    await renew(learner, learner.served, options)
        finally:
            if crew.first:
                save(student, optimizer, options.out, step)


async def renew(learner: Learner, served: Served, options: argparse.Namespace) -> None:
    if learner.crew.first:
        learner.student.save(options.out / "model")
        await served.renew()
    learner.crew.total(0)  # The others wait until it is there.


def from_renders(environments: Sequence[Environment], tasks: Sequence[Task], options: argparse.Namespace) -> Source:
    """Groups of some pages, judged now, as many pages at once as there are environments."""
    chances = weights(tasks, read(options.measured))
    free = asyncio.Queue[Environment]()
    for one in environments:
        free.put_nowait(one)

    async def page(learner: Learner, task: Task, random: Random) -> list[Group]:
        environment = await free.get()
        try:
            sample = learner.sampler(options.temperature, random)
            length = learner.student.length
            return await rollout(environment, task, sample, length, size=options.group, rounds=options.rounds)
        finally:
            free.put_nowait(environment)

    async def source(learner: Learner, random: Random) -> tuple[dict[str, object], list[Group]]:
        chosen = random.choices(tasks, chances, k=options.pages)
        found = await asyncio.gather(*(page(learner, task, Random(random.random())) for task in chosen))
        return {"rules": sorted({task.rule for task in chosen})}, [group for groups in found for group in groups]

    return source


def from_verdicts(shown: Sequence[Shown], options: argparse.Namespace) -> Source:
    """Groups of many tasks on which renders have spoken. Tasks whose answers are all worth the same teach nothing."""
    telling = [one for one in shown if len({said.worth for said in one.said.values()}) > 1]
    print(f"{len(telling)} of {len(shown)} tasks tell answers apart", flush=True)

    async def source(learner: Learner, random: Random) -> tuple[dict[str, object], list[Group]]:
        chosen = random.sample(telling, min(options.pages, len(telling)))
        return {}, [known(learner.student, one, options.group, options.temperature, random) for one in chosen]

    return source


def summary(groups: Sequence[Group]) -> dict[str, float]:
    rewards = [value for group in groups for value in group.rewards if value is not None]
    accepted = [one for group in groups for one in group.accepted]
    return {
        "reward": round(sum(rewards) / max(1, len(rewards)), 4),
        "accepted": round(sum(accepted) / max(1, len(accepted)), 4),
        "groups": len(groups),
        "renders": sum(group.renders for group in groups),
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.grpo", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[cache() / "examples.jsonl", cache() / "natural.jsonl"])
    parser.add_argument(
        "--start", type=Path, default=cache() / "sft" / "model", help="checkpoint of sft: model or adapter"
    )
    parser.add_argument("--out", type=Path, default=cache() / "grpo")
    parser.add_argument("--measured", type=Path, default=cache() / "policy_bench.jsonl", help="of the benchmark")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--group", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2, help="clipped steps on each rollout")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--beta", type=float, default=0.0, help="weight of the divergence from the model at the start")
    parser.add_argument("--verdicts", type=Path, help="learn from what 'make verdicts' kept, without a browser")
    parser.add_argument("--pages", type=int, default=2, help="tasks of one step")
    parser.add_argument("--renderers", choices=("local", "ray"), default="local", help="where pages are rendered")
    parser.add_argument("--environments", type=int, default=2, help="pages rendered at once")
    parser.add_argument("--ray", default="", metavar="ADDRESS", help="of a cluster (default: this machine alone)")
    parser.add_argument(
        "--critic", default="", metavar="URL", help="a multimodal critic that an edit must convince too"
    )
    parser.add_argument("--critic-model", default="", metavar="NAME")
    parser.add_argument(
        "--served", default="", metavar="URL", help="vLLM that answers with the adapter, started with --learning"
    )
    parser.add_argument("--dtype", choices=DTYPES, default=DTYPES[0], help="of an adapted model's own weights")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    try:
        asyncio.run(_main(options))
    except ModelError as error:
        raise SystemExit(str(error)) from None
    return 0


async def _main(options: argparse.Namespace) -> None:
    crew = Crew()
    student = load(options.start, crew.device, getattr(torch, options.dtype))
    optimizer = torch.optim.AdamW(trained(student).values(), lr=options.rate, weight_decay=0.0)
    learner = Learner(student, student.first() if options.beta else None, optimizer, crew)
    if options.served:
        if not isinstance(student, Adapted):
            raise SystemExit(f"--served needs an adapter, and {options.start} is a whole model.")
        learner.served = Served(options.served, options.out / "model", options.temperature)
        await renew(learner, learner.served, options)
    if options.verdicts is not None:
        shown = [one for one in load_verdicts(options.verdicts).values() if one.trains]
        if not shown:
            raise SystemExit(f"There is nothing for training in {options.verdicts}; run 'make verdicts' first.")
        return await train(learner, options, from_verdicts(shown, options))
    tasks = [e for path in options.data for e in stored(path) if e.trains]
    if not tasks:
        raise SystemExit(f"There are no examples in {options.data}; run 'make data' first.")
    watching = Watching(student.reads_source, options.critic, options.critic_model)
    driver = Driver("")
    environments = rendering(driver, watching, options)
    try:
        await train(learner, options, from_renders(environments, tasks, options))
    finally:
        await asyncio.gather(*(one.close() for one in environments))
        await driver.close()


def rendering(driver: Driver, watching: Watching, options: argparse.Namespace) -> list[Environment]:
    if options.renderers == "local":
        return [Browser(driver, watching) for _ in range(options.environments)]
    from model_server.training.cluster import Remote, joined

    joined(options.ray)
    return [Remote(watching) for _ in range(options.environments)]


if __name__ == "__main__":
    raise SystemExit(main())
