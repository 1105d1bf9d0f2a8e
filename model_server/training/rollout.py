"""Rollouts: rounds of Forced Optimization in an environment, a group of answers in each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from model_server.training.environment import Environment, Outcome
from model_server.training.examples import Task
from model_server.training.reward import reward
from relook_lsp.models.language import Observation

Refused = tuple[tuple[str, str], ...]
"""(answer, why) of what was refused in a round, oldest first."""

Sample = Callable[[Observation, Refused, int], Awaitable[Sequence[str]]]
"""So many answers of the policy."""


@dataclass(frozen=True)
class Group:
    """Answers to one prompt and their rewards (None: the environment failed)."""

    observation: Observation
    refused: Refused
    answers: tuple[str, ...]
    rewards: tuple[float | None, ...]
    accepted: tuple[bool, ...]
    renders: int


async def rollout(
    environment: Environment,
    task: Task,
    sample: Sample,
    length: Callable[[str], int],
    *,
    size: int = 8,
    rounds: int = 3,
    retries: int = 1,
) -> list[Group]:
    """A group of answers to the task; the best accepted edit becomes the page that the next round is about. Where none
    is accepted, the same page is asked for again, ``retries`` times a round, and the policy is told what was refused.
    ``length`` is that of an answer in tokens. Empty where the page cannot be shown."""
    done: list[Group] = []
    observation = await environment.reset(task)
    for _ in range(rounds):
        refused: Refused = ()
        for _ in range(retries + 1):
            if observation is None:
                return done
            answers = await sample(observation, refused, size)
            outcome = await environment.step(answers)
            done.append(_group(observation, refused, answers, outcome, length))
            if any(done[-1].accepted):
                break
            refused += tuple(
                (answer, one.why) for answer, one in zip(answers, outcome.scored, strict=True) if one.worth is not None
            )
        else:
            return done
        observation = outcome.next
    return done


def _group(
    observation: Observation, refused: Refused, answers: Sequence[str], outcome: Outcome, length: Callable[[str], int]
) -> Group:
    rewards = (reward(one.worth, length(answer)) for answer, one in zip(answers, outcome.scored, strict=True))
    accepted = (one.accepted for one in outcome.scored)
    return Group(observation, refused, tuple(answers), tuple(rewards), tuple(accepted), outcome.renders)
