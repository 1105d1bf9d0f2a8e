"""The page jumps after it was loaded, though nobody touched it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from relook_lsp.core.finding import Blame, ByAttribute, ByTag, Outcome, Severity, Verdict
from relook_lsp.critics.layout_shifts import LayoutShift, measure_shift
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    layout = context.layout
    views = context.snapshot.views_over_time(context.view.viewport)
    body = layout.find_first("body")
    if body is None or context.view.role != "configured":
        return
    worst: tuple[LayoutShift, int, int, int] | None = None
    for before, after in pairwise(views):
        found = measure_shift(before, after)
        if found is None or found.pusher is None or found.score < RULE.thresholds["score"]:
            continue
        # The finding speaks of the settled page, where what pushed must still be.
        pusher = layout.nodes_by_key.get(after.layout.key(found.pusher))
        first = layout.nodes_by_key.get(after.layout.key(found.moved[0]))
        if pusher is not None and first is not None and (worst is None or found.score > worst[0].score):
            worst = (found, pusher, first, after.moment)
    if worst is None:
        yield Outcome(Verdict.PASS, body)
        return
    found, pusher, first, moment = worst
    picture = next((n for n in (pusher, *layout.children[pusher]) if layout.names[n] == "img"), None)
    blame: tuple[Blame, ...] = (ByTag(pusher),)
    if picture is not None and layout.attribute(picture, "height") is None:
        blame = (ByAttribute(picture, ("src",)), ByTag(picture))
    yield Outcome(
        Verdict.FAIL,
        body,
        found.box,
        measured={"score": round(found.score, 3), "distance": round(found.distance), "element": layout.selector(first)},
        required={"score": RULE.thresholds["score"]},
        extent=min(1.0, 0.3 + found.score),
        # Between the two, things may well come in on purpose.
        severity=None if found.score > RULE.thresholds["poor"] else Severity.INFORMATION,
        blame=blame,
        message_values={
            "pusher": layout.short_name(pusher),
            "element": layout.short_name(first),
            "when": f"{moment / 1000:g}",
        },
        moment=moment,
    )


RULE = Rule(
    id="layout-shift",
    group="time",
    severity=Severity.WARNING,
    title="The page jumps after loading",
    message="{pusher} pushes {element} {distance} px away within {when} s of loading (shift score {score}; at most {required_score}).",
    why="What one is reading or about to press jumps away.",
    fix="Keep the room from the start: `width` and `height` on pictures, `min-height` for what comes later.",
    thresholds={"score": 0.1, "poor": 0.25},
    view=judge,
    related="The page that jumps.",
    source="Layout Instability (W3C draft); Core Web Vitals, CLS at most 0.1, poor above 0.25",
)
