"""A line of text whose letters are cut through by the edge of a box that hides what sticks out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.boxes import decorative, inner, path, turned
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene

_HIDES = ("hidden", "clip")
_NO_CAUSE = ("auto", "none", "visible", "normal", "100%")


class _Cut(NamedTuple):
    run: TextRun
    clipper: int
    side: str
    by: float


def judge(scene: Scene) -> Iterator[Outcome]:
    worst: dict[int, _Cut] = {}
    for run in scene.runs:
        cut = _cut(scene, run)
        if cut is not None and (cut.clipper not in worst or cut.by > worst[cut.clipper].by):
            worst[cut.clipper] = cut
    for cut in worst.values():
        yield _verdict(scene, cut)


def _cut(scene: Scene, run: TextRun) -> _Cut | None:
    """Where the nearest box that cuts anything off ends inside the line."""
    layout, tolerance = scene.layout, RULE.thresholds["tolerance"]
    size = layout.pixels(run.element, "font-size")
    # A line box is taller than its glyphs: only what lies beyond a part of it can be ink.
    slack = max(0.0, (run.rect.height - 0.7 * size) / 2)
    top, bottom = run.rect.y + slack, run.rect.bottom - slack
    for node in path(scene, run.element, -1):
        if layout.names[node] in ("html", "body"):
            return None
        x, y = (layout.style(node, f"overflow-{axis}") for axis in "xy")
        if x in ("auto", "scroll") or y in ("auto", "scroll"):
            return None
        box = scene.padding_box(node)
        if y in _HIDES:
            sides = {"bottom": bottom - box.bottom, "top": box.y - top}
            side = max(sides, key=lambda name: sides[name])
            # A line of which hardly anything shows is hidden, not cut.
            if tolerance < sides[side] < 0.7 * (bottom - top):
                return _Cut(run, node, side, sides[side])
        if x in _HIDES and layout.style(node, "text-overflow") in ("clip", ""):
            by = run.rect.right - box.right
            if by > tolerance and run.rect.x < box.right - size:
                return _Cut(run, node, "right", by)
    return None


def _verdict(scene: Scene, cut: _Cut) -> Outcome:
    layout, clipper = scene.layout, cut.clipper
    box = scene.padding_box(clipper)
    reason = _meant(scene, cut, box)
    if reason is None and not _touches(scene, cut, box):
        reason = "nothing-painted"
    if reason is not None:
        return Outcome(Verdict.INCOMPLETE, clipper, reason=reason)
    upright = cut.side in ("top", "bottom")
    names = ("height", "max-height") if upright else ("width", "max-width", "text-wrap-mode", "overflow-x")
    return Outcome(
        Verdict.FAIL,
        clipper,
        cut.run.rect.intersect(box),
        measured={"cut": round(cut.by, 1), "side": cut.side},
        required={"cut": 0},
        extent=min(1.0, cut.by / (cut.run.rect.height if upright else cut.run.rect.width)),
        blame=(ByDeclaration(clipper, names, _NO_CAUSE), ByDeclaration(clipper, ("overflow-y", "overflow-x"), _NO_CAUSE), ByTag(clipper)),
        data={"holder": layout.selector(clipper)},
    )  # fmt: skip


def _meant(scene: Scene, cut: _Cut, box: Rect) -> str | None:
    """Why the text may be cut on purpose; None where nothing says so."""
    layout, element = scene.layout, cut.run.element
    if box.width <= 4 or box.height <= 4 or decorative(scene, element) or inner(scene, element):
        return "hidden-on-purpose"
    if cut.side == "right" and _slides(scene, cut.clipper, box):
        return "slides"
    for node in path(scene, element, -1):
        if turned(scene, node) or layout.style(node, "text-indent") not in ("0px", ""):
            return "moves"
        if layout.style(node, "-webkit-line-clamp") not in ("none", "") or layout.style(node, "mask-image") != "none":
            return "shortened-on-purpose"
        if layout.style(node, "position") in ("absolute", "fixed") or layout.style(node, "clip-path") != "none":
            return "placed"
        # What grows and shrinks, or has a button that opens it, shows more in another state.
        if layout.style(node, "transition-duration").strip("0s, ") or layout.clickable(node):
            return "another-state"
        if node == cut.clipper:
            break
    return None


def _slides(scene: Scene, clipper: int, box: Rect) -> bool:
    """Whether a child of the clipping box lies wholly beyond its edge: a carousel, which brings it in by turns."""
    layout = scene.layout
    return any(
        layout.has_box(child) and layout.types[child] == 1 and layout.rect(child).x >= box.right - 1
        for child in layout.children[clipper]
    )


def _touches(scene: Scene, cut: _Cut, box: Rect) -> bool:
    """Whether letters of this line are painted right up to the edge, and none beyond it."""
    if scene.pixels is None:
        return False
    line = cut.run.rect.intersect(box)
    strip, beyond = {
        "bottom": (Rect(line.x, box.bottom - 2, line.width, 2), None),
        "top": (Rect(line.x, box.y, line.width, 2), None),
        "right": (Rect(box.right - 3, line.y, 3, line.height), Rect(box.right + 1, line.y, 3, line.height)),
    }[cut.side]
    ink = scene.pixels.ink(strip)
    if ink is None or ink.sum() < RULE.thresholds["least_ink"]:
        return False
    outside = None if beyond is None else scene.pixels.ink(beyond)
    return outside is None or not outside.any()


RULE = Rule(
    id="text-clipped",
    group="legibility",
    severity=Severity.WARNING,
    title="Letters are cut off",
    message="{holder} cuts {cut} px off its text at the {side}.",
    why="Half letters cannot be read, and what lies beyond the edge cannot be reached by scrolling.",
    fix="Let the box grow (`min-height` instead of `height`), let the text wrap, or shorten it with `text-overflow: ellipsis`.",
    thresholds={"tolerance": 2.0, "least_ink": 5},
    view=judge,
    related="The box that cuts the text.",
)
