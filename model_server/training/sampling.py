"""Samples a group of different answers from a policy, among the answers that it writes and those it can enumerate.

A model of this size writes the same answer eight times, or eight that cannot be parsed. Such a group has no advantages.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from random import Random

import torch
from transformers import PreTrainedModel

from model_server.training.augment import augment_answers
from model_server.training.policies import TokenizedExample, TrainablePolicy
from model_server.training.policy_model import pad_rows
from model_server.training.reward import compute_reward
from model_server.training.rollout import AnswerGroup, RefusedAnswers
from model_server.training.verdicts import JudgedTask
from relook_lsp.models.edit_language import Observation


def answer_log_probabilities(
    model: PreTrainedModel, rows: Sequence[TokenizedExample]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities (rows, length) of the tokens of the answers of one prompt, and their mask. The prompt, which
    all rows share, is read once."""
    start = rows[0][1]
    answers = torch.tensor(pad_rows([ids[start:] for ids, _ in rows], 0), device=model.device)
    mask = torch.tensor(pad_rows([[1.0] * (len(ids) - start) for ids, _ in rows], 0.0), device=model.device)
    prompt = torch.tensor([rows[0][0][:start]], device=model.device)
    read = model(input_ids=prompt, use_cache=True, logits_to_keep=1)
    read.past_key_values.batch_repeat_interleave(len(rows))
    first = read.logits.expand(len(rows), -1, -1)
    rest = model(input_ids=answers[:, :-1], cache=read.past_key_values).logits
    likely = torch.log_softmax(torch.cat([first, rest], 1).float(), -1)
    return likely.gather(-1, answers[..., None])[..., 0], mask


def gumbel_top_k(scores: Sequence[float], count: int, temperature: float, random: Random) -> list[int]:
    """Indices of ``count`` different ones, drawn one after the other by softmax(scores / temperature) (Gumbel top-k,
    arXiv 1903.06059), in the order in which they were drawn. Pure but for ``random``."""
    noisy = [score / temperature - log(-log(random.uniform(1e-12, 1 - 1e-12))) for score in scores]
    return sorted(range(len(scores)), key=lambda index: -noisy[index])[:count]


@torch.no_grad()
def sample_answers(
    policy: TrainablePolicy,
    observation: Observation,
    refused: RefusedAnswers,
    count: int,
    temperature: float,
    random: Random,
) -> list[str]:
    """Different answers: of those that the model writes and of those that it knows."""
    written = _generate_answers(policy, observation, refused, count, temperature)
    answers = list(dict.fromkeys([*written, *policy.enumerate_answers(observation)]))
    return _choose_answers(policy, observation, refused, answers, count, temperature, random)


@torch.no_grad()
def sample_judged_group(
    policy: TrainablePolicy, shown: JudgedTask, count: int, temperature: float, random: Random
) -> AnswerGroup:
    """A group of answers on which renders have spoken already, to the task told otherwise; none of it is rendered."""
    assert shown.observation is not None
    told, reads = augment_answers(shown.observation, shown.judged, random)
    verdicts = {reads[answer]: one for answer, one in shown.judged.items()}
    answers = _choose_answers(policy, told, (), list(verdicts), count, temperature, random)
    said = [verdicts[answer] for answer in answers]
    rewards = [
        compute_reward(one.worth, policy.count_tokens(answer)) for one, answer in zip(said, answers, strict=True)
    ]
    return AnswerGroup(told, (), tuple(answers), tuple(rewards), tuple(one.accepted for one in said), 0)


def _choose_answers(
    policy: TrainablePolicy,
    observation: Observation,
    refused: RefusedAnswers,
    answers: Sequence[str],
    count: int,
    temperature: float,
    random: Random,
) -> list[str]:
    if len(answers) <= 1:
        return list(answers)
    likely, mask = answer_log_probabilities(
        policy.model, [policy.tokenize(observation, refused, answer) for answer in answers]
    )
    scores = (likely * mask).sum(1).tolist()
    return [answers[index] for index in gumbel_top_k(scores, count, temperature, random)]


def _generate_answers(
    policy: TrainablePolicy, observation: Observation, refused: RefusedAnswers, count: int, temperature: float
) -> list[str]:
    head, start = policy.tokenize(observation, refused, "")
    ids = torch.tensor([head[:start]], device=policy.model.device)
    out = policy.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=temperature,
        top_k=0,
        num_return_sequences=count,
        max_new_tokens=policy.max_answer_tokens - 1,
        eos_token_id=policy.end_token,
        pad_token_id=policy.end_token,
    )[:, start:]
    return [policy.decode(row) for row in out.tolist()]
