"""A control that is smaller than a fingertip and too near to another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import hypot

from relook_lsp.core.finding import ByDeclaration, ByTag, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene
from relook_lsp.critics.targets import targets

_OF_THE_BROWSER = {
    ("input", "checkbox"): (13.0, 13.0),
    ("input", "radio"): (13.0, 13.0),
    ("input", "range"): (129.0, 16.0),
}


def judge(scene: Scene) -> Iterator[Outcome]:
    layout = scene.layout
    areas = targets(scene)
    size = RULE.thresholds["size"]
    small = {n: box for n, box in areas.items() if min(box.width, box.height) < size - RULE.thresholds["tolerance"]}
    groups: dict[tuple[object, ...], list[tuple[int, int, Rect]]] = defaultdict(list)
    for node, box in areas.items():
        near = None if node not in small or _exempt(scene, node, areas) else _too_near(scene, node, areas, small)
        if near is None:
            yield Outcome(Verdict.PASS, node)
        else:
            # Links of one list are one defect, not twenty.
            parent = layout.parents[node]
            kind = (layout.names[node], layout.attribute(node, "class"), layout.names[parent], layout.parents[parent])
            groups[kind].append((node, near, box))
    for members in groups.values():
        node, near, box = min(members, key=lambda m: (min(m[2].width, m[2].height), m[0]))
        yield Outcome(
            Verdict.FAIL,
            node,
            box,
            measured={"width": round(box.width, 1), "height": round(box.height, 1), "alike": len(members) - 1},
            required={"size": size},
            extent=min(1.0, 0.2 + (size - min(box.width, box.height)) / size),
            blame=(
                ByDeclaration(node, ("width", "height") if box.width < box.height else ("height", "width"), ("auto",)),
                ByTag(node),
            ),
            data={
                "near": layout.selector(near),
                "others": f" So are {len(members) - 1} more like it." if len(members) > 1 else "",
            },
        )


def _too_near(scene: Scene, node: int, areas: dict[int, Rect], small: dict[int, Rect]) -> int | None:
    """Another target inside the circle that WCAG draws around the middle of a small one."""
    size = RULE.thresholds["size"]
    x, y = areas[node].centre
    for other, box in areas.items():
        if other == node or scene.layout.within(other, node) or scene.layout.within(node, other):
            continue
        if other in small:
            distance = hypot(box.centre[0] - x, box.centre[1] - y)
            if distance < size - RULE.thresholds["tolerance"] and distance > 1:
                return other
        elif _distance(x, y, box) < size / 2 - RULE.thresholds["tolerance"] and not _stacked(box, areas[node]):
            return other
    return None


def _stacked(box: Rect, other: Rect) -> bool:
    """Whether one lies inside the other, like the clear button in a search field: apart only in depth."""
    return box.contains(other, 1) or other.contains(box, 1)


def _distance(x: float, y: float, box: Rect) -> float:
    return hypot(max(box.x - x, 0, x - box.right), max(box.y - y, 0, y - box.bottom))


def _exempt(scene: Scene, node: int, areas: dict[int, Rect]) -> bool:
    return _in_sentence(scene, node) or _of_the_browser(scene, node) or _equivalent(scene, node, areas)


def _in_sentence(scene: Scene, node: int) -> bool:
    """Whether text that is no target stands on the same line, or the target itself breaks over lines."""
    layout = scene.layout
    if layout.style(node, "display") not in ("inline", "inline-block"):
        return False
    block = next(
        (a for a in layout.ancestors(node) if layout.has_box(a) and layout.style(a, "display") != "inline"), None
    )
    own = [run.rect for run in scene.runs if layout.within(run.element, node)]
    if len({round(rect.y) for rect in own}) > 1:
        return True
    box = layout.rect(node)
    for run in scene.runs:
        if block is None or not layout.within(run.element, block) or not any(c.isalpha() for c in run.text):
            continue
        if any(scene.is_control(a) for a in (run.element, *layout.ancestors(run.element)) if layout.types[a] == 1):
            continue
        if min(run.rect.bottom, box.bottom) - max(run.rect.y, box.y) > 2:
            return True
    return False


def _of_the_browser(scene: Scene, node: int) -> bool:
    """Whether the control has the size that the browser gave it."""
    layout = scene.layout
    if layout.style(node, "appearance") in ("none", ""):
        return False
    name, kind = layout.names[node], (layout.attribute(node, "type") or "text").lower()
    standard = _OF_THE_BROWSER.get((name, kind))
    rect = layout.rect(node)
    if standard is not None:
        return abs(rect.width - standard[0]) <= 1 and abs(rect.height - standard[1]) <= 1
    return name in ("button", "select", "input", "textarea") and abs(layout.pixels(node, "font-size") - 40 / 3) < 0.1


def _equivalent(scene: Scene, node: int, areas: dict[int, Rect]) -> bool:
    """Whether another link, large enough, leads to the same place."""
    layout, size = scene.layout, RULE.thresholds["size"]
    href = layout.attribute(node, "href")
    return bool(href) and any(
        other != node and layout.attribute(other, "href") == href and min(box.width, box.height) >= size
        for other, box in areas.items()
    )


RULE = Rule(
    id="small-target",
    group="interaction",
    severity=Severity.WARNING,
    title="A control is too small to hit",
    message="The area to hit is {width} by {height} px, and {near} is close by; it needs {required_size} by {required_size} px, or room around it.{others}",
    why="Fingers, and hands that tremble, hit the neighbour instead.",
    fix="Give the control padding or a minimum size, or more distance to its neighbours.",
    thresholds={"size": 24, "tolerance": 0.6},
    view=judge,
    related="The small control.",
    source="WCAG 2.2, 2.5.8 Target Size (Minimum)",
)  # fmt: skip
