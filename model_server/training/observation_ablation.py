"""Observations with parts removed, for the experiment that measures what rendering adds to the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from relook_lsp.models.edit_language import Observation


def _keep_all(observation: Observation) -> Observation:
    return observation


def _keep_slots(observation: Observation) -> Observation:
    """The rule, the source, and the values that solvers computed from what was measured."""
    return replace(_keep_source(observation), slots=observation.slots)


def _keep_source(observation: Observation) -> Observation:
    """The rule and the source."""
    elements = tuple(replace(one, box=(0, 0, 0, 0)) for one in observation.elements)
    return replace(
        observation,
        message="", places=1, measured={}, required={}, viewport="", moment=0, widths=None, elements=elements, slots=(), cause=None,
    )  # fmt: skip


ABLATIONS: Mapping[str, Callable[[Observation], Observation]] = {
    "all": _keep_all,
    "slots": _keep_slots,
    "source": _keep_source,
}
"""By how much is told."""
