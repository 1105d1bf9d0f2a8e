"""Environments on other machines: Ray actors with one browser each. ``--renderers ray``.

The pages of the tasks must have the same path on every machine (a shared file system, or ``make data`` on each).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import ray
from ray.exceptions import RayError

from model_server.training.environment import (
    BrowserEnvironment,
    Environment,
    EnvironmentSettings,
    ScoredAnswer,
    StepOutcome,
)
from model_server.training.examples import Task
from relook_lsp.browser.driver import Driver
from relook_lsp.models.edit_language import Observation


@ray.remote(num_cpus=1)
class _BrowserActor:
    """Runs where Ray has room for it."""

    def __init__(self, watching: EnvironmentSettings) -> None:
        self._driver = Driver("")
        self._browser = BrowserEnvironment(self._driver, watching)

    async def reset(self, task: Task) -> Observation | None:
        return await self._browser.reset(task)

    async def step(self, answers: Sequence[str]) -> StepOutcome:
        return await self._browser.step(answers)

    async def close(self) -> None:
        await self._browser.close()
        await self._driver.close()


class RayEnvironment(Environment):
    """A page in the browser of an actor. An actor that is lost costs its page, and is replaced."""

    def __init__(self, watching: EnvironmentSettings) -> None:
        self._watching = watching
        self._machine: Any = _BrowserActor.remote(watching)

    async def reset(self, task: Task) -> Observation | None:
        try:
            return await self._machine.reset.remote(task)
        except RayError as error:
            self._replace(error)
            return None

    async def step(self, answers: Sequence[str]) -> StepOutcome:
        try:
            return await self._machine.step.remote(list(answers))
        except RayError as error:
            self._replace(error)
            return StepOutcome(tuple(ScoredAnswer(None, False, "the environment is lost") for _ in answers), 0, None)

    def _replace(self, error: RayError) -> None:
        print(f"An environment is lost: {str(error).splitlines()[0]}", flush=True)
        self._machine = _BrowserActor.remote(self._watching)

    async def close(self) -> None:
        with suppress(RayError):
            await self._machine.close.remote()
        ray.kill(self._machine)


def connect_cluster(address: str) -> None:
    """Joins the cluster at ``address``; without one, a cluster of this machine alone is made."""
    ray.init(address=address or None, ignore_reinit_error=True, include_dashboard=False, log_to_driver=False)
