"""Reinforcement learning with the render as reward: ``python -m model_server.training.grpo`` (``make grpo``).

GRPO (arXiv 2402.03300) in two pure functions, ``advantages`` and ``policy_loss``, because a trainer's bookkeeping costs
a model of this size more than its steps; a test holds them equal to TRL's. One step is one page: rounds of Forced
Optimization, a group of answers in each, every answer judged by the editor's own verifier.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import torch
from transformers import LlamaForCausalLM

from model_server.training.draw import answer_likelihood, draw
from model_server.training.examples import Task, stored
from model_server.training.policy_model import encode
from model_server.training.priority import weights
from model_server.training.reward import advantages
from model_server.training.rollout import Group, broken, rollout, target
from model_server.training.sources import cache
from model_server.training.tasks import SCREEN, read
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.patch import PatchError
from relook_lsp.models.language import Observation
from relook_lsp.models.prompt import compact
from relook_lsp.models.tokens import Tokens
from relook_lsp.refine.stage import Stage
from relook_lsp.refine.verify import Verifier


def policy_loss(
    new: torch.Tensor, old: torch.Tensor, advantage: torch.Tensor, mask: torch.Tensor, clip: float = 0.2
) -> torch.Tensor:
    """The clipped objective, as a loss. ``new`` and ``old`` are log-probabilities of the sampled tokens (samples,
    length), ``advantage`` one number a sample, ``mask`` 1 where a token counts. The mean over each sample's tokens,
    then over samples (no KL term)."""
    ratio = torch.exp(new - old)
    limited = torch.clamp(ratio, 1 - clip, 1 + clip)
    gain = torch.minimum(ratio * advantage[:, None], limited * advantage[:, None])
    return -((gain * mask).sum(1) / mask.sum(1).clamp(min=1)).mean()


def update(
    model: LlamaForCausalLM, optimizer: torch.optim.Optimizer, tokens: Tokens, groups: Sequence[Group], epochs: int
) -> dict[str, float]:
    """A few clipped steps on the groups of one rollout; groups with fewer than two scored samples are dropped."""
    batch: list[tuple[list[tuple[list[int], int]], torch.Tensor, torch.Tensor]] = []
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
            batch.append((rows, torch.tensor(found), old))
    loss = torch.zeros(())
    for _ in range(epochs if batch else 0):
        optimizer.zero_grad()
        for rows, advantage, old in batch:
            new, mask = answer_likelihood(model, rows)
            kept = torch.tensor([value is not None for value in advantage.tolist()]).float()
            loss = policy_loss(new, old, advantage, mask * kept[:, None]) / len(batch)
            loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return {"dropped": dropped, "flat": flat, "loss": float(loss.detach())}


async def train(options: argparse.Namespace, tasks: Sequence[Task]) -> None:
    tokens = Tokens(options.start / "tokenizer.json")
    model = LlamaForCausalLM.from_pretrained(options.start, dtype=torch.float32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.0)
    chances = weights(tasks, read(options.measured))
    random, step = Random(options.seed), 0
    if (options.out / "state.pt").exists():
        kept = torch.load(options.out / "state.pt", weights_only=True)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        step = kept["step"]
        random = Random(options.seed + step)
    driver, started = Driver(""), time.monotonic()
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        try:
            while time.monotonic() - started < 60 * options.minutes and (not options.steps or step < options.steps):
                (task,) = random.choices(tasks, chances)
                groups = await one_page(driver, model, tokens, task, random, options)
                if not groups:
                    continue
                record = {"step": step, "rule": task.rule, "kind": task.kind, **summary(groups)}
                record |= update(model, optimizer, tokens, groups, options.epochs)
                record["seconds"] = round(time.monotonic() - started, 1)
                step += 1
                metrics.write(json.dumps(record) + "\n")
                metrics.flush()
                print(record, flush=True)
                if step % 10 == 0:
                    save(model, optimizer, tokens, options, step)
        finally:
            await driver.close()
            save(model, optimizer, tokens, options, step)


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


def save(
    model: LlamaForCausalLM, optimizer: torch.optim.Optimizer, tokens: Tokens, options: argparse.Namespace, step: int
) -> None:
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
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tasks = [e for path in options.data for e in stored(path) if e.split == "train" and not e.held_out_kind]
    if not tasks:
        raise SystemExit(f"There are no examples in {options.data}; run 'make data' first.")
    asyncio.run(train(options, tasks))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
