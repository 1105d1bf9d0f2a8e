"""Environments on other machines: Ray actors, each with a browser of its own. ``--renderers ray``.

The pages of the tasks must lie at the same place on every machine (a shared file system, or ``make data`` on each).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ray

from model_server.training.environment import Browser, Environment, Outcome, Watching
from model_server.training.examples import Task
from relook_lsp.browser.driver import Driver
from relook_lsp.models.language import Observation


@ray.remote(num_cpus=1)
class _Machine:
    """Runs where Ray has room for it."""

    def __init__(self, watching: Watching) -> None:
        self._driver = Driver("")
        self._browser = Browser(self._driver, watching)

    async def reset(self, task: Task) -> Observation | None:
        return await self._browser.reset(task)

    async def step(self, answers: Sequence[str]) -> Outcome:
        return await self._browser.step(answers)

    async def close(self) -> None:
        await self._browser.close()
        await self._driver.close()


class Remote(Environment):
    """A page in the browser of an actor."""

    def __init__(self, watching: Watching) -> None:
        self._machine: Any = _Machine.remote(watching)

    async def reset(self, task: Task) -> Observation | None:
        return await self._machine.reset.remote(task)

    async def step(self, answers: Sequence[str]) -> Outcome:
        return await self._machine.step.remote(list(answers))

    async def close(self) -> None:
        await self._machine.close.remote()
        ray.kill(self._machine)


def joined(address: str) -> None:
    """Joins the cluster at ``address``; without one, a cluster of this machine alone is made."""
    ray.init(address=address or None, ignore_reinit_error=True, include_dashboard=False, log_to_driver=False)
