"""A group of different answers, drawn as the policy answers at work: from all that it can say and weigh.

A model of this size writes the same answer eight times, or eight that cannot be parsed; such a group teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from random import Random

import torch
from transformers import LlamaForCausalLM

from model_server.training.augment import retold
from model_server.training.policy_model import encode, padded
from model_server.training.reward import reward
from model_server.training.rollout import Group
from model_server.training.verdicts import Shown
from relook_lsp.models.edits import named
from relook_lsp.models.language import Observation
from relook_lsp.models.local import LONGEST_ANSWER
from relook_lsp.models.prompt import TOLD, compact
from relook_lsp.models.tokens import Tokens


def answer_likelihood(
    model: LlamaForCausalLM, rows: Sequence[tuple[list[int], int]]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities (rows, length) of the tokens of the answers of one prompt, and their mask. The prompt, which
    all rows share, is read once."""
    start = rows[0][1]
    answers = torch.tensor(padded([ids[start:] for ids, _ in rows], 0))
    mask = torch.tensor(padded([[1.0] * (len(ids) - start) for ids, _ in rows], 0))
    read = model(input_ids=torch.tensor([rows[0][0][:start]]), use_cache=True)
    read.past_key_values.batch_repeat_interleave(len(rows))
    first = read.logits[:, -1:].expand(len(rows), -1, -1)
    rest = model(input_ids=answers[:, :-1], cache=read.past_key_values).logits
    likely = torch.log_softmax(torch.cat([first, rest], 1), -1)
    return likely.gather(-1, answers[..., None])[..., 0], mask


def chosen(scores: Sequence[float], count: int, temperature: float, random: Random) -> list[int]:
    """Indices of ``count`` different ones, drawn one after the other by softmax(scores / temperature) (Gumbel top-k,
    arXiv 1903.06059), in the order in which they were drawn. Pure but for ``random``."""
    noisy = [score / temperature - log(-log(random.uniform(1e-12, 1 - 1e-12))) for score in scores]
    return sorted(range(len(scores)), key=lambda index: -noisy[index])[:count]


@torch.no_grad()
def draw(
    model: LlamaForCausalLM,
    tokens: Tokens,
    observation: Observation,
    rejected: int,
    count: int,
    temperature: float,
    random: Random,
) -> list[tuple[str, int]]:
    """Different answers and their lengths in tokens: of those that the model writes and of every edit that the
    observation names."""
    prompt = compact(observation, rejected)
    answers = list(dict.fromkeys([*_written(model, tokens, prompt, count, temperature), *named(observation, TOLD)]))
    return _drawn(model, tokens, prompt, answers, count, temperature, random)


@torch.no_grad()
def known(
    model: LlamaForCausalLM, tokens: Tokens, shown: Shown, count: int, temperature: float, random: Random
) -> Group:
    """A group of answers on which renders have spoken already, to the task told otherwise; none of it is rendered."""
    assert shown.observation is not None
    told, reads = retold(shown.observation, shown.said, random)
    verdicts = {reads[answer]: one for answer, one in shown.said.items()}
    answers = _drawn(model, tokens, compact(told, 0), list(verdicts), count, temperature, random)
    said = [verdicts[answer] for answer, _ in answers]
    rewards = [reward(one.worth, length) for one, (_, length) in zip(said, answers, strict=True)]
    texts = tuple(answer for answer, _ in answers)
    return Group(told, 0, texts, tuple(rewards), tuple(one.accepted for one in said), 0)


def _drawn(
    model: LlamaForCausalLM,
    tokens: Tokens,
    prompt: str,
    answers: Sequence[str],
    count: int,
    temperature: float,
    random: Random,
) -> list[tuple[str, int]]:
    rows = [encode(tokens, prompt, answer) for answer in answers]
    likely, mask = answer_likelihood(model, rows)
    scores = (likely * mask).sum(1).tolist()
    return [(answers[i], len(rows[i][0]) - rows[i][1]) for i in chosen(scores, count, temperature, random)]


def _written(model: LlamaForCausalLM, tokens: Tokens, prompt: str, count: int, temperature: float) -> list[str]:
    head, start = encode(tokens, prompt, "")
    ids = torch.tensor([head[:start]])
    out = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=temperature,
        top_k=0,
        num_return_sequences=count,
        max_new_tokens=LONGEST_ANSWER - 1,
        eos_token_id=tokens.end,
        pad_token_id=tokens.end,
    )[:, start:]
    return [tokens.decode(row[: row.index(tokens.end)] if tokens.end in row else row) for row in out.tolist()]
