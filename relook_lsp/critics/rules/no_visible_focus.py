"""A control that looks the same with and without the keyboard's focus.

Browsers draw a ring of their own, so only a page that takes outlines away is examined. Text fields are left out:
the caret shows where one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedFocus, Outcome, Severity, Verdict
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene
from relook_lsp.critics.targets import targets

_TAKEN_AWAY = re.compile(
    r"outline(-style|-width)?\s*:\s*(none|0|transparent)|outline-none|outline-color\s*:\s*transparent"
)
_WITH_CARET = frozenset(
    ("text", "search", "email", "url", "tel", "password", "number", "date", "time", "month", "week", "datetime-local")
)


def judge(scene: Scene) -> Iterator[Outcome]:
    # One size is enough: a keyboard is used at a desk.
    if scene.pixels is None or scene.view is not _desk(scene):
        return
    layout = scene.layout
    removed = any(_TAKEN_AWAY.search(source.text) for source in scene.snapshot.sources.values())
    seen: set[tuple[str, str | None, str | None]] = set()
    for node in targets(scene):
        kind = (layout.names[node], layout.attribute(node, "class"), layout.attribute(node, "type"))
        if _caret(kind[0], kind[2]) or not _reachable(scene, node) or _under(scene, node):
            continue
        if not removed:
            yield Outcome(Verdict.PASS, node)
        elif kind not in seen and len(seen) < RULE.thresholds["kinds"]:
            # Controls of one kind share their style: one stands for all.
            seen.add(kind)
            yield _control(scene, node)


def _control(scene: Scene, node: int) -> Outcome:
    layout = scene.layout
    key = layout.key(node)
    changed = scene.snapshot.evidence.focus.get((scene.view.id, key))
    if changed is None:
        return Outcome(Verdict.INCOMPLETE, node, reason="unconfirmed", need=NeedFocus(scene.view.id, key))
    if changed < 0:
        return Outcome(Verdict.INCOMPLETE, node, reason="takes-no-focus")
    if changed >= RULE.thresholds["pixels"]:
        return Outcome(Verdict.PASS, node)
    return Outcome(
        Verdict.FAIL,
        node,
        scene.visible_rect(node),
        measured={"changed": changed},
        required={"changed": RULE.thresholds["pixels"]},
        extent=0.5,
        blame=(ByDeclaration(node, ("outline-style", "outline-width", "outline-color"), state="focus"), ByTag(node)),
        data={"control": layout.short_name(node)},
    )


def _desk(scene: Scene) -> object:
    views = scene.snapshot.settled
    return next((view for view in reversed(views) if not view.viewport.touch), views[-1] if views else None)


def _caret(name: str, kind: str | None) -> bool:
    return name == "textarea" or (name == "input" and (kind or "text").lower() in _WITH_CARET)


def _reachable(scene: Scene, node: int) -> bool:
    """Whether the Tab key comes by, and the control can be seen where it stands: on the picture, which ends somewhere."""
    layout, box = scene.layout, scene.visible_rect(node)
    if (layout.attribute(node, "tabindex") or "").startswith("-") or box.width < 4 or box.height < 4:
        return False
    if scene.pixels is None or not scene.pixels.inside(box):
        return False
    return (
        layout.names[node] in ("a", "button", "select", "input", "summary")
        or layout.attribute(node, "tabindex") is not None
    )


def _under(scene: Scene, node: int) -> bool:
    """Whether the control lies under a bar that stays in the window; it is scrolled out from there when it gets the
    focus, which the picture of the whole page does not show."""
    layout, box = scene.layout, scene.visible_rect(node)
    return not scene.fixed(node) and any(
        layout.paint_order(bar) > layout.paint_order(node) and scene.visible_rect(bar).intersect(box).area > 0
        for bar in scene.bars
    )


RULE = Rule(
    id="no-visible-focus",
    group="interaction",
    severity=Severity.WARNING,
    title="Keyboard focus cannot be seen",
    message="{control} looks the same with and without keyboard focus.",
    why="People who use the keyboard cannot see where on the page they are.",
    fix="Keep the browser's outline, or draw your own under `:focus-visible`.",
    thresholds={"pixels": 12, "kinds": 8},
    view=judge,
    related="The control.",
    source="WCAG 2.2, 2.4.7 Focus Visible",
)
