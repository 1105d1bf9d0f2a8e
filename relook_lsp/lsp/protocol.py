"""What ReLook says beyond the Language Server Protocol: methods, and the shape of what they carry (``wire`` pairs them).

``docs/protocol.md`` explains them. Positions are in the encoding that was negotiated; boxes are CSS pixels of the whole
document; pictures are never sent, only the paths of files. Names of fields are single words, so that they are spelled
the same on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lsprotocol import types as lsp

# Server to client
STATUS = "relook/status"
REVIEWED = "relook/reviewed"
PROGRESS = "relook/progress"
COMPLETE = "relook/lm/complete"

# Client to server
TRUSTED = "relook/trusted"
REVIEW = "relook/review"
REFINE = "relook/refine"
PREVIEW = "relook/preview"
ACCEPT = "relook/accept"
DISCARD = "relook/discard"
WHY = "relook/why"
ELEMENT_AT = "relook/elementAt"
PAGES = "relook/pages"
REPORT = "relook/report"
SUPPRESS = "relook/suppress"
DOCTOR = "relook/doctor"

State = Literal["idle", "rendering", "refining", "problem", "settings"]
Fix = Literal["verified", "search", "none"]
Scope = Literal["line", "file", "project", "host"]


@dataclass(frozen=True)
class ClientOptions:
    """``initializationOptions.client``: what the client does with ReLook's own messages."""

    reviewed: bool = False
    """Wants ``relook/reviewed``, with the frames as files."""
    images: bool = False
    """Shows pictures of ``file:`` addresses in hovers."""
    model: bool = False
    """Answers ``relook/lm/complete``."""
    commands: tuple[str, ...] = ()
    """Commands of the client that may be named: ``relook.openPage``, ``relook.refinePage``, ``relook.showPreview``."""


@dataclass(frozen=True)
class Status:
    """``message`` says why nothing shows, what is being done, or why a page that was reviewed has no score; ``kind`` is a
    fixed word for a problem, ``not-judged`` for the last."""

    state: State
    message: str = ""
    kind: str = ""
    page: str | None = None
    score: int | None = None
    findings: int | None = None


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Size:
    """A window. ``scheme`` is the colour scheme that the page is asked for: ``light`` or ``dark``."""

    width: int
    height: int
    touch: bool = False
    scheme: str = "light"


@dataclass(frozen=True)
class Frame:
    """A picture of the whole document in one window at one moment (milliseconds after load)."""

    id: str
    viewport: Size
    moment: int
    role: str
    path: str
    width: int
    height: int


@dataclass(frozen=True)
class Sighting:
    viewport: Size
    moment: int


@dataclass(frozen=True)
class Note:
    message: str
    location: lsp.Location


@dataclass(frozen=True)
class Mark:
    """One finding. ``frame`` is the id of the frame that shows it, where there is one; its box is in that frame.
    ``fix``: a verified edit is there, could be looked for, or cannot exist (no edit touches scripts or addresses)."""

    id: str
    rule: str
    severity: str
    message: str
    source: str
    help: str
    location: lsp.Location | None
    related: Sequence[Note]
    selector: str
    viewport: Size
    moment: int
    frame: str | None
    box: Box
    seen: Sequence[Sighting]
    widths: Sequence[int] | None
    measured: Mapping[str, Any]
    required: Mapping[str, Any]
    cost: float
    fix: Fix


@dataclass(frozen=True)
class Problem:
    """A failure of ours or of the environment, never of the author."""

    kind: str
    message: str


@dataclass(frozen=True)
class Reviewed:
    """The last review of a page. ``versions`` are those of the open documents that it saw."""

    page: str
    entry: str
    root: str
    versions: Mapping[str, int]
    score: int | None
    valid: bool
    capture: str
    milliseconds: float
    findings: Sequence[Mark]
    suppressed: int
    incomplete: int
    problems: Sequence[Problem]
    not_judged: str
    """Why there is no score; empty where there is one."""
    frames: Sequence[Frame]
    files: Sequence[str]


@dataclass(frozen=True)
class Progress:
    """One candidate of a running refinement: its outcome, and the best score so far."""

    page: str
    round: int
    attempt: int
    proposer: str
    title: str
    outcome: str
    accepted: bool
    score: int | None
    best: int | None


@dataclass(frozen=True)
class Trusted:
    """Parameters: whether the user trusts the workspace."""

    trusted: bool


@dataclass(frozen=True)
class Document:
    """Parameters: one document."""

    uri: str


@dataclass(frozen=True)
class About:
    """Parameters: a document, and one finding of it (``Mark.id``); without one the whole page is meant."""

    uri: str
    finding: str = ""


@dataclass(frozen=True)
class Refine:
    """Parameters. With ``apply`` the edit goes into the editor at once; else it waits as a preview."""

    uri: str
    finding: str = ""
    apply: bool = True


@dataclass(frozen=True)
class Edit:
    uri: str
    range: lsp.Range
    text: str


@dataclass(frozen=True)
class Side:
    """A page before or after an edit."""

    score: int | None
    findings: Sequence[Mark]
    frames: Sequence[Frame]


@dataclass(frozen=True)
class Preview:
    """A verified edit that waits for a decision. Frames of both sides have the same ids."""

    id: str
    page: str
    title: str
    edits: Sequence[Edit]
    before: Side
    after: Side


@dataclass(frozen=True)
class Tried:
    """A candidate that was rendered, and what became of it."""

    proposer: str
    title: str
    outcome: str
    accepted: bool


@dataclass(frozen=True)
class Refined:
    """``message`` says what happened in one sentence. ``preview`` is there where an edit was found."""

    applied: bool
    message: str
    preview: Preview | None
    tried: Sequence[Tried]


@dataclass(frozen=True)
class Reference:
    """Parameters: a preview."""

    id: str


@dataclass(frozen=True)
class Applied:
    applied: bool
    message: str = ""


@dataclass(frozen=True)
class Why:
    """Why a finding has no verified fix."""

    message: str
    tried: Sequence[Tried] = ()


@dataclass(frozen=True)
class ElementAt:
    """Parameters: either a position in ``uri``, or a point of the frame (CSS pixels of the document)."""

    page: str
    frame: str
    uri: str | None = None
    position: lsp.Position | None = None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Element:
    """An element of a frame and where it stands in the source: its start tag, and all of it."""

    selector: str
    boxes: Sequence[Box]
    uri: str
    tag: lsp.Range
    whole: lsp.Range


@dataclass(frozen=True)
class PageName:
    """A page that a document belongs to."""

    page: str
    entry: str


@dataclass(frozen=True)
class Pages:
    """``message`` says why there is none, or which ones are left out."""

    pages: Sequence[PageName]
    message: str = ""


@dataclass(frozen=True)
class Written:
    path: str


@dataclass(frozen=True)
class Suppress:
    """Parameters: silence a finding on its line, in its file, in the project; or allow the host it is about."""

    uri: str
    finding: str
    scope: Scope = "line"


@dataclass(frozen=True)
class Doctor:
    """``ok``: pages can be reviewed. ``lines`` are for people."""

    ok: bool
    lines: Sequence[str]


@dataclass(frozen=True)
class Chat:
    """One message to a model. ``pictures`` are paths of PNG files, to be shown after the text."""

    role: str
    text: str
    pictures: Sequence[str] = ()


@dataclass(frozen=True)
class Complete:
    """Parameters of the server's request for answers of a language model that the client has."""

    purpose: Literal["policy", "critic"]
    messages: Sequence[Chat]
    model: str = ""
    samples: int = 1
    tokens: int = 512
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Completed:
    texts: Sequence[str] = field(default_factory=tuple)
