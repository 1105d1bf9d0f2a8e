"""The flow of the page is still moving at the last moment that was looked at, as it was at every one before.

Information: a page may have reasons (a ticker, a log), and only its author knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from relook_lsp.core.finding import ByTag, Outcome, Severity, Verdict
from relook_lsp.critics.layout_shifts import measure_shift
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    body = layout.find_first("body")
    views = context.snapshot.views_over_time(context.view.viewport)
    if body is None or context.view.role != "configured" or len(views) < RULE.thresholds["moments"]:
        return
    shifts = [measure_shift(before, after) for before, after in pairwise(views)]
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
        message_values={"pusher": layout.short_name(last.pusher)},
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
