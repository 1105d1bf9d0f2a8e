"""What a step of reinforcement learning costs by TRL's trainer and by ours, with one model and the same prompts:
``python -m model_server.evaluation.trl_speed MODEL DATA``. Rewards are random numbers, so that no page is rendered."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median

import torch
from datasets import Dataset
from transformers import PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from model_server.training.examples import read_examples
from model_server.training.learner import Learner, update_policy
from model_server.training.policies import load_policy
from model_server.training.process_group import ProcessGroup
from model_server.training.rollout import AnswerGroup
from relook_lsp.models.bpe_tokenizer import END
from relook_lsp.models.edit_language import Observation
from relook_lsp.models.policy_prompt import compact_prompt
from relook_lsp.models.shipped_policy import LONGEST_ANSWER

GROUP = 8


class StepClock(TrainerCallback):
    """Seconds of each of TRL's steps."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_step_begin(self, *_arguments: object, **_more: object) -> None:
        self._at = time.perf_counter()

    def on_step_end(self, *_arguments: object, **_more: object) -> None:
        self.seconds.append(time.perf_counter() - self._at)


def time_trl(folder: Path, observations: Sequence[Observation], random: Random) -> list[float]:
    policy, clock = load_policy(folder, torch.device("cpu")), StepClock()
    words = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), pad_token=END, eos_token=END)

    def random_rewards(completions: Sequence[str], **_columns: object) -> list[float]:
        return [random.random() for _ in completions]

    with tempfile.TemporaryDirectory() as scratch:
        trainer = GRPOTrainer(
            model=policy.model,
            reward_funcs=random_rewards,
            args=GRPOConfig(
                output_dir=scratch, loss_type="grpo", beta=0.0, use_cpu=True, bf16=False, report_to=[], save_strategy="no",
                num_generations=GROUP, per_device_train_batch_size=GROUP, gradient_accumulation_steps=1,
                max_completion_length=LONGEST_ANSWER, max_steps=len(observations), disable_tqdm=True, logging_strategy="no",
            ),
            train_dataset=Dataset.from_list([{"prompt": compact_prompt(one)} for one in observations]),
            processing_class=words,
            callbacks=[clock],
        )  # fmt: skip
        trainer.train()
    return clock.seconds


async def time_learner(folder: Path, observations: Sequence[Observation], random: Random) -> list[float]:
    policy = load_policy(folder, torch.device("cpu"))
    learner = Learner(policy, None, torch.optim.AdamW(policy.model.parameters(), lr=1e-6), ProcessGroup())
    sample = learner.sampler(1.0, random)
    seconds: list[float] = []
    for one in observations:
        started = time.perf_counter()
        answers = tuple(await sample(one, (), GROUP))
        rewards = tuple(random.random() for _ in answers)
        update_policy(learner, [AnswerGroup(one, (), answers, rewards, tuple(False for _ in answers), 0)], 1, 0.0)
        seconds.append(time.perf_counter() - started)
    return seconds


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.evaluation.trl_speed", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    observations = [one.observation for one in read_examples(options.data)][: options.steps]
    found: dict[str, list[float]] = {"TRL": [], "ours": []}
    for number in range(options.rounds):
        found["TRL"] += time_trl(options.model, observations, Random(number))[1:]
        found["ours"] += asyncio.run(time_learner(options.model, observations, Random(number)))[1:]
    middle = {name: median(seconds) for name, seconds in found.items()}
    print({name: round(value, 3) for name, value in middle.items()}, f"ratio {middle['TRL'] / middle['ours']:.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
