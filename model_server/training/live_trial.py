"""Reviews a defect that changes style alone in the live page of its clean version: no reload, a tenth of the cost.

The resulting snapshot equals that of the broken page after a load: its sources are the broken texts, and node keys are
the positions of the tags in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.restyle import restyled
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Evidence, Snapshot, View
from relook_lsp.critics.registry import RULES
from relook_lsp.critics.rule import Options
from relook_lsp.critics.run import judge
from relook_lsp.refine.site import wanted
from relook_lsp.review.restyled import moved, owned, reported
from relook_lsp.review.review import Review
from relook_lsp.source.restyle import restyle

GEOMETRY_RULES = frozenset(
    (
        "elements-collide",
        "leaves-container",
        "leaves-viewport",
        "page-scrolls-sideways",
        "small-range-break",
        "small-target",
        "text-clipped",
        "text-too-small",
        "unintended-wrap",
        "zoomed-text-clipped",
    )
)
"""Rules that suspect a defect from boxes alone, before they look at pixels."""


def strip_pictures(snapshot: Snapshot, views: Sequence[View]) -> Snapshot:
    """The snapshot with these views only, without their pictures and without what was asked about them. Pure."""
    bare = tuple(replace(view, frame=None, background=None) for view in views)
    return replace(snapshot, views=bare, evidence=Evidence())


def find_suspicions(snapshot: Snapshot, options: Options, rules: Collection[str]) -> frozenset[tuple[str, str]]:
    """(rule, node key) that these rules do not let pass where they see no picture of the settled views. Pure."""
    judged = tuple(rule for rule in RULES if rule.id in rules)
    judgement = judge(strip_pictures(snapshot, snapshot.settled), options, judged)
    return frozenset(
        [*((d.rule.id, d.key) for d in judgement.defects), *((one.rule, one.key) for one in judgement.incomplete)]
    )


async def may_add_findings(
    live: Capture, base: Snapshot, patch: Patch, options: Options, views: Sequence[View], rules: Collection[str]
) -> bool:
    """Whether ``tried`` may find anything that the clean page does not show: boxes are measured, no picture is made.
    True where more than style changes. Raises ``RelookError``."""
    change = restyle(patch, base.sources.values(), base.page)
    if change is None:
        return True
    before = replace(base, views=tuple(views))
    async with restyled(live, change) as trial:
        seen = [await trial.bare(view) for view in views]
    after = replace(base, views=tuple(seen))
    known = await asyncio.to_thread(find_suspicions, before, options, rules)
    return not await asyncio.to_thread(find_suspicions, after, options, rules) <= known


async def review_in_live_page(
    live: Capture, base: Snapshot, patch: Patch, options: Options, views: Sequence[View], rules: Collection[str]
) -> Review | None:
    """The review, of these rules only, of these views of ``base`` under ``patch``; None where more than style changes.
    Raises ``RelookError`` where the live page cannot show it."""
    change = restyle(patch, base.sources.values(), base.page)
    if change is None:
        return None
    judged = tuple(rule for rule in RULES if rule.id in rules)
    async with restyled(live, change) as trial:
        seen = [(await trial.at(view)).snapshot.views[0] for view in views]
        shown = moved(replace(base, views=tuple(seen), evidence=Evidence()), patch)
        capture, report = await reported(live, shown, patch, options, judged)
        snapshot = await capture.styles(wanted(report, capture.snapshot))
    return Review(report, owned(snapshot, patch))
