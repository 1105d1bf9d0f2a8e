"""A file that the page refers to does not exist, or may not be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from relook_lsp.core.finding import ByResource, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import Request, Snapshot
from relook_lsp.critics.rule import Options, Rule
from relook_lsp.critics.script_errors import needs_server

_KINDS = {
    "stylesheet": "style sheet", "script": "script", "font": "font", "image": "picture", "media": "media file",
    "document": "framed document", "texttrack": "text track", "manifest": "manifest",
    "fetch": "data file", "xhr": "data file",
}  # fmt: skip
_UNUSABLE = frozenset(("stylesheet", "script"))
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|<\?|<%|\$\{|undefined|\[object|\bnull\b|NaN")


def judge(snapshot: Snapshot, _options: Options) -> Iterator[Outcome]:
    failed = False
    for request in snapshot.requests:
        if request.outcome not in ("missing", "refused") or request.url == snapshot.url:
            continue
        path = unquote(urlsplit(request.url).path)
        if needs_server(request):
            yield Outcome(Verdict.INCOMPLETE, place=path, reason="no-server")
            continue
        if request.kind not in _KINDS or path == "/favicon.ico" or path.endswith(".map"):
            continue
        if _TEMPLATE.search(path):
            yield Outcome(Verdict.INCOMPLETE, place=path, reason="template")
            continue
        failed = True
        yield Outcome(
            Verdict.FAIL,
            place=path,
            measured={"path": path.lstrip("/"), "kind": _KINDS[request.kind], "problem": _problem(request, path)},
            extent=1.0 if request.kind in _UNUSABLE else 0.5,
            severity=None if request.kind in _UNUSABLE else Severity.WARNING,
            blame=(ByResource(request.url),),
        )
    if not failed:
        yield Outcome(Verdict.PASS)


def _problem(request: Request, path: str) -> str:
    if request.outcome == "missing":
        return "was not found"
    hidden = any(part.startswith(".") for part in path.split("/"))
    return "is hidden (its name begins with a dot) and is not served" if hidden else "lies outside the root"


RULE = Rule(
    id="failed-resource",
    group="runtime",
    severity=Severity.ERROR,
    title="A file of the page is missing",
    message="The {kind} `{path}` {problem}.",
    why="Without its style sheet or script a page is not the page that was meant; other files leave holes in it.",
    fix="Correct the path (case counts on servers), or add the file. If `/` means a folder of your project, name that folder in the setting `sites`.",
    page=judge,
)  # fmt: skip
