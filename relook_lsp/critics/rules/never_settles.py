"""The flow of the page is still moving at the last moment that was looked at, as it was at every one before.

Information: a page may have reasons (a ticker, a log), and only its author knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from relook_lsp.core.finding import ByTag, Outcome, Severity, Verdict
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.scene import Scene
from relook_lsp.critics.shifts import shift


def judge(scene: Scene) -> Iterator[Outcome]:
    layout = scene.layout
    body = layout.find("body")
    views = scene.snapshot.moments(scene.view.viewport)
    if body is None or scene.view.role != "configured" or len(views) < RULE.thresholds["moments"]:
        return
    shifts = [shift(before, after) for before, after in pairwise(views)]
    if any(s is None or s.pusher is None or s.distance < RULE.thresholds["distance"] for s in shifts):
        yield Outcome(Verdict.PASS, body)
        return
    last = shifts[-1]
    assert last is not None and last.pusher is not None
    yield Outcome(
        Verdict.FAIL,
        body,
        last.box,
        measured={"moves": len(shifts), "distance": round(last.distance)},
        required={"moves": 0},
        extent=0.5,
        blame=(ByTag(last.pusher),),
        data={"pusher": layout.short_name(last.pusher)},
    )


RULE = Rule(
    id="never-settles",
    group="time",
    severity=Severity.INFORMATION,
    title="The page does not come to rest",
    message="Page never comes to rest: at the last moment, {pusher} still pushes what follows it ({distance} px).",
    why="People cannot read or press what keeps moving.",
    fix="Keep the room of what changes constant, or stop the movement after a few seconds.",
    thresholds={"moments": 3, "distance": 8},
    view=judge,
    related="The page that does not rest.",
    source="WCAG 2.2, 2.2.2 Pause, Stop, Hide",
)
