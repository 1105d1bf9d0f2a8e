"""Findings looked at again in the page that is still open, in another style: without a load, in a tenth of the time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.style_trial import StyleTrial
from relook_lsp.core.finding import Finding, NeedView
from relook_lsp.core.snapshot import View
from relook_lsp.critics.engine import Judgement, judge_snapshot
from relook_lsp.critics.registry import BY_ID, RULES
from relook_lsp.critics.rule import CriticOptions, Rule
from relook_lsp.critics.rules import small_range_break
from relook_lsp.review.pipeline import MAX_PASSES

MAX_VIEWS = 4
"""Views in which findings are looked at again, the worst first."""


def single_view_rules(rule: str) -> tuple[Rule, ...]:
    """The rules that can be judged on single views; none for those of the whole page (what happens over time)."""
    if rule == small_range_break.RULE.id:
        return tuple(one for one in RULES if one.sweep)
    found = BY_ID.get(rule)
    timeless = found is not None and found.view is not None and found.group != "time"
    return (found,) if found is not None and timeless else ()


def views_showing(live: Capture, target: Iterable[Finding]) -> list[View]:
    """Views that show the findings, the worst first; the two ends of the layout-only widths where none has a frame:
    there, a lesser defect cannot be told from the same one."""
    extents: dict[str, float] = {}
    for finding in target:
        for name, extent in finding.extent_by_view.items():
            extents[name] = extents.get(name, 0.0) + extent + (finding.view == name)
    views = [view for view in live.snapshot.views if view.id in extents]
    full = sorted((v for v in views if v.frame is not None), key=lambda v: -extents[v.id])
    bare = sorted((v for v in views if v.frame is None), key=lambda v: v.viewport.width)
    return full[:MAX_VIEWS] or list(dict.fromkeys((*bare[:1], *bare[-1:])))


async def judge_trial_view(
    trial: StyleTrial, view: View, options: CriticOptions, rules: tuple[Rule, ...]
) -> tuple[Capture, Judgement]:
    """One view as it is in the trial. Raises like ``Trial.at``."""
    capture = await trial.capture_view(view)
    judgement = await asyncio.to_thread(judge_snapshot, capture.snapshot, options, rules)
    for _ in range(MAX_PASSES - 1):
        needs = [need for need in judgement.needs if not isinstance(need, NeedView)]
        before = capture.snapshot
        if not needs or await capture.answer_needs(needs) is before:
            break
        judgement = await asyncio.to_thread(judge_snapshot, capture.snapshot, options, rules)
    return capture, judgement
