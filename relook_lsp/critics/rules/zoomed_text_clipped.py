"""Text that is whole at first and cut off when a visitor zooms to 200 %.

Zooming a window of 1280 x 800 to 200 % leaves the page 640 x 400 CSS pixels: a desktop look at that size is what the
visitor sees. What is cut without zooming already is reported by ``text-clipped``, and not again.
"""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.finding import Outcome, Severity
from relook_lsp.critics.clipping import THRESHOLDS, TextClipping
from relook_lsp.critics.rule import Rule
from relook_lsp.critics.view_context import ViewContext


def judge(context: ViewContext) -> Iterator[Outcome]:
    clipping = TextClipping(context, RULE)
    if clipping.worst:
        before = _keys_cut_without_zoom(context)
        keys = {node: context.layout.key(node) for node in clipping.worst}
        clipping.worst = {node: cut for node, cut in clipping.worst.items() if keys[node] not in before}
    yield from clipping.outcomes()


def _keys_cut_without_zoom(context: ViewContext) -> set[str]:
    """Keys of boxes that cut text in a configured window."""
    settled = (ViewContext(context.snapshot, view, context.options) for view in context.snapshot.settled_views)
    return {one.layout.key(node) for one in settled for node in TextClipping(one, RULE).worst}


RULE = Rule(
    id="zoomed-text-clipped",
    group="legibility",
    severity=Severity.WARNING,
    title="Letters are cut off when the page is zoomed",
    message="Zoomed to 200 %, {holder} cuts {cut} px off its text at the {side}.",
    why="People who cannot read small text zoom in; half letters cannot be read at any size.",
    fix="Let the box grow with its text: `min-height` instead of `height`, and no height in `vh`.",
    thresholds=THRESHOLDS,
    view=judge,
    text_metrics=True,
    roles=("zoom",),
    related="The box that cuts the text.",
    source="WCAG 2.2, 1.4.4 Resize Text; ACT rule 59br37",
)
