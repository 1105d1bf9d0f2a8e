"""A large part of the page flashes more than three times within a second.

Pictures 40 ms apart for one second cost about a second, so they are taken only where a large element has a quick
animation without an end. Of scripts, videos and animated pictures that flash nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from relook_lsp.core.finding import ByDeclaration, ByTag, NeedFlicker, Outcome, Severity, Verdict
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Flicker
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext

_ASKED = 2
"""Elements of one page that are looked at so closely."""


def judge(context: ViewContext) -> Iterator[Outcome]:
    views = context.snapshot.settled_views
    desk = max(views, key=lambda view: view.viewport.width, default=None)
    if context.view is not desk:  # one window is enough: the same things flash in all of them
        return
    window = Rect(0, 0, context.width, context.view.viewport.height)
    suspects = [n for n in context.layout.elements if _repeats_quickly(context, n) and context.is_shown(n)]
    large = {
        n: box for n in suspects if (box := context.visible_rect(n).intersect(window)).area >= RULE.thresholds["area"]
    }
    for node in sorted(large, key=lambda n: -large[n].area)[:_ASKED]:
        yield _judge_element(context, node, large[node])


def _repeats_quickly(context: ViewContext, node: int) -> bool:
    """Whether the element's animation repeats often enough to flash for a second."""
    layout, thresholds = context.layout, RULE.thresholds
    if layout.style(node, "animation-name") in ("none", ""):
        return False
    lasting = [_parse_seconds(part) for part in layout.style(node, "animation-duration").split(",")]
    times = [_parse_iterations(part) for part in layout.style(node, "animation-iteration-count").split(",")]
    return any(0 < one <= thresholds["period"] for one in lasting) and max(times) >= thresholds["repeats"]


def _parse_seconds(text: str) -> float:
    text = text.strip()
    return float(text[:-2]) / 1000 if text.endswith("ms") else float(text.rstrip("s") or 0)


def _parse_iterations(text: str) -> float:
    return float("inf") if text.strip() == "infinite" else float(text.strip() or 0)


def _judge_element(context: ViewContext, node: int, box: Rect) -> Outcome:
    layout = context.layout
    key = (context.view.id, layout.key(node))
    seen = context.snapshot.evidence.flicker.get(key)
    if seen is None:
        return Outcome(Verdict.INCOMPLETE, node, reason="unconfirmed", need=NeedFlicker(*key))
    count, area = count_flashes(seen)
    if area < RULE.thresholds["area"]:
        return Outcome(Verdict.PASS, node)
    return Outcome(
        Verdict.FAIL,
        node,
        box,
        measured={"flashes": count, "area": round(area)},
        required={"flashes": RULE.thresholds["flashes"]},
        extent=1.0,
        blame=(ByDeclaration(node, ("animation-name", "animation-duration"), ("none",)), ByTag(node)),
        message_values={"element": layout.short_name(node)},
    )


def count_flashes(seen: Flicker) -> tuple[int, float]:
    """(most flashes of any square, area in pixels of the squares with too many) within the second."""
    light = np.array(seen.light, dtype=np.float64)
    if light.ndim != 2 or not light.size:
        return 0, 0.0
    counts = np.array([_count_luminance_flashes(column) for column in light.T])
    many = counts[counts > RULE.thresholds["flashes"]]
    return (int(many.max()), float(many.size * seen.cell**2)) if many.size else (0, 0.0)


def _count_luminance_flashes(light: NDArray[np.float64]) -> int:
    """Pairs of opposing changes of at least a tenth of full luminance, the darker end below 0.8 (WCAG 2.2, general
    flash): extremes are followed, so that a change may take several pictures."""
    change, dark = RULE.thresholds["change"], RULE.thresholds["dark"]
    turns, low, high, rising = 0, light[0], light[0], 0
    for value in light[1:]:
        low, high = min(low, value), max(high, value)
        if rising <= 0 and value - low >= change and low < dark:
            turns, rising, high = turns + 1, 1, value
        elif rising >= 0 and high - value >= change and value < dark:
            turns, rising, low = turns + 1, -1, value
    return turns // 2


RULE = Rule(
    id="flashing",
    group="time",
    severity=Severity.ERROR,
    title="Part of the page flashes",
    message="{element} flashes {flashes} times within a second; more than {required_flashes} can cause seizures.",
    why="Flashes of a large area can cause seizures, and make everything beside them hard to read.",
    fix="Slow the animation down to at most three flashes a second, make its change of brightness small, or stop it (`prefers-reduced-motion`).",
    thresholds={"flashes": 3, "area": 21824, "change": 0.1, "dark": 0.8, "period": 1.5, "repeats": 2},
    view=judge,
    related="What flashes.",
    source="WCAG 2.2, 2.3.1 Three Flashes or Below Threshold",
)
