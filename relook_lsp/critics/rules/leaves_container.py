"""Text, a picture or a control pokes out of the box that visibly holds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from relook_lsp.core.finding import Blame, ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.boxes import REPLACED, bounded, edge_visible, inner, moved, path, sticks_out
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene

_NOT_HOLDERS = frozenset(
    ("html", "body", "tr", "thead", "tbody", "tfoot", "col", "colgroup", "input", "select", "textarea")
)
_AT_THE_EDGE = frozenset(("legend", "caption", "hr", "option"))
"""They stand on or outside their parent's edge by design."""
_MAX_PAINTS = 4
_WIDTH = ("width", "min-width", "white-space-collapse", "text-wrap-mode", "flex-shrink")
_HEIGHT = ("height", "max-height", "min-height", "flex-basis")
_NO_CAUSE = ("auto", "none", "normal", "0px", "0", "100%", "fit-content", "min-content", "max-content")


class _Case(NamedTuple):
    node: int
    box: Rect
    side: str
    by: float
    text: bool


def judge(scene: Scene) -> Iterator[Outcome]:
    holders = _Holders(scene)
    worst: dict[int, _Case] = {}
    for holder, case in _cases(scene, holders):
        if holder not in worst or case.by > worst[holder].by:
            worst[holder] = case
    asked = 0
    for holder, case in worst.items():
        outcome = _verdict(scene, holder, case)
        asked += outcome.need is not None
        yield outcome if asked <= _MAX_PAINTS else Outcome(Verdict.INCOMPLETE, holder, reason="too-many")
    if scene.pixels is not None:
        yield from (Outcome(Verdict.PASS, n) for n in scene.layout.elements if n not in worst and n in holders)


