"""Nothing at all can be seen, though the page has content or scripts.

A document whose body is empty and that runs no script is what one has before one begins: it passes.
"""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Blame, ByScript, Outcome, Severity, Verdict
from relook_lsp.core.pixels import decode
from relook_lsp.core.snapshot import Layout, Snapshot, View
from relook_lsp.critics.missing import absence
from relook_lsp.critics.rule import Options, Rule
from relook_lsp.critics.scene import Scene

_DRAWN_LATER = ("canvas", "video", "iframe", "object", "embed")
_MISSING = ("stylesheet", "script", "fetch", "xhr", "document", "image")
_BARE = ("script", "style", "link", "meta", "title", "template", "noscript", "br")


def judge(snapshot: Snapshot, options: Options) -> Iterator[Outcome]:
    settled = snapshot.settled
    if not settled or not all(_blank(Scene(snapshot, view, options), view) for view in settled):
        yield Outcome(Verdict.PASS)
        return
    layout = settled[-1].layout
    if not _has_content(layout):
        yield Outcome(Verdict.PASS)
    elif any(layout.find(name) is not None for name in _DRAWN_LATER):
        yield Outcome(Verdict.INCOMPLETE, reason="drawn-by-script")
    elif reason := next((why for r in snapshot.requests if r.kind in _MISSING and (why := absence(r))), ""):
        yield Outcome(Verdict.INCOMPLETE, reason=reason)
    else:
        thrown = [m for m in snapshot.messages if m.kind in ("exception", "rejection") and m.place is not None]
        blame: tuple[Blame, ...] = tuple(ByScript(m.place) for m in thrown[:1] if m.place is not None)
        cause = " A script threw before it had shown anything." if thrown else ""
        yield Outcome(Verdict.FAIL, blame=blame, measured={"elements": len(layout.elements)}, data={"cause": cause})


def _blank(scene: Scene, view: View) -> bool:
    """Whether the whole picture has one colour. Text that is painted at all settles it without looking."""
    if any(scene.shown(run.element) and scene.on_page(run.rect) for run in view.layout.runs):
        return False
    if view.frame is None:
        return False
    pixels = decode(view.frame).reshape(-1, 3)
    return bool(((pixels.max(axis=0) - pixels.min(axis=0)) <= RULE.thresholds["difference"]).all())


def _has_content(layout: Layout) -> bool:
    """Whether the body holds anything, or any script could have filled it."""
    if layout.find("script") is not None:
        return True
    body = layout.find("body")
    if body is None:
        return False
    return any(
        layout.value(n).strip() if layout.types[n] == 3 else layout.types[n] == 1 and layout.names[n] not in _BARE
        for n in layout.children[body]
        if layout.types[n] in (1, 3)
    )


RULE = Rule(
    id="blank-render",
    group="runtime",
    severity=Severity.ERROR,
    title="The page is blank",
    message="Nothing can be seen on this page, at any size.{cause}",
    why="A visitor sees an empty window.",
    fix="Look for what hides the content (`display: none`, `opacity: 0`, the same colour as the ground), or for the script that should have built it.",
    thresholds={"difference": 4},
    page=judge,
)  # fmt: skip
