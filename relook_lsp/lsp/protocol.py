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
class StatusParams:
    """``message`` says why nothing shows, what is being done, or why a page that was reviewed has no score; ``kind`` is a
    fixed word for a problem, ``not-judged`` for the last."""

    state: State
    message: str = ""
    kind: str = ""
    page: str | None = None
    score: int | None = None
    findings: int | None = None


@dataclass(frozen=True)
class BoxPayload:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class SizePayload:
    """A window. ``scheme`` is the colour scheme that the page is asked for: ``light`` or ``dark``."""

    width: int
    height: int
    touch: bool = False
    scheme: str = "light"


@dataclass(frozen=True)
class FramePayload:
    """A picture of the whole document in one window at one moment (milliseconds after load)."""

    id: str
    viewport: SizePayload
    moment: int
    role: str
    path: str
    width: int
    height: int


@dataclass(frozen=True)
class SightingPayload:
    viewport: SizePayload
    moment: int


@dataclass(frozen=True)
class RelatedNotePayload:
    message: str
    location: lsp.Location


@dataclass(frozen=True)
class MarkPayload:
    """One finding. ``frame`` is the id of the frame that shows it, where there is one; its box is in that frame.
    ``fix``: a verified edit is there, could be looked for, or cannot exist (no edit touches scripts or addresses)."""

    id: str
    rule: str
    severity: str
    message: str
    source: str
    help: str
    location: lsp.Location | None
    related: Sequence[RelatedNotePayload]
    selector: str
    viewport: SizePayload
    moment: int
    frame: str | None
    box: BoxPayload
    reviewed: Sequence[SightingPayload]
    widths: Sequence[int] | None
    measured: Mapping[str, Any]
    required: Mapping[str, Any]
    cost: float
    fix: Fix


@dataclass(frozen=True)
class ProblemPayload:
    """A failure of ours or of the environment, never of the author."""

    kind: str
    message: str


@dataclass(frozen=True)
class ReviewPayload:
    """The last review of a page. ``versions`` are those of the open documents that it saw."""

    page: str
    entry: str
    root: str
    versions: Mapping[str, int]
    score: int | None
    valid: bool
    capture: str
    milliseconds: float
    findings: Sequence[MarkPayload]
    suppressed: int
    incomplete: int
    problems: Sequence[ProblemPayload]
    not_judged: str
    """Why there is no score; empty where there is one."""
    frames: Sequence[FramePayload]
    files: Sequence[str]


@dataclass(frozen=True)
class ProgressParams:
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
class TrustedParams:
    """Parameters: whether the user trusts the workspace."""

    trusted: bool


@dataclass(frozen=True)
class DocumentParams:
    """Parameters: one document."""

    uri: str


@dataclass(frozen=True)
class FindingParams:
    """Parameters: a document, and one finding of it (``Mark.id``); without one the whole page is meant."""

    uri: str
    finding: str = ""


@dataclass(frozen=True)
class RefineParams:
    """Parameters. With ``apply`` the edit goes into the editor at once; else it waits as a preview."""

    uri: str
    finding: str = ""
    apply: bool = True


@dataclass(frozen=True)
class EditPayload:
    uri: str
    range: lsp.Range
    text: str


@dataclass(frozen=True)
class SidePayload:
    """A page before or after an edit."""

    score: int | None
    findings: Sequence[MarkPayload]
    frames: Sequence[FramePayload]


@dataclass(frozen=True)
class PreviewPayload:
    """A verified edit that waits for a decision. Frames of both sides have the same ids."""

    id: str
    page: str
    title: str
    edits: Sequence[EditPayload]
    before: SidePayload
    after: SidePayload


@dataclass(frozen=True)
class AttemptPayload:
    """A candidate that was rendered, and what became of it."""

    proposer: str
    title: str
    outcome: str
    accepted: bool


@dataclass(frozen=True)
class RefineResult:
    """``message`` says what happened in one sentence. ``preview`` is there where an edit was found."""

    applied: bool
    message: str
    preview: PreviewPayload | None
    tried: Sequence[AttemptPayload]


@dataclass(frozen=True)
class PreviewParams:
    """Parameters: a preview."""

    id: str


@dataclass(frozen=True)
class ApplyResult:
    applied: bool
    message: str = ""


@dataclass(frozen=True)
class WhyResult:
    """Why a finding has no verified fix."""

    message: str
    tried: Sequence[AttemptPayload] = ()


@dataclass(frozen=True)
class ElementAtParams:
    """Parameters: either a position in ``uri``, or a point of the frame (CSS pixels of the document)."""

    page: str
    frame: str
    uri: str | None = None
    position: lsp.Position | None = None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class ElementResult:
    """An element of a frame and where it stands in the source: its start tag, and all of it."""

    selector: str
    boxes: Sequence[BoxPayload]
    uri: str
    tag: lsp.Range
    whole: lsp.Range


@dataclass(frozen=True)
class PageNamePayload:
    """A page that a document belongs to."""

    page: str
    entry: str


@dataclass(frozen=True)
class PagesResult:
    """``message`` says why there is none, or which ones are left out."""

    pages: Sequence[PageNamePayload]
    message: str = ""


@dataclass(frozen=True)
class WrittenResult:
    path: str


@dataclass(frozen=True)
class SuppressParams:
    """Parameters: silence a finding on its line, in its file, in the project; or allow the host it is about."""

    uri: str
    finding: str
    scope: Scope = "line"


@dataclass(frozen=True)
class DoctorResult:
    """``ok``: pages can be reviewed. ``lines`` are for people."""

    ok: bool
    lines: Sequence[str]


@dataclass(frozen=True)
class ChatMessagePayload:
    """One message to a model. ``pictures`` are paths of PNG files, to be shown after the text."""

    role: str
    text: str
    pictures: Sequence[str] = ()


@dataclass(frozen=True)
class CompleteParams:
    """Parameters of the server's request for answers of a language model that the client has."""

    purpose: Literal["policy", "critic"]
    messages: Sequence[ChatMessagePayload]
    model: str = ""
    samples: int = 1
    tokens: int = 512
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class CompleteResult:
    texts: Sequence[str] = field(default_factory=tuple)
