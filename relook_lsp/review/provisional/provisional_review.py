"""What an edit of style does, seen in the page of the last review while it is still open: told before the next review is
done. Only the windows that look otherwise are looked at, and only there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.style_trial import StyleTrial, trial_style
from relook_lsp.core.finding import (
    RULE_FAILED,
    Finding,
    Need,
    NeedFocus,
    NeedPicture,
    NeedStyles,
    NeedView,
    Report,
)
from relook_lsp.core.geometry import Rect
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Layout, Snapshot, Source, View
from relook_lsp.critics.engine import judge_view_early
from relook_lsp.critics.incremental_run import IncrementalRun
from relook_lsp.critics.registry import RULES
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.critics.rules import no_visible_focus, small_range_break
from relook_lsp.review.assemble import split_suppressed
from relook_lsp.review.provisional.changed_area import changed_rect
from relook_lsp.review.provisional.trial_report import map_findings, map_snapshot, map_view, report_trial
from relook_lsp.source.style_changes import style_changes_of

_SEEN = tuple(rule for rule in RULES if rule.view is not None and rule.group != "time" and "settled" in rule.roles)
"""Rules that judge a window as it is in the end."""


@dataclass(frozen=True)
class ProvisionalReport:
    """What is known of a page under an edit before its review. ``stale`` are ids of views that look otherwise now."""

    report: Report
    sources: Mapping[str, Source]
    stale: frozenset[str]


async def review_provisionally(
    live: Capture, report: Report, patch: Patch, options: CriticOptions, drift: Callable[[], Awaitable[Container[str]]]
) -> ProvisionalReport | None:
    """The report of the page under the patch, as far as its windows tell: what shows where they look otherwise is judged
    again, all else stays as it is and moves with the text. Views of which ``drift`` has the id (``drifted``) tell nothing;
    it is asked for only where the patch changes style alone, None where it changes more. Raises ``RelookError`` and ``PatchError``."""
    base = live.snapshot
    change = style_changes_of(patch, base.sources.values(), base.page)
    if change is None:
        return None
    apart = await drift()
    touched = {one.rule for one in report.findings if _patch_touches(patch, one)}
    # Asking for the focus of every control takes longer than all else.
    rules = tuple(rule for rule in _SEEN if rule.id in touched or rule is not no_visible_focus.RULE)
    parts: dict[str, _ViewPart] = {}
    incremental_run, thread = IncrementalRun(options), ThreadPoolExecutor(1, "judge")

    async def look(trial: StyleTrial, touch: bool) -> None:
        for view in (one for one in base.settled_views if one.viewport.touch is touch and one.id not in apart):
            bare = await trial.capture_layout(view)
            clip = await asyncio.to_thread(changed_rect, view.layout, bare.layout, view.viewport)
            if clip is not None:
                shown = map_view(await trial.capture_clip(bare, clip), patch, base.page)
                parts[view.id] = _ViewPart(shown, clip)
                thread.submit(judge_view_early, shown, options, incremental_run, rules)

    def asked(need: Need) -> bool:
        return isinstance(need, NeedFocus) or (
            not isinstance(need, NeedPicture | NeedView)
            and parts[need.view].covers_node(need.keys[0] if isinstance(need, NeedStyles) else need.key)
        )

    after = map_snapshot(base, patch)
    known = map_findings(report.all_findings, patch, after)
    try:
        async with trial_style(live, change) as trial:
            await asyncio.gather(look(trial, True), look(trial, False))
            if parts:
                shown = replace(after, views=tuple(parts[v.id].view for v in base.settled_views if v.id in parts))
                _, fresh = await report_trial(live, shown, patch, options, rules, asked, incremental_run, thread)
                known = _merge_findings(known, fresh, after, parts, frozenset(rule.id for rule in rules))
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
    findings, suppressed = split_suppressed(after, known)
    return ProvisionalReport(replace(report, findings=findings, suppressed=suppressed), after.sources, frozenset(parts))


class _ViewPart(NamedTuple):
    """A view and the part of it that was looked at."""

    view: View
    clip: Rect

    def covers_node(self, key: str, layout: Layout | None = None) -> bool:
        """Whether all of the node that is on the page was looked at, where it was in this layout of the view (none: where
        it is now). The page as a whole is judged by its boxes."""
        layout = layout or self.view.layout
        node = layout.nodes_by_key.get(key)
        if node is None or layout.names[node] == "html":
            return node is not None
        width, height = self.view.layout.content_size
        page = Rect(0, 0, max(width, self.view.viewport.width), max(height, self.view.viewport.height))
        box = layout.rect(node).intersect(page)
        return box.area > 0 and self.clip.contains(box, 1)


def _merge_findings(
    known: Sequence[Finding], fresh: Report, before: Snapshot, parts: Mapping[str, _ViewPart], rules: frozenset[str]
) -> tuple[Finding, ...]:
    """Findings with what was seen now in the parts that were looked at, and nowhere else."""
    views = {view.id: view for view in before.settled_views}
    seen = {one.identity: one for one in fresh.all_findings}
    doubtful = {(one.rule, one.key) for one in fresh.incomplete}
    failed = {one.rule for one in fresh.incomplete if one.reason == RULE_FAILED}

    def looked(finding: Finding, view: str) -> bool:
        return view in parts and parts[view].covers_node(finding.key, views[view].layout)

    def now(finding: Finding) -> Finding | None:
        ends = finding.extent_by_view.keys() & views.keys()
        if finding.source != "measured" or finding.rule not in rules or not all(looked(finding, view) for view in ends):
            return finding
        if not ends or finding.identity in doubtful or finding.rule in failed:
            return finding
        again = seen.get(finding.identity)
        # At which widths it shows is not looked at.
        return finding if again is not None and (finding.failing_widths or again.failing_widths) else again

    identities = {one.identity for one in known}
    small = {one.key for one in known if one.rule == small_range_break.RULE.id}
    new = (
        one
        for one in fresh.all_findings
        if one.identity not in identities and one.key not in small and looked(one, one.view)
    )
    return (*(again for one in known if (again := now(one)) is not None), *new)


def _patch_touches(patch: Patch, finding: Finding) -> bool:
    """Whether the patch changes the finding's cause, or what that refers to (a custom property)."""
    places = (finding.cause, *(one.location for one in finding.related))
    return any(
        edit.span.start <= place.span.end and place.span.start <= edit.span.end
        for place in places
        for edit in patch.replacements
        if edit.path == place.path
    )
