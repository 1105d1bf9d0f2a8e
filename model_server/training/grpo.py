"""Reinforcement learning with the render as reward: ``python -m model_server.training.grpo`` (``make grpo``).

GRPO (arXiv 2402.03300) in two pure functions, ``advantages`` and ``policy_loss``, because a trainer's bookkeeping costs
a model of this size more than its steps; a test holds them equal to TRL's. One step is one page: rounds of Forced
Optimization, a group of answers in each, every answer judged by the editor's own verifier. With ``--verdicts`` a step
is many tasks on which renders have spoken already (``verdicts``), and needs no browser.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from transformers import LlamaForCausalLM

from model_server.training.draw import answer_likelihood, draw, known
from model_server.training.examples import Task, stored
from model_server.training.policy_model import encode
from model_server.training.priority import weights
from model_server.training.reward import advantages
from model_server.training.rollout import Group, broken, rollout, target
from model_server.training.sources import cache
from model_server.training.tasks import SCREEN, read
from model_server.training.verdicts import Shown, load
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.patch import PatchError
from relook_lsp.models.language import Observation
from relook_lsp.models.prompt import compact
from relook_lsp.models.tokens import Tokens
from relook_lsp.refine.stage import Stage
from relook_lsp.refine.verify import Verifier

Source = Callable[["Learner", Random], Awaitable[tuple[dict[str, str], list[Group]]]]
"""What a step is about, for the record, and its groups."""


def policy_loss(
    new: torch.Tensor,
    old: torch.Tensor,
    advantage: torch.Tensor,
    mask: torch.Tensor,
    clip: float = 0.2,
    start: torch.Tensor | None = None,
    beta: float = 0.0,
) -> torch.Tensor:
    """The clipped objective, as a loss. ``new``, ``old`` and ``start`` (the model before any step) are log-probabilities
    of the sampled tokens (samples, length), ``advantage`` one number a sample, ``mask`` 1 where a token counts. The mean
    over each sample's tokens, then over samples. ``beta`` weighs how far it may go from ``start`` (an unbiased estimate
    of the KL divergence)."""
    ratio = torch.exp(new - old)
    limited = torch.clamp(ratio, 1 - clip, 1 + clip)
    gain = torch.minimum(ratio * advantage[:, None], limited * advantage[:, None])
    if start is not None:
        gain = gain - beta * (torch.exp(start - new) - (start - new) - 1)
    return -((gain * mask).sum(1) / mask.sum(1).clamp(min=1)).mean()


@dataclass
class Learner:
    """A model, what it was at first (None where that does not matter), and its optimizer."""

    model: LlamaForCausalLM
    start: LlamaForCausalLM | None
    tokens: Tokens
    optimizer: torch.optim.Optimizer


def update(learner: Learner, groups: Sequence[Group], epochs: int, beta: float) -> dict[str, float]:
    """A few clipped steps on the groups of one rollout; groups with fewer than two scored samples are dropped."""
    model, tokens, optimizer = learner.model, learner.tokens, learner.optimizer
    batch: list[tuple[list[tuple[list[int], int]], torch.Tensor, torch.Tensor, torch.Tensor | None]] = []
    dropped = flat = 0
    for group in groups:
        found = advantages(group.rewards)
        if found is None:
            dropped += 1
        elif not any(found):
            flat += 1
        else:
            rows = [encode(tokens, compact(group.observation, group.rejected), answer) for answer in group.answers]
            with torch.no_grad():
                old, _ = answer_likelihood(model, rows)
                start = None if learner.start is None else answer_likelihood(learner.start, rows)[0]
            batch.append((rows, torch.tensor(found), old, start))
    loss = torch.zeros(())
    for _ in range(epochs if batch else 0):
        optimizer.zero_grad()
        for rows, advantage, old, start in batch:
            new, mask = answer_likelihood(model, rows)
            kept = torch.tensor([value is not None for value in advantage.tolist()]).float()
            loss = policy_loss(new, old, advantage, mask * kept[:, None], start=start, beta=beta) / len(batch)
            loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return {"dropped": dropped, "flat": flat, "loss": float(loss.detach())}


async def train(options: argparse.Namespace, source: Source) -> None:
    """Until the time or the steps are over; goes on where it was killed."""
    tokens = Tokens(options.start / "tokenizer.json")
    model = LlamaForCausalLM.from_pretrained(options.start, dtype=torch.float32)
    start = LlamaForCausalLM.from_pretrained(options.start, dtype=torch.float32) if options.beta else None
    learner = Learner(model, start, tokens, torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.0))
    random, step = Random(options.seed), 0
    if (options.out / "state.pt").exists():
        kept = torch.load(options.out / "state.pt", weights_only=True)
        model.load_state_dict(kept["model"])
        learner.optimizer.load_state_dict(kept["optimizer"])
        step = kept["step"]
        random = Random(options.seed + step)
    started = time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        try:
            while time.monotonic() - started < 60 * options.minutes and (not options.steps or step < options.steps):
                about, groups = await source(learner, random)
                if not groups:
                    continue
                record = {"step": step, **about, **summary(groups)}
                record |= update(learner, groups, options.epochs, options.beta)
                record["seconds"] = round(time.monotonic() - started, 1)
                step += 1
                metrics.write(json.dumps(record) + "\n")
                metrics.flush()
                print(record, flush=True)
                if step % 10 == 0:
                    save(learner, options, step)
        finally:
            save(learner, options, step)


def from_renders(driver: Driver, tasks: Sequence[Task], options: argparse.Namespace) -> Source:
    """Groups of one page, judged now."""
    chances = weights(tasks, read(options.measured))

    async def source(learner: Learner, random: Random) -> tuple[dict[str, str], list[Group]]:
        (task,) = random.choices(tasks, chances)
        groups = await one_page(driver, learner.model, learner.tokens, task, random, options)
        return {"rule": task.rule, "kind": task.kind}, groups

    return source


def from_verdicts(shown: Sequence[Shown], options: argparse.Namespace) -> Source:
    """Groups of many tasks on which renders have spoken. Tasks whose answers are all worth the same teach nothing."""
    telling = [one for one in shown if len({said.worth for said in one.said.values()}) > 1]
    print(f"{len(telling)} of {len(shown)} tasks tell answers apart", flush=True)

    async def source(learner: Learner, random: Random) -> tuple[dict[str, str], list[Group]]:
        chosen = random.sample(telling, min(options.pages, len(telling)))
        model, tokens = learner.model, learner.tokens
        return {}, [known(model, tokens, one, options.group, options.temperature, random) for one in chosen]

    return source


async def one_page(
    driver: Driver,
    model: LlamaForCausalLM,
    tokens: Tokens,
    task: Task,
    random: Random,
    options: argparse.Namespace,
) -> list[Group]:
    """None of a page that cannot be looked at, or that does not show the task's findings."""

    def sample(observation: Observation, rejected: int, count: int) -> list[tuple[str, int]]:
        return draw(model, tokens, observation, rejected, count, options.temperature, random)

    async with Stage(driver, SCREEN) as stage:
        try:
            state = await broken(task, stage.look)
            aim = target(task, state)
            if aim is None:
                return []
            verifier = Verifier(stage.look, screen=stage.screen)
            return await rollout(state, aim, sample, verifier, size=options.group, rounds=options.rounds)
        except (RelookError, PatchError) as error:
            print(f"{task.page.entry}: {error}", flush=True)
            return []


