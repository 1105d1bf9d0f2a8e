"""Reviews a defect that changes style alone in the live page of its clean version: no reload, a tenth of the cost.

The resulting snapshot equals that of the broken page after a load: its sources are the broken texts, and node keys are
the positions of the tags in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.style_trial import trial_style
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Evidence, Snapshot, View
from relook_lsp.critics.engine import judge_snapshot
from relook_lsp.critics.registry import RULES
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.refine.repair_site import needed_styles_for_repair
from relook_lsp.review.pipeline import Review
from relook_lsp.review.provisional.trial_report import map_declaration_owners, map_snapshot, report_trial
from relook_lsp.source.style_changes import style_changes_of

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


def find_suspicions(snapshot: Snapshot, options: CriticOptions, rules: Collection[str]) -> frozenset[tuple[str, str]]:
    """(rule, node key) that these rules do not let pass where they see no picture of the settled views. Pure."""
    judged = tuple(rule for rule in RULES if rule.id in rules)
    judgement = judge_snapshot(strip_pictures(snapshot, snapshot.settled_views), options, judged)
    return frozenset(
        [*((d.rule.id, d.key) for d in judgement.defects), *((one.rule, one.key) for one in judgement.incomplete)]
    )


async def may_add_findings(
    live: Capture, base: Snapshot, patch: Patch, options: CriticOptions, views: Sequence[View], rules: Collection[str]
) -> bool:
    """Whether ``tried`` may find anything that the clean page does not show: boxes are measured, no picture is made.
    True where more than style changes. Raises ``RelookError``."""
    change = style_changes_of(patch, base.sources.values(), base.page)
    if change is None:
        return True
    before = replace(base, views=tuple(views))
    async with trial_style(live, change) as trial:
        seen = [await trial.capture_layout(view) for view in views]
    after = replace(base, views=tuple(seen))
    known = await asyncio.to_thread(find_suspicions, before, options, rules)
    return not await asyncio.to_thread(find_suspicions, after, options, rules) <= known


async def review_in_live_page(
    live: Capture, base: Snapshot, patch: Patch, options: CriticOptions, views: Sequence[View], rules: Collection[str]
) -> Review | None:
    """The review, of these rules only, of these views of ``base`` under ``patch``; None where more than style changes.
    Raises ``RelookError`` where the live page cannot show it."""
    change = style_changes_of(patch, base.sources.values(), base.page)
    if change is None:
        return None
    judged = tuple(rule for rule in RULES if rule.id in rules)
    async with trial_style(live, change) as trial:
        seen = [(await trial.capture_view(view)).snapshot.views[0] for view in views]
        shown = map_snapshot(replace(base, views=tuple(seen), evidence=Evidence()), patch)
        capture, report = await report_trial(live, shown, patch, options, judged)
        snapshot = await capture.collect_styles(needed_styles_for_repair(report, capture.snapshot))
    return Review(report, map_declaration_owners(snapshot, patch))
