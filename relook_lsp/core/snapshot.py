"""What the browser saw, frozen. Everything after the capture works on this and nothing else.

All boxes are CSS pixels from the document's origin at scroll position 0; frames are of the whole
document at device pixel ratio 1, so pixel (x, y) of a frame shows the point (x, y) of the document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from relook_lsp.core.evidence import Declaration, Evidence, Flicker, Paint, ScriptPlace
from relook_lsp.core.layout import Layout, TextRun
from relook_lsp.core.tree import ELEMENT, STAMP, TEXT

SCHEMA = 1


class Viewport(NamedTuple):
    """Size in CSS pixels; ``touch`` is the device class (phone: touch and meta viewport honoured), ``scheme`` the
    colour scheme that the visitor prefers: ``light`` or ``dark``."""

    width: int
    height: int
    touch: bool = False
    scheme: str = "light"

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class Frame:
    """A picture of the document, PNG; of a part of it where ``left`` and ``top`` (CSS pixels) are not 0."""

    png: bytes = field(repr=False)
    left: int = 0
    top: int = 0

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256(self.png).hexdigest()


@dataclass(frozen=True)
class ImageFacts:
    """Facts of an ``<img>``: natural size in image pixels, 0 where it did not load."""

    key: str
    url: str
    width: int
    height: int
    complete: bool


@dataclass(frozen=True)
class View:
    """One look: a viewport at a virtual time (milliseconds after load).

    ``role``: ``configured`` for the viewports of the settings, ``sweep`` for layout-only widths (no frame),
    ``confirm`` for a width that was looked at again because the sweep raised a suspicion, ``zoom`` for a window
    zoomed to 200 % (a frame only where it was asked for), ``dark`` for the dark colour scheme. ``background`` is the
    same picture with all text made transparent.
    """

    viewport: Viewport
    moment: int
    role: str
    layout: Layout
    frame: Frame | None = None
    background: Frame | None = None
    images: tuple[ImageFacts, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.role}:{self.viewport}@{self.moment}"


@dataclass(frozen=True)
class ConsoleMessage:
    """Something the page's scripts said: ``exception``, ``rejection``, ``console``, ``dialog``."""

    kind: str
    text: str
    place: ScriptPlace | None
    moment: int = 0


@dataclass(frozen=True)
class ResourceRequest:
    """A request of the page: ``outcome`` is ``ok``, ``missing``, ``refused`` (outside the workspace), ``outside`` (named by a
    path that leads above the root), ``remote`` (blocked host), ``failed``; ``kind`` is the browser's resource type in
    lower case."""

    url: str
    kind: str
    outcome: str
    status: int
    path: str | None = None
    initiator: ScriptPlace | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether the page would have got it elsewhere: from the network, or with another root."""
        return self.outcome in ("remote", "outside")


@dataclass(frozen=True)
class Source:
    """Text of a served document, sheet or script. ``path`` is None where it is not a file of the workspace.
    ``kind``: ``html``, ``css``, ``js``, or ``original`` for a file that a served sheet was made from."""

    url: str
    path: str | None
    text: str
    version: int
    kind: str
    map: str = ""
    """Source map of a sheet whose originals are files of the workspace (``source.sourcemap``)."""


@dataclass(frozen=True)
class Snapshot:
    """Everything seen of one page. ``capture`` is ``exact`` (virtual time) or ``fallback`` (real time)."""

    page: str
    url: str
    capture: str
    views: tuple[View, ...]
    messages: tuple[ConsoleMessage, ...]
    requests: tuple[ResourceRequest, ...]
    sources: Mapping[str, Source]
    hang: ScriptPlace | None = None
    hung: bool = False
    listeners: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    axe: tuple[Mapping[str, Any], ...] | None = None
    """What axe-core found; None where it was not asked, or did not answer."""
    axe_silent: bool = False
    """Whether axe-core was asked and did not answer."""
    unswept: bool = False
    """Whether widths that are only laid out were left out, because they took too much of the time."""
    unstable: frozenset[str] = frozenset()
    """Keys of places that differed between two loads."""

    def views_in_roles(self, *roles: str) -> tuple[View, ...]:
        return tuple(view for view in self.views if view.role in roles)

    @property
    def settled_views(self) -> tuple[View, ...]:
        """The last moment of every configured viewport, in the order of the settings."""
        last: dict[Viewport, View] = {}
        for view in self.views:
            if view.role == "configured":
                last[view.viewport] = view
        return tuple(last.values())

    def views_over_time(self, viewport: Viewport) -> tuple[View, ...]:
        return tuple(v for v in self.views if v.role == "configured" and v.viewport == viewport)


__all__ = [
    "ELEMENT",
    "SCHEMA",
    "STAMP",
    "TEXT",
    "ConsoleMessage",
    "Declaration",
    "Evidence",
    "Flicker",
    "Frame",
    "ImageFacts",
    "Layout",
    "Paint",
    "ResourceRequest",
    "ScriptPlace",
    "Snapshot",
    "Source",
    "TextRun",
    "View",
    "Viewport",
]  # fmt: skip
