"""What an edit of style does, seen in the page of the last review while it is still open: told before the next review is
done. Only the windows that look otherwise are looked at, and only there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.restyle import Trial, restyled
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
from relook_lsp.critics.hearing import Hearing
from relook_lsp.critics.registry import RULES
from relook_lsp.critics.rule import Options
from relook_lsp.critics.rules import no_visible_focus, small_range_break
from relook_lsp.critics.run import listen
from relook_lsp.review.assemble import sorted_out
from relook_lsp.review.changed import changed
from relook_lsp.review.restyled import located, moved, renamed, reported
from relook_lsp.source.restyle import restyle

_SEEN = tuple(rule for rule in RULES if rule.view is not None and rule.group != "time" and "settled" in rule.roles)
"""Rules that judge a window as it is in the end."""


@dataclass(frozen=True)
class Glimpse:
    """What is known of a page under an edit before its review. ``stale`` are ids of views that look otherwise now."""

    report: Report
    sources: Mapping[str, Source]
    stale: frozenset[str]


async def glimpse(
    live: Capture, report: Report, patch: Patch, options: Options, drift: Callable[[], Awaitable[Container[str]]]
) -> Glimpse | None:
    """The report of the page under the patch, as far as its windows tell: what shows where they look otherwise is judged
    again, all else stays as it is and moves with the text. Views of which ``drift`` has the id (``drifted``) tell nothing;
    it is asked for only where the patch changes style alone, None where it changes more. Raises ``RelookError`` and ``PatchError``."""
    base = live.snapshot
    change = restyle(patch, base.sources.values(), base.page)
    if change is None:
        return None
    apart = await drift()
    touched = {one.rule for one in report.findings if _touches(patch, one)}
    # Asking for the focus of every control takes longer than all else.
    rules = tuple(rule for rule in _SEEN if rule.id in touched or rule is not no_visible_focus.RULE)
    parts: dict[str, _Part] = {}
    hearing, thread = Hearing(options), ThreadPoolExecutor(1, "judge")

    async def look(trial: Trial, touch: bool) -> None:
        for view in (one for one in base.settled if one.viewport.touch is touch and one.id not in apart):
            bare = await trial.bare(view)
            clip = await asyncio.to_thread(changed, view.layout, bare.layout, view.viewport)
            if clip is not None:
                shown = renamed(await trial.pictured(bare, clip), patch, base.page)
                parts[view.id] = _Part(shown, clip)
                thread.submit(listen, shown, options, hearing, rules)

    def asked(need: Need) -> bool:
        return isinstance(need, NeedFocus) or (
            not isinstance(need, NeedPicture | NeedView)
            and parts[need.view].shows(need.keys[0] if isinstance(need, NeedStyles) else need.key)
        )

    after = moved(base, patch)
    known = located(report.all, patch, after)
    try:
        async with restyled(live, change) as trial:
            await asyncio.gather(look(trial, True), look(trial, False))
            if parts:
                shown = replace(after, views=tuple(parts[v.id].view for v in base.settled if v.id in parts))
                _, fresh = await reported(live, shown, patch, options, rules, asked, hearing, thread)
                known = _merged(known, fresh, after, parts, frozenset(rule.id for rule in rules))
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
    findings, suppressed = sorted_out(after, known)
    return Glimpse(replace(report, findings=findings, suppressed=suppressed), after.sources, frozenset(parts))


class _Part(NamedTuple):
    """A view and the part of it that was looked at."""

    view: View
    clip: Rect

    def shows(self, key: str, layout: Layout | None = None) -> bool:
        """Whether all of the node that is on the page was looked at, where it was in this layout of the view (none: where
        it is now). The page as a whole is judged by its boxes."""
        layout = layout or self.view.layout
        node = layout.by_key.get(key)
        if node is None or layout.names[node] == "html":
            return node is not None
        width, height = self.view.layout.content
        page = Rect(0, 0, max(width, self.view.viewport.width), max(height, self.view.viewport.height))
        box = layout.rect(node).intersect(page)
        return box.area > 0 and self.clip.contains(box, 1)


def _merged(
    known: Sequence[Finding], fresh: Report, before: Snapshot, parts: Mapping[str, _Part], rules: frozenset[str]
) -> tuple[Finding, ...]:
    """Findings with what was seen now in the parts that were looked at, and nowhere else."""
    views = {view.id: view for view in before.settled}
    seen = {one.identity: one for one in fresh.all}
    doubtful = {(one.rule, one.key) for one in fresh.incomplete}
    failed = {one.rule for one in fresh.incomplete if one.reason == RULE_FAILED}

    def looked(finding: Finding, view: str) -> bool:
        return view in parts and parts[view].shows(finding.key, views[view].layout)

    def now(finding: Finding) -> Finding | None:
        ends = finding.extents.keys() & views.keys()
        if finding.source != "measured" or finding.rule not in rules or not all(looked(finding, view) for view in ends):
            return finding
        if not ends or finding.identity in doubtful or finding.rule in failed:
            return finding
        again = seen.get(finding.identity)
        # At which widths it shows is not looked at.
        return finding if again is not None and (finding.widths or again.widths) else again

    identities = {one.identity for one in known}
    small = {one.key for one in known if one.rule == small_range_break.RULE.id}
    new = (
        one for one in fresh.all if one.identity not in identities and one.key not in small and looked(one, one.view)
    )
    return (*(again for one in known if (again := now(one)) is not None), *new)


def _touches(patch: Patch, finding: Finding) -> bool:
    """Whether the patch changes the finding's cause, or what that refers to (a custom property)."""
    places = (finding.cause, *(one.location for one in finding.related))
    return any(
        edit.span.start <= place.span.end and place.span.start <= edit.span.end
        for place in places
        for edit in patch.replacements
        if edit.path == place.path
    )
