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

from model_server.training.checkpoint import resume_checkpoint, save_checkpoint
from model_server.training.environment import BrowserEnvironment, Environment, EnvironmentSettings
from model_server.training.examples import Task, read_tasks
from model_server.training.jsonl import read_records
from model_server.training.learner import Learner, update_policy
from model_server.training.policies import DTYPES, AdapterPolicy, load_policy, trainable_parameters
from model_server.training.process_group import ProcessGroup
from model_server.training.rollout import AnswerGroup, collect_rollout
from model_server.training.sampling import sample_judged_group
from model_server.training.served_policy import ServedPolicy
from model_server.training.sources import training_folder
from model_server.training.task_weights import compute_task_weights
from model_server.training.verdicts import JudgedTask
from model_server.training.verdicts import read_judged_tasks as load_verdicts
from relook_lsp.browser.driver import Driver
from relook_lsp.models.chat import ModelError

GroupSource = Callable[[Learner, Random], Awaitable[tuple[dict[str, object], list[AnswerGroup]]]]
"""What a step is about, for the record, and its groups."""


SAVED = 10
"""Steps between two checkpoints."""


async def train_policy(learner: Learner, options: argparse.Namespace, source: GroupSource) -> None:
    """Until the time or the steps are over; goes on where it was killed."""
    processes, policy, optimizer = learner.processes, learner.policy, learner.optimizer
    step = resume_checkpoint(policy, optimizer, options.out)
    random = Random(f"{options.seed} {step} {processes.rank}")
    started = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        try:
            while True:
                over = time.monotonic() - started > 60 * options.minutes or (options.steps and step >= options.steps)
                # Processes that learn together end together.
                if processes.sum(over):
                    break
                about, groups = await source(learner, random)
                if not processes.sum(len(groups)):
                    continue
                record = {"step": step, **about, **summarize_groups(groups)}
                record |= update_policy(learner, groups, options.epochs, options.beta)
                record["seconds"] = round(time.monotonic() - started, 1)
                step += 1
                if processes.is_main:
                    metrics.write(json.dumps(record) + "\n")
                    metrics.flush()
                    print(record, flush=True)
                if processes.is_main and step % SAVED == 0:
                    save_checkpoint(policy, optimizer, options.out, step)
                if learner.served is not None:
                    await publish_adapter(learner, learner.served, options)
        finally:
            if processes.is_main:
                save_checkpoint(policy, optimizer, options.out, step)


async def publish_adapter(learner: Learner, served: ServedPolicy, options: argparse.Namespace) -> None:
    if learner.processes.is_main:
        learner.policy.save(options.out / "model")
        await served.load_adapter()
    learner.processes.sum(0)  # The others wait until it is there.


def groups_from_renders(
    environments: Sequence[Environment], tasks: Sequence[Task], options: argparse.Namespace
) -> GroupSource:
    """Groups of some pages, judged now, as many pages at once as there are environments."""
    chances = compute_task_weights(tasks, read_records(options.measured))
    free = asyncio.Queue[Environment]()
    for one in environments:
        free.put_nowait(one)

    async def page(learner: Learner, task: Task, random: Random) -> list[AnswerGroup]:
        environment = await free.get()
        try:
            sample = learner.sampler(options.temperature, random)
            length = learner.policy.count_tokens
            return await collect_rollout(environment, task, sample, length, size=options.group, rounds=options.rounds)
        finally:
            free.put_nowait(environment)

    async def source(learner: Learner, random: Random) -> tuple[dict[str, object], list[AnswerGroup]]:
        chosen = random.choices(tasks, chances, k=options.pages)
        found = await asyncio.gather(*(page(learner, task, Random(random.random())) for task in chosen))
        return {"rules": sorted({task.rule for task in chosen})}, [group for groups in found for group in groups]

    return source


def groups_from_verdicts(shown: Sequence[JudgedTask], options: argparse.Namespace) -> GroupSource:
    """Groups of many tasks on which renders have spoken. Tasks whose answers are all worth the same teach nothing."""
    telling = [one for one in shown if len({said.worth for said in one.judged.values()}) > 1]
    print(f"{len(telling)} of {len(shown)} tasks tell answers apart", flush=True)

    async def source(learner: Learner, random: Random) -> tuple[dict[str, object], list[AnswerGroup]]:
        chosen = random.sample(telling, min(options.pages, len(telling)))
        return {}, [
            sample_judged_group(learner.policy, one, options.group, options.temperature, random) for one in chosen
        ]

    return source


def summarize_groups(groups: Sequence[AnswerGroup]) -> dict[str, float]:
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
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[training_folder() / "examples.jsonl", training_folder() / "natural.jsonl"],
    )
    parser.add_argument(
        "--start", type=Path, default=training_folder() / "sft" / "model", help="checkpoint of sft: model or adapter"
    )
    parser.add_argument("--out", type=Path, default=training_folder() / "grpo")
    parser.add_argument(
        "--measured", type=Path, default=training_folder() / "policy_bench.jsonl", help="of the benchmark"
    )
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
    processes = ProcessGroup()
    policy = load_policy(options.start, processes.device, getattr(torch, options.dtype))
    optimizer = torch.optim.AdamW(trainable_parameters(policy).values(), lr=options.rate, weight_decay=0.0)
    learner = Learner(policy, policy.load_initial_model() if options.beta else None, optimizer, processes)
    if options.served:
        if not isinstance(policy, AdapterPolicy):
            raise SystemExit(f"--served needs an adapter, and {options.start} is a whole model.")
        learner.served = ServedPolicy(options.served, options.out / "model", options.temperature)
        await publish_adapter(learner, learner.served, options)
    if options.verdicts is not None:
        shown = [one for one in load_verdicts(options.verdicts).values() if one.trains]
        if not shown:
            raise SystemExit(f"There is nothing for training in {options.verdicts}; run 'make verdicts' first.")
        return await train_policy(learner, options, groups_from_verdicts(shown, options))
    tasks = [e for path in options.data for e in read_tasks(path) if e.trains]
    if not tasks:
        raise SystemExit(f"There are no examples in {options.data}; run 'make data' first.")
    watching = EnvironmentSettings(policy.reads_source, options.critic, options.critic_model)
    driver = Driver("")
    environments = create_environments(driver, watching, options)
    try:
        await train_policy(learner, options, groups_from_renders(environments, tasks, options))
    finally:
        await asyncio.gather(*(one.close() for one in environments))
        await driver.close()


def create_environments(
    driver: Driver, watching: EnvironmentSettings, options: argparse.Namespace
) -> list[Environment]:
    if options.renderers == "local":
        return [BrowserEnvironment(driver, watching) for _ in range(options.environments)]
    from model_server.training.ray_environment import RayEnvironment, connect_cluster

    connect_cluster(options.ray)
    return [RayEnvironment(watching) for _ in range(options.environments)]


if __name__ == "__main__":
    raise SystemExit(main())