class _Holders:
    """Boxes whose edges show."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._known: dict[int, bool] = {}

    def __contains__(self, node: int) -> bool:
        if node not in self._known:
            named = self._scene.layout.names[node] not in _NOT_HOLDERS
            self._known[node] = named and self._scene.shown(node) and bounded(self._scene, node)
        return self._known[node]

    def of(self, node: int) -> int | None:
        """The nearest visible box around a node that everything between them simply flows in."""
        layout = self._scene.layout
        if inner(self._scene, node) or layout.names[node] in _AT_THE_EDGE:
            return None
        for each in path(self._scene, node, -1):
            flows = all(layout.style(each, f"overflow-{axis}") == "visible" for axis in "xy")
            if each != node and each in self:
                return each if flows else None
            if layout.names[each] in _AT_THE_EDGE or moved(self._scene, each) or (each != node and not flows):
                return None
        return None


def _cases(scene: Scene, holders: _Holders) -> Iterator[tuple[int, _Case]]:
    layout, tolerance = scene.layout, RULE.thresholds["tolerance"]
    for run in scene.runs:
        # Generated text belongs to its pseudo-element, which may have been placed elsewhere.
        box = run.node if layout.pseudo(run.node) else run.element
        # A line box is taller than its glyphs: only what lies beyond a part of it can be ink.
        slack = max(0.0, (run.rect.height - 0.7 * layout.pixels(run.element, "font-size")) / 2)
        glyphs = Rect(run.rect.x, run.rect.y + slack, run.rect.width, max(1.0, run.rect.height - 2 * slack))
        if scene.confines[run.element].intersect(layout.rect(run.element)).contains(glyphs, tolerance):
            continue
        if box in holders:  # its own text
            flows = all(layout.style(box, f"overflow-{axis}") == "visible" for axis in "xy")
            holder = box if flows and box == run.element and not inner(scene, box) else None
        else:
            holder = holders.of(box)
        if holder is None or not any(c.isalnum() for c in run.text):
            continue
        side, by = sticks_out(glyphs, layout.rect(holder))
        if by > tolerance:
            yield holder, _Case(run.element, glyphs, side, by, True)
    for node in layout.elements:
        rect = layout.rect(node)
        if rect.area <= 16 or scene.confines[node].contains(rect, tolerance) or not scene.shown(node):
            continue
        holder = holders.of(node) if layout.names[node] in REPLACED or node in holders else None
        if holder is not None:
            side, by = sticks_out(rect, layout.rect(holder))
            if by > tolerance:
                yield holder, _Case(node, rect, side, by, False)


def _verdict(scene: Scene, holder: int, case: _Case) -> Outcome:
    layout = scene.layout
    edge = layout.rect(holder)
    wide = layout.content[0] > scene.layout_width + 1 and case.box.right > scene.layout_width + 1
    if case.side == "right" and wide:
        return Outcome(Verdict.INCOMPLETE, holder, reason="page-scrolls-sideways")
    if any(layout.style(n, "transform") != "none" for n in path(scene, case.node, -1)):
        return Outcome(Verdict.INCOMPLETE, holder, reason="transformed")
    if scene.pixels is not None:
        if not edge_visible(scene, edge, case.side, case.box):
            return Outcome(Verdict.INCOMPLETE, holder, reason="edge-not-visible")
        beyond = _beyond(case, edge)
        ink = scene.pixels.ink(beyond)
        # Ink out there is this text's only where no other line is.
        alone = not any(r.element != case.node and r.rect.intersect(beyond).area > 0 for r in scene.runs)
        if case.text and alone:
            if ink is None or ink.sum() < RULE.thresholds["least_ink"]:
                return Outcome(Verdict.INCOMPLETE, holder, reason="nothing-painted")
        else:
            paint = scene.paint(case.node)
            if paint is None:
                need = NeedPaint(scene.view.id, layout.key(case.node))
                return Outcome(Verdict.INCOMPLETE, holder, reason="unconfirmed", need=need)
            if paint.changed == 0 or sticks_out(paint.box, edge)[1] <= RULE.thresholds["tolerance"]:
                return Outcome(Verdict.INCOMPLETE, holder, reason="nothing-painted")
    return Outcome(
        Verdict.FAIL,
        holder,
        case.box.union(edge),
        measured={"outside": round(case.by, 1), "side": case.side, "element": layout.selector(case.node)},
        required={"outside": 0},
        extent=min(1.0, 0.15 + case.by / max(40.0, case.box.width if case.side in ("left", "right") else case.box.height)),
        blame=_blame(scene, holder, case),
        data={"by": round(case.by), "side": case.side, "what": "Text" if case.node == holder else layout.short_name(case.node), "holder": layout.short_name(holder)},
    )  # fmt: skip


def _beyond(case: _Case, edge: Rect) -> Rect:
    """The part of the box outside the holder's edge, two pixels away from it."""
    box = case.box
    match case.side:
        case "right":
            return Rect(max(box.x, edge.right + 2), box.y, max(0.0, box.right - max(box.x, edge.right + 2)), box.height)
        case "left":
            return Rect(box.x, box.y, max(0.0, min(box.right, edge.x - 2) - box.x), box.height)
        case "bottom":
            top = max(box.y, edge.bottom + 2)
            return Rect(box.x, top, box.width, max(0.0, box.bottom - top))
        case _:
            return Rect(box.x, box.y, box.width, max(0.0, min(box.bottom, edge.y - 2) - box.y))


def _blame(scene: Scene, holder: int, case: _Case) -> tuple[Blame, ...]:
    """Sideways the content's own width comes first, up and down the holder's height."""
    inside = list(path(scene, case.node, holder))
    if case.side in ("left", "right"):
        names, order = _WIDTH, [*inside, holder]
    else:
        names, order = _HEIGHT, [holder, *reversed(inside)]
    return (*(ByDeclaration(n, names, _NO_CAUSE) for n in order), ByTag(case.node))


RULE = Rule(
    id="leaves-container",
    group="layout",
    severity=Severity.WARNING,
    title="Content pokes out of its box",
    message="{what} sticks out of {holder} by {by} px at the {side}.",
    why="Content outside the box that should hold it looks broken and runs into its neighbours.",
    fix="Let the box grow (`min-height` instead of `height`), let the content shrink (`max-width: 100%`, `min-width: 0`) or let long words break.",
    thresholds={"tolerance": 3.0, "least_ink": 8},
    view=judge,
    sweep=True,
    related="The box that should hold the content.",
)
