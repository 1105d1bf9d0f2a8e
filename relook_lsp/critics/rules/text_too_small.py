"""Text set so small that few people can read it."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.boxes import decorative, inner, turned
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene

_SMALL_BY_NATURE = frozenset(("sup", "sub", "rt", "rp", "svg", "math", "option"))


def judge(scene: Scene) -> Iterator[Outcome]:
    layout = scene.layout
    boxes: dict[int, Rect] = {}
    letters: dict[int, int] = {}
    for run in scene.runs:
        if layout.pseudo(run.element):
            continue
        letters[run.element] = letters.get(run.element, 0) + sum(c.isalpha() for c in run.text)
        boxes[run.element] = boxes[run.element].union(run.rect) if run.element in boxes else run.rect
    for element, box in boxes.items():
        if letters[element] < RULE.thresholds["letters"] or decorative(scene, element) or _exempt(scene, element):
            continue
        yield _element(scene, element, box)


def _exempt(scene: Scene, element: int) -> bool:
    """Raised and lowered signs, drawings, what is scaled by a transform, and what a reader is not shown."""
    layout = scene.layout
    above = [element, *(a for a in layout.ancestors(element) if layout.types[a] == 1)]
    return inner(scene, element) or any(
        layout.names[a] in _SMALL_BY_NATURE or layout.style(a, "vertical-align") in ("super", "sub") or turned(scene, a)
        for a in above
    )


def _element(scene: Scene, element: int, box: Rect) -> Outcome:
    size, required = scene.layout.pixels(element, "font-size"), RULE.thresholds["small"]
    if size <= 0 or size >= required:
        return Outcome(Verdict.PASS, element)
    if scene.pixels is not None:
        clip = scene.text_clip(element)
        ink = scene.pixels.ink(box if clip is None else box.intersect(clip))
        if ink is None or ink.sum() < RULE.thresholds["least_ink"]:
            return Outcome(Verdict.INCOMPLETE, element, reason="nothing-painted")
    return Outcome(
        Verdict.FAIL,
        element,
        box,
        measured={"size": round(size, 1)},
        required={"size": required},
        extent=min(1.0, (required - size) / required),
        severity=Severity.INFORMATION if size >= RULE.thresholds["tiny"] else None,
        blame=(ByDeclaration(element, ("font-size",)), ByTag(element)),
    )


RULE = Rule(
    id="text-too-small",
    group="legibility",
    severity=Severity.WARNING,
    title="Text is too small to read",
    message="Text is {size} px high; below {required_size} px few people can read it.",
    why="Many people cannot read letters this small at a normal distance, least of all on a phone.",
    fix="Set at least 12 px (0.75rem) for notes and 16 px (1rem) for running text.",
    thresholds={"tiny": 9.0, "small": 10.0, "letters": 3, "least_ink": 8},
    view=judge,
    related="The text that is too small.",
)
