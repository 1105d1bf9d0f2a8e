"""GRPO (arXiv 2402.03300) in two pure functions, ``reward.advantages`` and ``policy_loss``, because a trainer's
bookkeeping costs a small model more than its steps; a test holds them equal to TRL's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import torch
from transformers import PreTrainedModel

from model_server.training.policies import TokenizedExample, TrainablePolicy
from model_server.training.process_group import ProcessGroup
from model_server.training.reward import compute_advantages
from model_server.training.rollout import AnswerGroup, RefusedAnswers, SampleAnswers
from model_server.training.sampling import answer_log_probabilities, sample_answers
from model_server.training.served_policy import ServedPolicy
from relook_lsp.models.edit_language import Observation


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
    """A policy, the model it was at first (None where that does not matter), its optimizer, and who learns with it.
    ``served`` answers in its place where a server does."""

    policy: TrainablePolicy
    start: PreTrainedModel | None
    optimizer: torch.optim.Optimizer
    processes: ProcessGroup
    served: ServedPolicy | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def sampler(self, temperature: float, random: Random) -> SampleAnswers:
        """How answers are drawn. A model of this process answers one question at a time."""
        if self.served is not None:
            return self.served.sample

        async def sample(observation: Observation, refused: RefusedAnswers, count: int) -> Sequence[str]:
            async with self._turn:
                return await asyncio.to_thread(
                    sample_answers, self.policy, observation, refused, count, temperature, random
                )

        return sample


def update_policy(learner: Learner, groups: Sequence[AnswerGroup], epochs: int, beta: float) -> dict[str, float]:
    """A few clipped steps on the groups of one rollout, those of all processes together; groups with fewer than two
    scored samples are dropped. For the record: how often the likeliest answer of a group was an accepted one, before."""
    policy, optimizer, processes = learner.policy, learner.optimizer, learner.processes
    model = policy.model
    batch: list[tuple[list[TokenizedExample], torch.Tensor, torch.Tensor, torch.Tensor | None]] = []
    dropped = flat = right = 0
    for group in groups:
        found = compute_advantages(group.rewards)
        if found is None:
            dropped += 1
        elif not any(found):
            flat += 1
        else:
            rows = [policy.tokenize(group.observation, group.refused, answer) for answer in group.answers]
            with torch.no_grad():
                old, mask = answer_log_probabilities(model, rows)
                start = None if learner.start is None else answer_log_probabilities(learner.start, rows)[0]
            right += group.accepted[int((old * mask).sum(1).argmax())]
            batch.append((rows, torch.tensor(found, device=model.device), old, start))
    number = processes.sum(len(batch))
    loss = torch.zeros(())
    for _ in range(epochs if number else 0):
        optimizer.zero_grad()
        for rows, advantage, old, start in batch:
            new, mask = answer_log_probabilities(model, rows)
            loss = policy_loss(new, old, advantage, mask, start=start, beta=beta) / number
            loss.backward()
        processes.sum_gradients(model)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    likeliest = {"likeliest accepted": round(right / len(batch), 4)} if batch else {}
    return {"dropped": dropped, "flat": flat, "loss": float(loss.detach()), **likeliest}
