"""Which script errors are the page's own, and which come from what was kept from it during the capture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from relook_lsp.core.finding import Blame, ByScript, Outcome, Verdict
from relook_lsp.core.snapshot import ConsoleMessage, ResourceRequest, Snapshot

_FOLLOWS_FROM_SCRIPT = re.compile(
    r"is not defined|is not a (function|constructor)|(undefined|null) (or|to) |(of|is) (undefined|null)|before initialization"
    r"|^Uncaught \(in promise\)$|Script error for|\b(require[ds]?|not loaded|not found|is missing)\b"
    r"|dynamically imported module|module specifier|does not provide an export|[Ff]ailed to (load|fetch)"
)
_FOLLOWS_FROM_DATA = re.compile(
    r"[Ff]ailed to (load|fetch)|NetworkError|[Nn]etwork|ERR_|status(?:Text)?\b|\bfetch|JSON|WebAssembly"
)
_ENVIRONMENT = re.compile(
    r"WebGL|WebGPU|\bGPU\b|NotAllowedError|NotSupportedError|SecurityError|[Pp]ermission|getUserMedia|mediaDevices"
    r"|AudioContext|[Ss]ervice ?[Ww]orker|[Gg]eolocation|[Ww]akeLock|[Bb]luetooth|[Cc]lipboard|NotFoundError: Requested device"
)
_DATA_KINDS = frozenset(("fetch", "xhr", "websocket", "eventsource"))


def excuse_script_error(snapshot: Snapshot, message: ConsoleMessage) -> str:
    """Why an error says nothing more about the page: a remote script or answer that was blocked, a missing file that is told
    as such, a device that a headless browser does not have. Empty where it is the page's own."""
    blocked = {request.kind for request in snapshot.requests if request.is_withheld}
    lacking = [request for request in snapshot.requests if request.outcome in ("missing", "refused")]
    missing = {request.kind for request in lacking}
    text = message.text
    if "script" in blocked and _FOLLOWS_FROM_SCRIPT.search(text):
        return "remote-blocked"
    if blocked & _DATA_KINDS and (_FOLLOWS_FROM_DATA.search(text) or message.kind == "console"):
        return "remote-blocked"
    if "script" in blocked and message.kind == "console":
        return "remote-blocked"
    if "script" in missing and _FOLLOWS_FROM_SCRIPT.search(text):
        return "file-missing"
    if any(map(needs_server, lacking)) and (message.kind != "exception" or _FOLLOWS_FROM_DATA.search(text)):
        return "no-server"
    if missing & _DATA_KINDS and _FOLLOWS_FROM_DATA.search(text):
        return "file-missing"
    return "environment" if _ENVIRONMENT.search(text) else ""


def needs_server(request: ResourceRequest) -> bool:
    """Whether what a script asked for is no file: a path such as ``/api/items`` is answered by a server, which is not
    running here."""
    return request.kind in _DATA_KINDS and "." not in urlsplit(request.url).path.rsplit("/", 1)[-1]


def script_error_outcomes(snapshot: Snapshot, kind: str) -> Iterator[Outcome]:
    """One outcome for every distinct text that a script file said; the first place stands for all."""
    told: dict[tuple[str, str], list[ConsoleMessage]] = {}
    for message in snapshot.messages:
        if message.kind == kind:
            told.setdefault((script_path(message), message.text), []).append(message)
    for (name, text), messages in told.items():
        # Lines move with every edit; the file and the words are what stays of an error.
        place = f"{name}: {text}"
        reason = excuse_script_error(snapshot, messages[0])
        if reason:
            yield Outcome(Verdict.INCOMPLETE, place=place, reason=reason)
            continue
        lines = {m.place for m in messages}
        blame: tuple[Blame, ...] = tuple(ByScript(m.place) for m in messages if m.place is not None)[:1]
        yield Outcome(
            Verdict.FAIL,
            place=place,
            measured={"text": first_line(text), "places": len(lines)},
            blame=blame,
        )
    if not told:
        yield Outcome(Verdict.PASS)


def script_path(message: ConsoleMessage) -> str:
    """Path of the script, without the synthetic origin."""
    return unquote(urlsplit(message.place.url).path).lstrip("/") if message.place is not None else ""


def first_line(text: str, limit: int = 160) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "(no message)"
    return line if len(line) <= limit else line[: limit - 1] + "…"
