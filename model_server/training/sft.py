"""Supervised training of the policy: ``python -m model_server.training.sft`` (``make sft``).

(observation, edit) pairs, loss on the answer only, other tellings of every example in every epoch. A small model from
scratch, or with ``--base`` an adapter for any causal language model. Goes on from its last checkpoint after any kill;
metrics go to ``metrics.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel

from model_server.training.augment import augment
from model_server.training.checkpoint import resume_checkpoint, save_checkpoint
from model_server.training.examples import Example, read_examples
from model_server.training.observation_ablation import ABLATIONS
from model_server.training.policies import (
    DTYPES,
    TokenizedExample,
    TrainablePolicy,
    create_adapter_policy,
    create_small_policy,
    trainable_parameters,
)
from model_server.training.policy_model import SIZES, pad_rows
from model_server.training.process_group import ProcessGroup
from model_server.training.sources import training_folder
from relook_lsp.models.edit_language import format_answer
from relook_lsp.models.policy_prompt import compact_prompt

CHECKED = 50
"""Steps between two looks at the development examples, and two checkpoints."""


def answer_loss(model: PreTrainedModel, rows: Sequence[TokenizedExample]) -> torch.Tensor:
    """Mean cross-entropy over the tokens of the answers."""
    ids = torch.tensor(pad_rows([ids for ids, _ in rows], 0), device=model.device)
    wanted = torch.full_like(ids, -100)
    for index, (row, start) in enumerate(rows):
        wanted[index, start : len(row)] = ids[index, start : len(row)]
    first = min(start for _, start in rows) - 1
    mask = torch.tensor(pad_rows([[1] * len(ids) for ids, _ in rows], 0), device=model.device)
    hidden = model.base_model(input_ids=ids, attention_mask=mask).last_hidden_state[:, first:-1]
    wanted = wanted[:, first + 1 :]
    # Only where an answer is: a large vocabulary over whole prompts would fill the memory.
    logits = model.get_output_embeddings()(hidden[wanted != -100])
    return cross_entropy(logits.float(), wanted[wanted != -100])


def tokenize_example(policy: TrainablePolicy, example: Example, random: Random | None, told: str) -> TokenizedExample:
    """Told otherwise every time where there is ``random``; to a model that is told only how many answers were refused, now
    and then as if some had been."""
    observation, operations, refused = example.observation, example.target, 0
    if random is not None:
        observation, operations = augment(observation, operations, random)
        refused = 0 if policy.reads_source else random.choice((0, 0, 0, random.randint(1, 24)))
    observation = ABLATIONS[told](observation)
    return policy.tokenize(observation, [("", "")] * refused, format_answer(operations, observation))


def iterate_batches(
    policy: TrainablePolicy, examples: Sequence[Example], size: int, random: Random, told: str
) -> Iterator[list[TokenizedExample]]:
    """Endless; kinds are drawn evenly up to a point, rows of like length go together."""
    while True:
        order = list(examples)
        random.shuffle(order)
        for start in range(0, len(order), 16 * size):
            rows = [tokenize_example(policy, one, random, told) for one in order[start : start + 16 * size]]
            rows.sort(key=lambda r: len(r[0]))
            groups = [rows[at : at + size] for at in range(0, len(rows), size)]
            random.shuffle(groups)
            yield from groups


@torch.no_grad()
def evaluate_answers(model: PreTrainedModel, rows: Sequence[TokenizedExample]) -> dict[str, float]:
    """Loss, and the share of answers that greedy decoding would give whole (every token the likeliest)."""
    model.eval()
    losses: list[float] = []
    exact = 0
    for ids, start in rows:
        logits = model(input_ids=torch.tensor([ids], device=model.device), logits_to_keep=len(ids) - start + 1).logits[
            0, :-1
        ]
        target = torch.tensor(ids[start:], device=model.device)
        losses.append(float(cross_entropy(logits, target)))
        exact += bool((logits.argmax(-1) == target).all())
    model.train()
    return {"loss": sum(losses) / max(1, len(losses)), "exact": exact / max(1, len(rows))}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.training.sft", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[training_folder() / "examples.jsonl"])
    parser.add_argument("--out", type=Path, default=training_folder() / "sft")
    parser.add_argument("--base", default="", metavar="PATH_OR_NAME", help="train an adapter for this model instead")
    parser.add_argument("--rank", type=int, default=16, help="of the adapter")
    parser.add_argument("--layers", type=int, default=0, help="the adapter is for so many of the last layers (0: all)")
    parser.add_argument("--dtype", choices=DTYPES, default=DTYPES[0], help="of an adapted model's own weights")
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--vocabulary", type=int, default=1024)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--steps", type=int, default=0, help="stop after so many (0: only by time)")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--told", choices=ABLATIONS, default="all", help="what of the observation (for experiments)")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    examples = [one for path in options.data for one in read_examples(path)]
    train = [one for one in examples if one.trains]
    develop = [one for one in examples if one.split == "development"][:100]
    if not train:
        raise SystemExit(f"There are no examples in {options.data}; run 'make data' first.")
    options.out.mkdir(parents=True, exist_ok=True)
    processes = ProcessGroup()
    policy = _create_policy(options, train, processes.device)
    train_policy(policy, train, develop, processes, options)
    if processes.is_main:
        for part in sorted({one.part for one in examples if not one.trains}):
            rows = [tokenize_example(policy, one, None, options.told) for one in examples if part == one.part]
            print(part, len(rows), evaluate_answers(policy.model, rows), flush=True)
    return 0


def train_policy(
    policy: TrainablePolicy,
    train: Sequence[Example],
    develop: Sequence[Example],
    processes: ProcessGroup,
    options: argparse.Namespace,
) -> None:
    """Until the time or the steps are over; goes on where it was killed."""
    model, weights = policy.model, trainable_parameters(policy)
    optimizer = torch.optim.AdamW(weights.values(), lr=options.rate, weight_decay=0.05, betas=(0.9, 0.98))
    step = resume_checkpoint(policy, optimizer, options.out)
    random = Random(f"{options.seed} {step} {processes.rank}")
    checked = [tokenize_example(policy, one, None, options.told) for one in develop]
    size = sum(one.numel() for one in weights.values()) / 1e6
    print(f"{len(train)} examples, {size:.2f} M parameters to train, from step {step}", flush=True)
    started, seen = time.monotonic(), 0
    model.train()
    with (options.out / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
        for batch in iterate_batches(policy, train, options.batch, random, options.told):
            spent = time.monotonic() - started
            progress = max(spent / (60 * options.minutes), step / options.steps if options.steps else 0)
            # Processes that learn together end together.
            if processes.sum(progress >= 1):
                break
            for group in optimizer.param_groups:
                group["lr"] = options.rate * min(1.0, (step + 1) / 50) * max(0.05, 1 - progress)
            loss = answer_loss(model, batch)
            (loss / processes.world_size).backward()
            processes.sum_gradients(model)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            seen += sum(len(ids) for ids, _ in batch)
            if not processes.is_main:
                continue
            record: dict[str, Any] = {"step": step, "loss": round(float(loss.detach()), 4), "seconds": round(spent, 1)}
            if step % CHECKED == 0:
                found = evaluate_answers(model, checked) if checked else {}
                record |= {f"development {k}": round(v, 4) for k, v in found.items()}
                record["tokens/s"] = round(seen / max(1e-9, time.monotonic() - started))
                print(record, flush=True)
                save_checkpoint(policy, optimizer, options.out, step)
            metrics.write(json.dumps(record) + "\n")
            metrics.flush()
    if processes.is_main:
        save_checkpoint(policy, optimizer, options.out, step)


def _create_policy(options: argparse.Namespace, train: Sequence[Example], device: torch.device) -> TrainablePolicy:
    if options.base:
        return create_adapter_policy(options.base, options.rank, device, getattr(torch, options.dtype), options.layers)
    told = ABLATIONS[options.told]
    texts = (compact_prompt(seen := told(one.observation)) + format_answer(one.target, seen) for one in train)
    return create_small_policy(options.size, options.vocabulary, texts, options.out / "model", device)


if __name__ == "__main__":
    raise SystemExit(main())
