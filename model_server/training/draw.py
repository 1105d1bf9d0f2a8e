"""A group of different answers, drawn as the policy answers at work: from all that it can say and weigh.

A model of this size writes the same answer eight times, or eight that cannot be parsed; such a group teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from random import Random

import torch
from transformers import PreTrainedModel

from model_server.training.augment import retold
from model_server.training.policy_model import padded
from model_server.training.reward import reward
from model_server.training.rollout import Group, Refused
from model_server.training.students import Row, Student
from model_server.training.verdicts import Shown
from relook_lsp.models.language import Observation


def answer_likelihood(model: PreTrainedModel, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities (rows, length) of the tokens of the answers of one prompt, and their mask. The prompt, which
    all rows share, is read once."""
    start = rows[0][1]
    answers = torch.tensor(padded([ids[start:] for ids, _ in rows], 0), device=model.device)
    mask = torch.tensor(padded([[1.0] * (len(ids) - start) for ids, _ in rows], 0.0), device=model.device)
    prompt = torch.tensor([rows[0][0][:start]], device=model.device)
    read = model(input_ids=prompt, use_cache=True, logits_to_keep=1)
    read.past_key_values.batch_repeat_interleave(len(rows))
    first = read.logits.expand(len(rows), -1, -1)
    rest = model(input_ids=answers[:, :-1], cache=read.past_key_values).logits
    likely = torch.log_softmax(torch.cat([first, rest], 1).float(), -1)
    return likely.gather(-1, answers[..., None])[..., 0], mask


def chosen(scores: Sequence[float], count: int, temperature: float, random: Random) -> list[int]:
    """Indices of ``count`` different ones, drawn one after the other by softmax(scores / temperature) (Gumbel top-k,
    arXiv 1903.06059), in the order in which they were drawn. Pure but for ``random``."""
    noisy = [score / temperature - log(-log(random.uniform(1e-12, 1 - 1e-12))) for score in scores]
    return sorted(range(len(scores)), key=lambda index: -noisy[index])[:count]


@torch.no_grad()
def draw(
    student: Student, observation: Observation, refused: Refused, count: int, temperature: float, random: Random
) -> list[str]:
    """Different answers: of those that the model writes and of those that it knows."""
    written = _written(student, observation, refused, count, temperature)
    answers = list(dict.fromkeys([*written, *student.known(observation)]))
    return _drawn(student, observation, refused, answers, count, temperature, random)


@torch.no_grad()
def known(student: Student, shown: Shown, count: int, temperature: float, random: Random) -> Group:
    """A group of answers on which renders have spoken already, to the task told otherwise; none of it is rendered."""
    assert shown.observation is not None
    told, reads = retold(shown.observation, shown.said, random)
    verdicts = {reads[answer]: one for answer, one in shown.said.items()}
    answers = _drawn(student, told, (), list(verdicts), count, temperature, random)
    said = [verdicts[answer] for answer in answers]
    rewards = [reward(one.worth, student.length(answer)) for one, answer in zip(said, answers, strict=True)]
    return Group(told, (), tuple(answers), tuple(rewards), tuple(one.accepted for one in said), 0)


def _drawn(
    student: Student,
    observation: Observation,
    refused: Refused,
    answers: Sequence[str],
    count: int,
    temperature: float,
    random: Random,
) -> list[str]:
    if len(answers) <= 1:
        return list(answers)
    likely, mask = answer_likelihood(student.model, [student.row(observation, refused, answer) for answer in answers])
    scores = (likely * mask).sum(1).tolist()
    return [answers[index] for index in chosen(scores, count, temperature, random)]


def _written(student: Student, observation: Observation, refused: Refused, count: int, temperature: float) -> list[str]:
    head, start = student.row(observation, refused, "")
    ids = torch.tensor([head[:start]], device=student.model.device)
    out = student.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=temperature,
        top_k=0,
        num_return_sequences=count,
        max_new_tokens=student.reply - 1,
        eos_token_id=student.end,
        pad_token_id=student.end,
    )[:, start:]
    return [student.text(row) for row in out.tolist()]
