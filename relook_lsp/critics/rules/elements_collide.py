"""Two texts, or two controls, are painted over each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from relook_lsp.core.colour import parse_computed
from relook_lsp.core.finding import Blame, ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.boxes import bounded, decorative, inner, opaque, path, small_letters, turned
from relook_lsp.critics.overlap import overlapping
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene

_PLACE = ("top", "bottom", "left", "right", "position")
_MARGIN = ("margin-top", "margin-bottom", "margin-left", "margin-right")
_HEIGHT = ("height", "max-height")
_WIDTH = ("width", "max-width", "text-wrap-mode", "white-space-collapse")
_NO_CAUSE = ("auto", "none", "static", "relative", "100%", "0", "0px")
_BOXES = frozenset(("button", "input", "select", "textarea", "a"))
_MAX_PAINTS = 3


class _Pair(NamedTuple):
    """``upper`` is painted later; ``overlap`` is where both show."""

    upper: int
    lower: int
    overlap: Rect
    what: str


def judge(scene: Scene) -> Iterator[Outcome]:
    worst: dict[int, _Pair] = {}
    for pair in (*_texts(scene), *_controls(scene)):
        if pair.upper not in worst or pair.overlap.area > worst[pair.upper].overlap.area:
            worst[pair.upper] = pair
    asked = 0
    for pair in worst.values():
        for outcome in _verdict(scene, pair):
            asked += outcome.need is not None
            if asked > 2 * _MAX_PAINTS:
                outcome = Outcome(Verdict.INCOMPLETE, pair.upper, reason="too-many")
            yield outcome
    if scene.pixels is not None:
        seen = {run.element for run in scene.runs} | set(scene.controls())
        yield from (Outcome(Verdict.PASS, node) for node in sorted(seen - worst.keys()))


def _texts(scene: Scene) -> Iterator[_Pair]:
    runs, layout = scene.runs, scene.layout
    glyphs = [small_letters(scene, run) for run in runs]
    for one, two in overlapping(glyphs, [run.element for run in runs]):
        run, other, overlap = runs[one], runs[two], glyphs[one].intersect(glyphs[two])
        smaller = min(layout.pixels(n, "font-size") for n in (run.element, other.element))
        if overlap.width < RULE.thresholds["overlap"] * smaller or overlap.height < 0.3 * smaller:
            continue
        if run.text.strip() == other.text.strip():  # an echo, a glitch effect
            continue
        if not _counts(scene, run) or not _counts(scene, other) or _scrolls_by(scene, run.element, other.element):
            continue
        lower, upper = sorted((run, other), key=lambda r: (layout.paint_order(r.node), r.node))
        yield _Pair(upper.element, lower.element, overlap, "text")


def _counts(scene: Scene, run: TextRun) -> bool:
    """Whether the line is content that is meant to be read: not an icon, an ornament or a watermark."""
    generated = scene.layout.pseudo(run.node) is not None
    if sum(character.isalnum() for character in run.text) < 2 or generated or inner(scene, run.element):
        return False
    colour = parse_computed(scene.layout.style(run.element, "-webkit-text-fill-color") or "")
    faint = (1.0 if colour is None else colour.alpha) * scene.opacity(run.element) < RULE.thresholds["faint"]
    return not faint and not decorative(scene, run.element)


def _controls(scene: Scene) -> Iterator[_Pair]:
    layout, tolerance = scene.layout, RULE.thresholds["tolerance"]
    nodes = [n for n in scene.controls() if layout.names[n] in _BOXES and bounded(scene, n) and not inner(scene, n)]
    nodes = [n for n in nodes if scene.visible_rect(n).area > 64]
    boxes = [scene.visible_rect(n) for n in nodes]
    for one, two in overlapping(boxes, nodes):
        node, other, rect, box = nodes[one], nodes[two], boxes[one], boxes[two]
        overlap = rect.intersect(box)
        if min(overlap.width, overlap.height) < tolerance or layout.within(other, node) or layout.within(node, other):
            continue
        inside = overlap.area > 0.8 * min(rect.area, box.area)
        if inside or layout.attribute(node, "type") == "range" == layout.attribute(other, "type"):
            continue  # a button inside a field is a pattern, not an accident
        if _scrolls_by(scene, node, other) or _stacked(scene, node, other):
            continue
        upper, lower = sorted((node, other), key=lambda n: (-layout.paint_order(n), -n))
        yield _Pair(upper, lower, overlap, "control")


def _stacked(scene: Scene, one: int, other: int) -> bool:
    """Whether both are of a row whose members reach into one another, all by the same margin: portraits of a group."""
    layout = scene.layout
    kind = (layout.names[one], layout.attribute(one, "class"))
    if layout.parents[one] != layout.parents[other] or kind != (layout.names[other], layout.attribute(other, "class")):
        return False
    row = [n for n in layout.children[layout.parents[one]] if (layout.names[n], layout.attribute(n, "class")) == kind]
    margins = Counter((side, layout.pixels(n, side)) for n in row for side in _MARGIN)
    return any(size < 0 and count > 1 for (_, size), count in margins.items())


def _scrolls_by(scene: Scene, one: int, other: int) -> bool:
    """Whether only one of them stays in the window: what lies under a bar now is out in the open a moment later."""
    return scene.fixed(one) != scene.fixed(other)


def _verdict(scene: Scene, pair: _Pair) -> Iterator[Outcome]:
    layout = scene.layout
    common = next(a for a in (pair.upper, *layout.ancestors(pair.upper)) if layout.within(pair.lower, a))
    sides = [list(path(scene, n, common)) for n in (pair.upper, pair.lower)]
    if any(turned(scene, n) for side in sides for n in side):
        yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="transformed")
        return
    if pair.what == "text" and any(_covers(scene, n, pair) for n in sides[0]):
        yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="covered")
        return
    if scene.pixels is not None:
        unknown = [n for n in (pair.upper, pair.lower) if scene.paint(n) is None]
        for node in unknown:
            need = NeedPaint(scene.view.id, layout.key(node))
            yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="unconfirmed", need=need)
        if unknown:
            return
        # Letters mix; of two controls the later one hides the other.
        both = (pair.upper, pair.lower) if pair.what == "text" else (pair.upper,)
        paints = [paint for n in both if (paint := scene.paint(n)) is not None]
        lower = scene.paint(pair.lower)
        seen = all(paint.box.intersect(pair.overlap).area >= 0.5 * pair.overlap.area for paint in paints)
        if not seen or lower is None or lower.changed == 0:
            yield Outcome(Verdict.INCOMPLETE, pair.upper, reason="nothing-painted")
            return
    smaller = min(max(1.0, layout.rect(n).area) for n in (pair.upper, pair.lower))
    yield Outcome(
        Verdict.FAIL,
        pair.upper,
        pair.overlap,
        measured={
            "width": round(pair.overlap.width, 1),
            "height": round(pair.overlap.height, 1),
            "other": layout.selector(pair.lower),
        },
        required={"overlap": 0},
        extent=min(1.0, 0.3 + pair.overlap.area / smaller),
        blame=(*_blame(scene, sides, pair), ByTag(pair.upper)),
        data={"element": layout.short_name(pair.upper), "other": layout.short_name(pair.lower)},
    )


def _covers(scene: Scene, node: int, pair: _Pair) -> bool:
    """Whether the box hides what is below it, so that the texts do not mix: that is for ``text-covered``. Within one
    layer backgrounds lie below all text; there the pictures decide."""
    layout = scene.layout
    if layout.paint_order(node) <= layout.paint_order(pair.lower):
        return False
    image = layout.style(node, "background-image") not in ("none", "")
    return (opaque(scene, node) or image) and layout.rect(node).contains(pair.overlap, 1)


def _blame(scene: Scene, sides: list[list[int]], pair: _Pair) -> Iterator[Blame]:
    """What took an element out of the way it would flow: position, a negative margin, a height that is too small."""
    layout = scene.layout
    for node in (n for side in sides for n in side):
        if layout.style(node, "position") in ("absolute", "fixed", "relative"):
            yield ByDeclaration(node, _PLACE, _NO_CAUSE)
    for node in (n for side in sides for n in side):
        negative = tuple(name for name in _MARGIN if layout.pixels(node, name) < 0)
        if negative:
            yield ByDeclaration(node, negative)
    for node in (n for side in reversed(sides) for n in side):
        if layout.rect(node).bottom < pair.overlap.bottom:
            yield ByDeclaration(node, _HEIGHT, _NO_CAUSE)
        if layout.rect(node).right < pair.overlap.right:
            yield ByDeclaration(node, _WIDTH, _NO_CAUSE)
    for node in (n for side in sides for n in side):
        for row in (a for a in (layout.parents[node],) if "grid" in layout.style(a, "display")):
            yield ByDeclaration(row, ("grid-template-columns",), _NO_CAUSE)


RULE = Rule(
    id="elements-collide",
    group="layout",
    severity=Severity.ERROR,
    title="Elements collide",
    message="{element} and {other} overlap.",
    why="Letters over letters cannot be read, and of two controls in one place only one can be used.",
    fix="Let both take part in the layout: no fixed heights around text, room for absolutely positioned parts, no negative margins that reach into a neighbour.",
    thresholds={"overlap": 0.5, "faint": 0.35, "tolerance": 5.0},
    view=judge,
    sweep=True,
    related="One of the two elements.",
)  # fmt: skip
