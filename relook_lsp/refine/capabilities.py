"""What a text can do beyond looking: load, run, move, steer ReLook. An edit may not add any of it."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import NamedTuple


class Effect(StrEnum):
    """What a capability does. ``UNKNOWN`` is everything that this version cannot classify."""

    LOADS = "loads"
    RUNS = "runs"
    MOVES = "moves"
    STEERS = "steers"
    UNKNOWN = "unknown"


class Capability(NamedTuple):
    """``detail``: the source, normalised. ``lasting``: an edit may not remove it either. ``still``: it stops a motion,
    so an edit may add it but not remove it."""

    effect: Effect
    detail: str
    lasting: bool = False
    still: bool = False


Capabilities = Counter[Capability]

_ADDED = {
    Effect.LOADS: "no new URL",
    Effect.RUNS: "no new script, handler or frame",
    Effect.MOVES: "nothing may begin to move",
    Effect.STEERS: "no comment may steer ReLook",
    Effect.UNKNOWN: "nothing that ReLook cannot check",
}
_REMOVED = {
    Effect.LOADS: "no link, source or frame may be removed",
    Effect.RUNS: "no script or handler may be changed",
    Effect.MOVES: "nothing may begin to move",
    Effect.STEERS: "no comment that steers ReLook may be removed",
    Effect.UNKNOWN: "nothing that ReLook cannot check may be removed",
}
_SHOWN = 80


def find_new_capability(before: Capabilities, after: Capabilities) -> str:
    """Why ``after`` may not replace ``before``; empty where it may."""
    for capability in after - before:
        if not capability.still:
            return f"{_ADDED[capability.effect]} ({capability.detail[:_SHOWN]})"
    for capability in before - after:
        if capability.lasting or capability.still:
            return f"{_REMOVED[capability.effect]} ({capability.detail[:_SHOWN]})"
    return ""
