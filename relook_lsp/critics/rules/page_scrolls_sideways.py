"""The whole page can be scrolled sideways."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedPaint, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene

CAUSES = (
    "width", "min-width", "left", "right", "margin-left", "margin-right", "grid-template-columns", "flex-wrap",
    "white-space", "white-space-collapse", "text-wrap-mode", "flex-shrink", "transform", "padding-left", "padding-right",
)  # fmt: skip


def judge(scene: Scene) -> Iterator[Outcome]:
    layout = scene.layout
    root = layout.find("html")
    if root is None:
        return
    over = layout.content[0] - scene.layout_width
    locked = any(
        layout.style(node, "overflow-x") in ("hidden", "clip")
        for node in (root, layout.find("body"))
        if node is not None and layout.has_box(node)
    )
    if over < RULE.thresholds["tolerance"] or locked:
        yield Outcome(Verdict.PASS, root)
        return
    culprits = _culprits(scene, scene.layout_width + RULE.thresholds["tolerance"])
    if not culprits:
        yield Outcome(Verdict.INCOMPLETE, root, reason="no-culprit")
        return
    worst = culprits[0]
    if scene.pixels is not None:
        paint = scene.paint(worst)
        if paint is None:
            yield Outcome(
                Verdict.INCOMPLETE, root, reason="unconfirmed", need=NeedPaint(scene.view.id, layout.key(worst))
            )
            return
        edge = scene.layout_width
        if paint.changed == 0 or paint.box.right <= edge + RULE.thresholds["tolerance"]:
            # Nothing is to be seen out there; the page scrolls all the same, but to emptiness.
            yield Outcome(Verdict.INCOMPLETE, root, reason="nothing-painted")
            return
    rect = layout.rect(worst)
    yield Outcome(
        Verdict.FAIL,
        root,
        Rect(rect.x, rect.y, max(rect.width, layout.content[0] - rect.x), max(rect.height, 1)),
        measured={"over": round(over, 1), "document": layout.content[0], "element": layout.selector(worst)},
        required={"document": scene.layout_width},
        extent=min(1.0, 0.2 + over / scene.layout_width),
        blame=(
            ByDeclaration(worst, CAUSES, ("auto", "0px", "0", "none", "normal")),
            ByTag(worst),
        ),
        data={"by": round(over), "element": layout.selector(worst)},
    )


def _culprits(scene: Scene, edge: float) -> list[int]:
    """Elements that reach beyond the edge and are not cut off, the farthest first; of nested ones the outermost
    that sets the width itself, which is the innermost whose own children do not reach as far."""
    layout = scene.layout
    found: list[tuple[float, int]] = []
    for node in layout.elements:
        if layout.names[node] in ("html", "body") or not scene.shown(node):
            continue
        rect = layout.rect(node)
        if rect.right <= edge or rect.width <= 0 or layout.style(node, "position") == "fixed":
            continue
        clip = scene.clip(node)
        if clip is not None and clip.right <= edge:
            continue
        found.append((rect.right, node))
    text = [
        (run.rect.right, run.element)
        for run in scene.runs
        if run.rect.right > edge and ((clip := scene.text_clip(run.element)) is None or clip.right > edge)
    ]
    far = max((right for right, _ in found + text), default=0.0)
    reaching = {node for right, node in found if right >= far - 1}
    if not reaching:
        return [node for right, node in text if right >= far - 1]
    # A container is as wide as its widest child; the child is to blame unless the container is wide by itself.
    innermost = [
        n for n in reaching if not any(layout.parents[m] == n or layout.within(m, n) for m in reaching if m != n)
    ]
    return sorted(innermost)


RULE = Rule(
    id="page-scrolls-sideways",
    group="layout",
    severity=Severity.ERROR,
    title="The page scrolls sideways",
    message="The page is {by} px wider than its window: {element} sticks out, so visitors must scroll sideways.",
    why="A page that scrolls in two directions loses the reader's place, and on a phone it shrinks or wobbles under the thumb.",
    fix="Let the element shrink: `max-width: 100%` instead of a fixed width, `min-width: 0` on flex and grid items, wrapping for rows and long words.",
    thresholds={"tolerance": 1.0},
    view=judge,
    sweep=True,
    related="This element is wider than the window.",
    source="WCAG 2.2, 1.4.10 Reflow",
)
