"""Nothing at all can be seen: nothing was painted, or nothing is left of the text that the source has."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from relook_lsp.core.finding import Blame, ByScript, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.pixels import decode_frame
from relook_lsp.core.snapshot import Layout, Snapshot, View
from relook_lsp.critics.missing_files import absence_reason
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.source.html import parse_html
from relook_lsp.source.words import words

_DRAWN_LATER = ("canvas", "video", "iframe", "object", "embed")
_MISSING = ("stylesheet", "script", "fetch", "xhr", "document", "image")
_CONTENT = ("img", "svg", "input", "button", "select", "textarea", *_DRAWN_LATER)
"""Elements that show something without text."""
_HEADERS, _COMPRESSION = 2048, 20
"""A picture of one colour takes less than so many bytes, and one byte for so many of its pixels' bytes (measured: 1:104
to 1:169 as the browser encodes frames)."""


def judge(snapshot: Snapshot, _options: CriticOptions) -> Iterator[Outcome]:
    settled = snapshot.settled_views
    blank = all(_is_blank(view) for view in settled)
    if not settled or not (blank or _lost_its_text(snapshot)):
        yield Outcome(Verdict.PASS)
        return
    layout = settled[-1].layout
    if any(layout.find_first(name) is not None for name in _DRAWN_LATER):
        yield Outcome(Verdict.INCOMPLETE, reason="drawn-by-script")
    elif reason := next((why for r in snapshot.requests if r.kind in _MISSING and (why := absence_reason(r))), ""):
        yield Outcome(Verdict.INCOMPLETE, reason=reason)
    elif _sends_away(layout):
        yield Outcome(Verdict.INCOMPLETE, reason="goes-elsewhere")
    else:
        cause, blame = _cause(snapshot, layout)
        yield Outcome(
            Verdict.FAIL, blame=blame, measured={"elements": len(layout.elements)}, message_values={"cause": cause}
        )


def _cause(snapshot: Snapshot, layout: Layout) -> tuple[str, tuple[Blame, ...]]:
    """In words, and where in the source."""
    thrown = [m for m in snapshot.messages if m.kind in ("exception", "rejection") and m.place is not None]
    if thrown and thrown[0].place is not None:
        return " A script threw before it had shown anything.", (ByScript(thrown[0].place),)
    source = snapshot.sources.get(snapshot.url)
    text = source.text if source is not None else ""
    if unclosed := next(
        (tag for tag in parse_html(text).tags_named("style", "title", "textarea") if tag.end is None), None
    ):
        nodes = [node for node in range(len(layout)) if layout.names[node] == unclosed.name]
        blame = tuple(ByTag(node) for node in nodes[-1:])
        return f" The <{unclosed.name}> element is never closed, so everything after it belongs to it.", blame
    if words(text):
        return " Its source has text, which a style or a script takes away.", ()
    return " There is no text in its source.", ()


def _lost_its_text(snapshot: Snapshot) -> bool:
    """Whether the source has text, and neither text nor anything else with content is left of it in any view."""
    shows = (
        view.layout.text_runs or any(name in _CONTENT for name in view.layout.names) for view in snapshot.settled_views
    )
    if any(shows):
        return False
    source = snapshot.sources.get(snapshot.url)
    return source is not None and bool(words(source.text))


def _sends_away(layout: Layout) -> bool:
    """Whether the page does nothing but lead to another one."""
    return any(
        layout.names[node] == "meta" and (layout.attribute(node, "http-equiv") or "").lower() == "refresh"
        for node in range(len(layout))
    )


def _is_blank(view: View) -> bool:
    """Whether the whole picture has one colour. Styles do not decide: text may be clipped away, covered, or painted in
    the colour of its background."""
    if view.frame is None or not _may_have_one_colour(view.frame.png):
        return False
    pixels = decode_frame(view.frame).reshape(-1, 3)
    return bool(((pixels.max(axis=0) - pixels.min(axis=0)) <= RULE.thresholds["difference"]).all())


def _may_have_one_colour(png: bytes) -> bool:
    """False for a file that is too large for one colour, which saves decoding it. Width and height are the first fields
    of the header (PNG specification, 11.2.2)."""
    width, height = struct.unpack(">II", png[16:24])
    return len(png) <= _HEADERS + 3 * width * height / _COMPRESSION


RULE = Rule(
    id="blank-render",
    group="runtime",
    severity=Severity.ERROR,
    title="The page is blank",
    message="The page is blank at every size.{cause}",
    why="A visitor sees an empty window.",
    fix="Look for what hides the content (`display: none`, `opacity: 0`, the same colour as the background), or for the script that should have built it.",
    thresholds={"difference": 4},
    page=judge,
)  # fmt: skip
