"""Answers to questions that were put to the page after a first look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from relook_lsp.core.geometry import Rect


class ScriptPlace(NamedTuple):
    """Line and column from 0 (UTF-16) in the resource as it was served."""

    url: str
    line: int
    column: int


@dataclass(frozen=True)
class Declaration:
    """One declaration as the cascade saw it for one node.

    ``place``: sheet URL and range (lines, UTF-16 columns) in that sheet's own text; None for user-agent
    or generated style. ``owner``: offset of the start tag of the ``<style>`` element or of the element with
    the ``style`` attribute. ``level``: 0 the node itself, n the n-th ancestor it is inherited from.
    """

    name: str
    value: str
    important: bool
    origin: str
    """``rule``, ``inline``, ``animation`` (a keyframe), ``attribute`` (``width=300``) or ``user-agent``."""
    selector: str
    media: tuple[str, ...]
    url: str | None
    owner: int | None
    range: tuple[int, int, int, int] | None
    level: int
    rule_range: tuple[int, int, int, int] | None = None
    """From the selector's start to the closing brace, same coordinates."""
    longhands: tuple[tuple[str, str], ...] = ()
    """Name and value of what a shorthand expands to, where the browser can tell before ``var()`` is known."""
    layer: tuple[str, ...] = ()
    """Cascade layers from the outermost; an anonymous one by its place."""


@dataclass(frozen=True)
class Paint:
    """What hiding one element changes in the frame: number of changed pixels and their bounding box."""

    changed: int
    box: Rect


@dataclass(frozen=True)
class Flicker:
    """Luminance (0-1) of squares of ``cell`` pixels, one row of them for each picture, ``step`` milliseconds apart."""

    step: int
    cell: int
    light: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Evidence:
    """Answers to questions that critics or the locator asked after a first look, keyed by view id and node key."""

    styles: Mapping[tuple[str, str], tuple[Declaration, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Declaration, ...]]
    )
    """Matched declarations, weakest first."""
    paints: Mapping[tuple[str, str], Paint] = field(default_factory=dict[tuple[str, str], Paint])
    focus: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Pixels that change when the element gets keyboard focus."""
    flicker: Mapping[tuple[str, str], Flicker] = field(default_factory=dict[tuple[str, str], Flicker])
    creators: Mapping[str, ScriptPlace] = field(default_factory=dict[str, ScriptPlace])
    """Script line that created a node."""
