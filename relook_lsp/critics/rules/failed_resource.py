"""A file that the page refers to does not exist, or may not be read."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByResource, Outcome, Severity, Verdict
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics import missing_files
from relook_lsp.critics.page_images import failed_images, rendered_images
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.view_context import ViewContext

_KINDS = {
    "stylesheet": "style sheet", "script": "script", "font": "font", "image": "picture", "media": "media file",
    "document": "framed document", "texttrack": "text track", "manifest": "manifest",
    "fetch": "data file", "xhr": "data file",
}  # fmt: skip
_UNUSABLE = frozenset(("stylesheet", "script"))
_CONSEQUENCE = "; how the page looks is not judged without it"


def judge(snapshot: Snapshot, options: CriticOptions) -> Iterator[Outcome]:
    failed = False
    seen = _urls_reported_as_broken(snapshot, options)
    for request in snapshot.requests:
        if request.outcome not in ("missing", "refused", "outside") or request.url == snapshot.url:
            continue
        path, excuse = missing_files.request_path(request), missing_files.excuse_missing_file(request)
        if request.kind not in _KINDS or path == "/favicon.ico" or path.endswith(".map") or request.url in seen:
            continue
        if excuse:
            yield Outcome(Verdict.INCOMPLETE, place=path, reason=excuse)
            continue
        failed = True
        yield Outcome(
            Verdict.FAIL,
            place=path,
            measured={
                "path": path.lstrip("/"),
                "kind": _KINDS[request.kind],
                "problem": missing_files.describe_failure(request)
                + (_CONSEQUENCE if request.kind in _UNUSABLE else ""),
            },
            extent=1.0 if request.kind in _UNUSABLE else 0.5,
            severity=None if request.kind in _UNUSABLE else Severity.WARNING,
            blame=(ByResource(request.url),),
        )
    if not failed:
        yield Outcome(Verdict.PASS)


def _urls_reported_as_broken(snapshot: Snapshot, options: CriticOptions) -> set[str]:
    """Addresses of pictures whose empty place is seen: ``broken-image`` tells of them."""
    urls: set[str] = set()
    for view in snapshot.settled_views:
        broken = failed_images(snapshot, view)
        if broken:
            shown = rendered_images(ViewContext(snapshot, view, options))
            urls |= {broken[image.key].url for _, image in shown if image.key in broken}
    return urls


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
