"""Rollouts: rounds of Forced Optimization in an environment, a group of answers in each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from model_server.training.environment import Environment, StepOutcome
from model_server.training.examples import Task
from model_server.training.reward import compute_reward
from relook_lsp.models.edit_language import Observation

RefusedAnswers = tuple[tuple[str, str], ...]
"""(answer, why) of what was refused in a round, oldest first."""

SampleAnswers = Callable[[Observation, RefusedAnswers, int], Awaitable[Sequence[str]]]
"""So many answers of the policy."""


@dataclass(frozen=True)
class AnswerGroup:
    """Answers to one prompt and their rewards (None: the environment failed)."""

    observation: Observation
    refused: RefusedAnswers
    answers: tuple[str, ...]
    rewards: tuple[float | None, ...]
    accepted: tuple[bool, ...]
    renders: int


async def collect_rollout(
    environment: Environment,
    task: Task,
    sample: SampleAnswers,
    length: Callable[[str], int],
    *,
    size: int = 8,
    rounds: int = 3,
    retries: int = 1,
) -> list[AnswerGroup]:
    """A group of answers to the task; the best accepted edit becomes the page that the next round is about. Where none
    is accepted, the same page is asked for again, ``retries`` times a round, and the policy is told what was refused.
    ``length`` is that of an answer in tokens. Empty where the page cannot be shown."""
    done: list[AnswerGroup] = []
    observation = await environment.reset(task)
    for _ in range(rounds):
        refused: RefusedAnswers = ()
        for _ in range(retries + 1):
            if observation is None:
                return done
            answers = await sample(observation, refused, size)
            outcome = await environment.step(answers)
            done.append(_score_group(observation, refused, answers, outcome, length))
            if any(done[-1].accepted):
                break
            refused += tuple(
                (answer, one.why) for answer, one in zip(answers, outcome.scored, strict=True) if one.worth is not None
            )
        else:
            return done
        observation = outcome.next
    return done


def _score_group(
    observation: Observation,
    refused: RefusedAnswers,
    answers: Sequence[str],
    outcome: StepOutcome,
    length: Callable[[str], int],
) -> AnswerGroup:
    rewards = (compute_reward(one.worth, length(answer)) for answer, one in zip(answers, outcome.scored, strict=True))
    accepted = (one.accepted for one in outcome.scored)
    return AnswerGroup(observation, refused, tuple(answers), tuple(rewards), tuple(accepted), outcome.renders)