def summary(groups: Sequence[Group]) -> dict[str, float]:
    rewards = [value for group in groups for value in group.rewards if value is not None]
    accepted = [one for group in groups for one in group.accepted]
    return {
        "reward": round(sum(rewards) / max(1, len(rewards)), 4),
        "accepted": round(sum(accepted) / max(1, len(accepted)), 4),
        "groups": len(groups),
        "renders": sum(group.renders for group in groups),
    }


def save(learner: Learner, options: argparse.Namespace, step: int) -> None:
    model, optimizer = learner.model, learner.optimizer
    model.save_pretrained(options.out / "model")
    (options.out / "model" / "tokenizer.json").write_bytes((options.start / "tokenizer.json").read_bytes())
    torch.save(
        {"optimizer": optimizer.state_dict(), "step": step, "model": model.state_dict()}, options.out / "state.new"
    )
    (options.out / "state.new").replace(options.out / "state.pt")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.grpo", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[cache() / "examples.jsonl", cache() / "natural.jsonl"])
    parser.add_argument("--start", type=Path, default=cache() / "sft" / "model")
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
    parser.add_argument("--pages", type=int, default=16, help="tasks of one step, with --verdicts")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    asyncio.run(_main(options))
    return 0


async def _main(options: argparse.Namespace) -> None:
    if options.verdicts is not None:
        shown = [one for one in load(options.verdicts).values() if one.trains]
        if not shown:
            raise SystemExit(f"There is nothing for training in {options.verdicts}; run 'make verdicts' first.")
        return await train(options, from_verdicts(shown, options))
    tasks = [e for path in options.data for e in stored(path) if e.trains]
    if not tasks:
        raise SystemExit(f"There are no examples in {options.data}; run 'make data' first.")
    driver = Driver("")
    try:
        await train(options, from_renders(driver, tasks, options))
    finally:
        await driver.close()


if __name__ == "__main__":
    raise SystemExit(main())
