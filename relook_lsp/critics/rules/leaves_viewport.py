"""Text or a control is cut off by the edge of the window, where no scrolling brings it back."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import TextRun
from relook_lsp.critics.boxes import decorative, inner, moved, path, pinned, turned
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.rules.page_scrolls_sideways import locked
from relook_lsp.critics.scene import Scene

_WIDTH = ("width", "min-width", "text-wrap-mode", "white-space-collapse", "flex-shrink")
_PLACE = ("left", "right", "margin-left", "margin-right", "transform", "text-indent")
_NO_CAUSE = ("auto", "0px", "0", "none", "normal", "100%", "0 auto", "static")


def judge(scene: Scene) -> Iterator[Outcome]:
    layout = scene.layout
    root = layout.find("html")
    if root is None or layout.style(root, "direction") == "rtl":
        return
    worst: dict[int, tuple[float, str, TextRun, Rect]] = {}
    seen: set[int] = set()
    for run in scene.runs:
        seen.add(run.element)
        cut = _cut(scene, run)
        if cut is None:
            continue
        side, by, rect = cut
        node = _whole(scene, run.element, side)
        if node not in worst or by > worst[node][0]:
            worst[node] = (by, side, run, rect)
    for node, (by, side, run, rect) in worst.items():
        yield _verdict(scene, node, by, side, run, rect)
    above = {outcome.node: outcome for outcome in _above(scene) if outcome.node not in worst}
    yield from above.values()
    if scene.pixels is not None:
        seen |= {a for n in tuple(seen) for a in layout.ancestors(n) if layout.has_box(a)}
        yield from (Outcome(Verdict.PASS, node) for node in sorted(seen - worst.keys() - above.keys()))


def _above(scene: Scene) -> Iterator[Outcome]:
    """Boxes that are centred in something lower than they are: their beginning lies above the page."""
    layout, tolerance = scene.layout, RULE.thresholds["tolerance"]
    for node in layout.elements:
        rect, parent = layout.rect(node), layout.parents[node]
        if rect.y >= -tolerance or rect.bottom < RULE.thresholds["rest"] or parent < 0 or moved(scene, node):
            continue
        if not any(kind in layout.style(parent, "display") for kind in ("flex", "grid")) or not scene.shown(node):
            continue
        lost = [r for r in layout.runs if r.rect.y < -tolerance and _lost(scene, r, node)]
        if not lost or not any(r.rect.y >= 0 and layout.within(r.element, node) for r in scene.runs):
            continue
        first = min(lost, key=lambda r: r.rect.y)
        column = layout.style(parent, "flex-direction").startswith("column")
        centring = ("justify-content", "align-content") if column else ("align-items", "place-items", "align-content")
        yield Outcome(
            Verdict.FAIL,
            node,
            Rect(rect.x, 0, rect.width, rect.bottom),
            measured={"outside": round(-rect.y, 1), "side": "top"},
            required={"outside": 0},
            extent=min(1.0, 0.3 - rect.y / rect.height),
            blame=(
                ByDeclaration(parent, ("height", "max-height"), _NO_CAUSE),
                ByDeclaration(parent, centring, ("normal",)),
                ByTag(node),
            ),
            data={"by": round(-rect.y), "side": "top", "text": first.text.strip()[:40]},
        )


def _lost(scene: Scene, run: TextRun, node: int) -> bool:
    if not scene.layout.within(run.element, node) or not scene.shown(run.element) or inner(scene, run.element):
        return False
    clip = scene.text_clip(run.element)
    still = not any(moved(scene, n) for n in path(scene, run.element, node))
    return still and (clip is None or clip.intersect(run.rect).area > 0)


def _cut(scene: Scene, run: TextRun) -> tuple[str, float, Rect] | None:
    """(side, pixels lost, visible part) of a line that the window cuts off."""
    layout, tolerance = scene.layout, RULE.thresholds["tolerance"]
    clip = scene.text_clip(run.element)
    rect = run.rect if clip is None else run.rect.intersect(clip)
    if rect.x < -tolerance and rect.x > -RULE.thresholds["hidden"]:
        return "left", -rect.x, Rect(0, rect.y, rect.right, rect.height)
    beyond = rect.right > scene.layout_width + tolerance and rect.x < scene.layout_width
    if beyond and (locked(scene) or pinned(scene, run.element)):
        # A clip that ends at the window is the page's own; any nearer one hides on purpose.
        if layout.style(run.element, "text-overflow") == "ellipsis" or scene.scroller(run.element) is not None:
            return None
        return "right", rect.right - scene.layout_width, Rect(rect.x, rect.y, scene.layout_width - rect.x, rect.height)
    return None


def _whole(scene: Scene, element: int, side: str) -> int:
    """The outermost element that the same edge cuts: one finding for a column, not one for each of its lines."""
    layout, node = scene.layout, element
    for each in path(scene, element, -1):
        rect = layout.rect(each)
        out = rect.x < -1 if side == "left" else rect.right > scene.layout_width + 1
        if layout.names[each] in ("html", "body") or not out:
            break
        node = each
    return node


def _verdict(scene: Scene, node: int, by: float, side: str, run: TextRun, rect: Rect) -> Outcome:
    layout = scene.layout
    if decorative(scene, run.element) or inner(scene, run.element) or layout.pseudo(run.node):
        return Outcome(Verdict.INCOMPLETE, node, reason="decoration")
    if any(layout.style(n, "animation-name") not in ("none", "") for n in path(scene, run.element, -1)):
        return Outcome(Verdict.INCOMPLETE, node, reason="animated")
    if any("matrix3d" in layout.style(n, "transform") for n in path(scene, run.element, -1)):
        # A stage in space, where keys or time bring the next part into the window.
        return Outcome(Verdict.INCOMPLETE, node, reason="in-space")
    box = layout.rect(node)
    outside = -box.x if side == "left" else box.right - scene.layout_width
    placed = [n for n in path(scene, run.element, -1) if turned(scene, n) or layout.style(n, "position") in ("absolute", "fixed")]  # fmt: skip
    if placed and outside > box.width / 2:
        # Mostly out of sight: a drawer, a slide, a peeking panel.
        return Outcome(Verdict.INCOMPLETE, node, reason="off-canvas")
    if scene.pixels is not None:
        size = max(8.0, layout.pixels(run.element, "font-size"))
        last = Rect(0, rect.y, 2 * size, rect.height) if side == "left" else Rect(rect.right - 2 * size, rect.y, 2 * size, rect.height)  # fmt: skip
        ink = scene.pixels.ink(last)
        if ink is None or ink.sum() < RULE.thresholds["least_ink"]:
            return Outcome(Verdict.INCOMPLETE, node, reason="nothing-painted")
    chain = list(dict.fromkeys((node, *reversed(list(path(scene, run.element, node))))))
    wide = max(box.width, run.rect.width) > scene.layout_width
    names = (*_WIDTH, *_PLACE) if wide else _PLACE
    return Outcome(
        Verdict.FAIL,
        node,
        rect,
        measured={"outside": round(by, 1), "side": side},
        required={"outside": 0},
        extent=min(1.0, 0.2 + by / max(run.rect.width, 1)),
        blame=(*(ByDeclaration(n, names, _NO_CAUSE) for n in chain), ByTag(node)),
        data={"by": round(by), "side": side, "text": run.text.strip()[:40]},
    )


RULE = Rule(
    id="leaves-viewport",
    group="layout",
    severity=Severity.ERROR,
    title="Text leaves the window",
    message="Text “{text}” is cut off at the {side} edge of the window; scrolling cannot reach the missing {by} px.",
    why="What lies beyond an edge that cannot be scrolled to can be neither read nor used.",
    fix="Keep the element inside: no negative offset, `max-width: 100%`, wrapping for long lines, or a scroll container of its own.",
    thresholds={"tolerance": 3.0, "hidden": 1000.0, "least_ink": 6, "rest": 40.0},
    view=judge,
    sweep=True,
    related="The element that is cut off.",
    source="WCAG 2.2, 1.4.10 Reflow",
)  # fmt: skip
