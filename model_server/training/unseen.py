"""What a policy is told that has not looked: the experiment whether looking helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from relook_lsp.models.language import Observation


def _all(observation: Observation) -> Observation:
    return observation


def _slots(observation: Observation) -> Observation:
    """The rule, the source, and the values that solvers computed from what was measured."""
    return replace(_source(observation), slots=observation.slots)


def _source(observation: Observation) -> Observation:
    """The rule and the source."""
    elements = tuple(replace(one, box=(0, 0, 0, 0)) for one in observation.elements)
    return replace(
        observation,
        message="", places=1, measured={}, required={}, viewport="", moment=0, widths=None, elements=elements, slots=(), cause=None,
    )  # fmt: skip


TOLD: Mapping[str, Callable[[Observation], Observation]] = {"all": _all, "slots": _slots, "source": _source}
"""By how much is told."""
