"""Where candidates are shown. A clean render is what counts; before it, a candidate that changes only style is tried
in the live page of its base, which costs a tenth, and is dropped where it does nothing for the findings it is for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.css_support import find_unsupported
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.style_trial import StyleTrial, TrialNotPossible, trial_style
from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.core.snapshot import View
from relook_lsp.critics.rule import Rule
from relook_lsp.refine.acceptance.conditions import GROWTH
from relook_lsp.refine.acceptance.content import (
    VisibleContent,
    content_of_view,
    controls_beyond_window,
    first_missing_in_view,
)
from relook_lsp.refine.repair_site import needed_styles_for_repair
from relook_lsp.refine.trajectory import PageState, Reason, texts_of
from relook_lsp.review.pipeline import Review, ReviewSettings, failed_report, review_and_keep_open
from relook_lsp.review.provisional.drift import find_drifted_views
from relook_lsp.review.provisional.recheck import judge_trial_view, single_view_rules, views_showing
from relook_lsp.source.declarations import Written, written
from relook_lsp.source.style_changes import StyleChanges, style_changes_of

KEPT = 3
"""Live pages kept open: that of the best state and those of the last candidates, one of which may become it."""


@dataclass(frozen=True)
class Screening:
    """What the live page said: whether the candidate could be tried there, and what is against it."""

    tried: bool
    objection: tuple[Reason, str] | None = None


NOT_TRIED = Screening(False)


class CandidateRenderer:
    """Renders of one page and its candidates, several at once where they are asked for; an asynchronous context manager,
    which closes what is open. Without ``guard`` (ablations) a trial does not ask whether content is kept."""

    def __init__(self, driver: Driver, settings: ReviewSettings, kept: int = KEPT, *, guard: bool = True) -> None:
        self._driver = driver
        self._settings = settings
        self._kept = kept
        self._guard = guard
        self._turn = asyncio.Lock()
        """Of trials: a live page shows one candidate at a time."""
        self._live: list[Capture] = []
        """Least recently used first."""
        self._shown: dict[tuple[int, str], tuple[View, VisibleContent, frozenset[str]]] = {}
        """Of views of bases: what they show, and which controls are wider than a window of the page (``controls_beyond_window``)."""

    async def render(self, page: Page) -> Review:
        """A clean render, with the declarations that repairs look at. Never raises for the environment's sake."""
        try:
            live, result = await review_and_keep_open(self._driver, page, self._settings)
        except RelookError as error:
            return Review(failed_report(page, error), None)
        if result.snapshot is None:
            await live.close()
            return result
        try:
            snapshot = await live.collect_styles(needed_styles_for_repair(result.report, result.snapshot))
        except RelookError as error:
            await live.close()
            return Review(failed_report(page, error), None)
        self._live.append(live)
        while len(self._live) > self._kept:
            await self._live.pop(0).close()
        return Review(result.report, snapshot)

    async def screen_candidate(self, base: PageState, patch: Patch, target: Sequence[Finding]) -> Screening:
        """Asks whether the browser takes what the candidate declares, then tries it for the findings ``target`` (one
        rule; none: it is not tried) in the live page of ``base``. What passes may still be wrong; what does not would
        not have passed a clean render, or would have been a deletion in disguise."""
        try:
            drop = await self._unsupported_declaration(base, patch)
        except (PatchError, RelookError):
            return NOT_TRIED
        if drop:
            return Screening(True, (Reason.DROPPED, drop))
        rules = single_view_rules(target[0].rule) if target else ()
        if not rules:
            return NOT_TRIED
        async with self._turn:
            return await self._screen_in_open_page(base, patch, target, rules)

    async def _screen_in_open_page(
        self, base: PageState, patch: Patch, target: Sequence[Finding], rules: tuple[Rule, ...]
    ) -> Screening:
        snapshot = base.review.snapshot
        live = next((one for one in self._live if one.snapshot is snapshot), None)
        if snapshot is None or live is None:
            return NOT_TRIED
        self._live.remove(live)
        self._live.append(live)
        try:
            change = style_changes_of(patch, snapshot.sources.values(), snapshot.page)
            if change is None:
                return NOT_TRIED
            return Screening(True, await self._try_in_views(live, change, base, target, rules))
        except (TrialNotPossible, PatchError):
            return NOT_TRIED
        except RelookError:
            # Nobody knows what the page is like now; a clean render says what is the matter.
            if live in self._live:
                self._live.remove(live)
                await live.close()
            return NOT_TRIED

    async def _unsupported_declaration(self, base: PageState, patch: Patch) -> str:
        """A declaration of the candidate that the page did not have and the browser would drop; empty where none is."""
        texts, new = texts_of(base), Counter[Written]()
        for path in patch.paths:
            new += written(path, patch.apply(path, texts[path])) - written(path, texts[path])
        if not new:
            return ""
        if not self._live:
            await self.render(base.page)
        drops = await find_unsupported(self._live[-1], sorted(new)) if self._live else []
        return next((f"'{name}: {value[:60]}' is not understood" for name, value in drops), "")

    async def _try_in_views(
        self, live: Capture, change: StyleChanges, base: PageState, target: Sequence[Finding], rules: tuple[Rule, ...]
    ) -> tuple[Reason, str] | None:
        views = views_showing(live, target)
        if not views:
            return Reason.NOT_BETTER, ""
        async with trial_style(live, change) as trial:
            for view in views:
                objection = await self._objection_in_view(base, trial, view, target, rules)
                if objection is not None:
                    break
            else:
                return None
        if objection[0] is not Reason.NOT_BETTER and await find_drifted_views(live, [view]):
            raise TrialNotPossible("A script has changed the page since the review.")
        return objection

    async def _objection_in_view(
        self, base: PageState, trial: StyleTrial, view: View, target: Sequence[Finding], rules: tuple[Rule, ...]
    ) -> tuple[Reason, str] | None:
        capture, found = await judge_trial_view(trial, view, self._settings.options, rules)
        if found.failed:
            raise TrialNotPossible("A rule failed in the live page.")
        before = {f.key: f.extent_by_view[view.id] for f in target if view.id in f.extent_by_view}
        after = {d.key: d.worst.outcome.extent for d in found.defects}
        suspected = {one.key for one in found.incomplete}
        new = sorted(after.keys() - {finding.key for finding in base.review.report.all_findings})
        if new:
            return Reason.NEW_FINDING, f"{target[0].rule} at {new[0]}"
        if all(key in suspected or after.get(key, -1.0) > extent - GROWTH for key, extent in before.items()):
            return Reason.NOT_BETTER, f"{target[0].rule} stays at {view.viewport}"
        loss = await self._content_lost_in_view(base, view, capture)
        return (Reason.CONTENT_LOST, f"at {view.viewport}: {loss}") if loss else None

    async def _content_lost_in_view(self, base: PageState, view: View, capture: Capture) -> str:
        snapshot = base.review.snapshot
        if view.background is None or snapshot is None or not self._guard:
            return ""
        after = await asyncio.to_thread(content_of_view, capture.snapshot, capture.snapshot.views[0])
        known = self._shown.get((id(view), view.id))
        if known is None or known[0] is not view:
            before = await asyncio.to_thread(content_of_view, replace(capture.snapshot, views=(view,)), view)
            known = view, before, await asyncio.to_thread(controls_beyond_window, snapshot)
            self._shown[id(view), view.id] = known
        return first_missing_in_view(known[1], after, known[2])

    async def __aenter__(self) -> CandidateRenderer:
        return self

    async def __aexit__(self, *_error: object) -> None:
        live, self._live = self._live, []
        for one in live:
            await one.close()
