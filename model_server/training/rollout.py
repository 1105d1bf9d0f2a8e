"""Rollouts through the editor's own verifier: a broken page, rounds of Forced Optimization, a group of edits in each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from model_server.training.examples import Task
from model_server.training.reward import reward, worth
from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.models.language import LanguageError, Observation, parse
from relook_lsp.refine.observe import Observed, observe, to_patch
from relook_lsp.refine.site import groups
from relook_lsp.refine.trajectory import Reason, State, Verdict, open_findings
from relook_lsp.refine.verify import Look, Verifier

Sample = Callable[[Observation, int, int], list[tuple[str, int]]]
"""(observation, rejected, count) -> answers with their lengths in tokens."""

Judge = Callable[[State, Patch], Awaitable[Verdict]]


@dataclass(frozen=True)
class Group:
    """Answers to one prompt and their rewards (None: the environment failed)."""

    observation: Observation
    rejected: int
    answers: tuple[str, ...]
    rewards: tuple[float | None, ...]
    accepted: tuple[bool, ...]
    renders: int


async def broken(task: Task, look: Look) -> State:
    """The task's page with its defects."""
    texts = {path: (task.page.root / path).read_text("utf-8") for path in task.joint.paths}
    page = task.page.with_texts({path: task.joint.apply(path, text) for path, text in texts.items()})
    return State(page, await look(page))


def target(task: Task, state: State) -> tuple[Finding, ...] | None:
    """The group of findings that the task is about; None where it is not there."""
    for found in groups(open_findings(state)):
        if found[0].rule == task.rule and any(finding.key == task.key for finding in found):
            return found
    return None


async def faced(task: Task, look: Look) -> tuple[State, tuple[Finding, ...]] | None:
    """The page with its defects and the findings to mend; None where the page is not the one that the task was made
    from, or does not show them any more."""
    try:
        state = await broken(task, look)
    except PatchError:
        return None
    aim = target(task, state)
    return None if aim is None else (state, aim)


async def rollout(
    state: State,
    aim: Sequence[Finding],
    sample: Sample,
    verifier: Verifier,
    *,
    size: int = 8,
    rounds: int = 3,
    retries: int = 1,
) -> list[Group]:
    """A group of answers for the findings ``aim``; the best accepted edit becomes the page that the next round is
    about, which is its costliest findings. Where none is accepted, the same state is sampled again, ``retries`` times
    a round, and told how often it was refused."""
    done: list[Group] = []
    for _ in range(rounds):
        rejected = 0
        for _ in range(retries + 1):
            observed = observe(state, aim)
            if observed is None:
                return done
            group, best = await _scored(state, observed, aim, sample, verifier, size, rejected)
            done.append(group)
            if best is not None:
                break
            rejected += size
        if best is None:
            return done
        state = best
        left = groups(open_findings(state))
        if not left:
            return done
        aim = left[0]
    return done


async def _scored(
    state: State,
    observed: Observed,
    aim: Sequence[Finding],
    sample: Sample,
    verifier: Verifier,
    size: int,
    rejected: int,
) -> tuple[Group, State | None]:
    verify = verifier.aimed(aim)
    answers = sample(observed.observation, rejected, size)
    verdicts: dict[str, Verdict] = {}
    for answer, _ in answers:
        if answer not in verdicts:
            verdicts[answer] = await judged(state, observed, answer, verify)
    values = tuple(reward(worth(state, verdicts[answer]), length) for answer, length in answers)
    best = min(
        (v.state for v in verdicts.values() if v.accepted and v.state is not None), key=lambda s: s.cost, default=None
    )
    group = Group(
        observed.observation,
        rejected,
        tuple(answer for answer, _ in answers),
        values,
        tuple(verdicts[answer].accepted for answer, _ in answers),
        sum(verdict.renders for verdict in verdicts.values()),
    )
    return group, best


async def judged(state: State, observed: Observed, answer: str, verify: Judge) -> Verdict:
    """The verdict on one answer; what is not in the language does not apply."""
    try:
        patch = to_patch(observed, parse(answer, observed.observation))
    except (LanguageError, PatchError) as error:
        return Verdict(Reason.DOES_NOT_APPLY, str(error))
    return await verify(state, patch)
