"""Where candidates are shown. A clean render is what counts; before it, a candidate that changes only style is tried
in the live page of its base, which costs a tenth, and is dropped where it does nothing for the findings it is for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.restyle import NotTried, Trial, restyled
from relook_lsp.browser.supported import dropped
from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.core.snapshot import View
from relook_lsp.critics.rule import Rule
from relook_lsp.refine.conditions import GROWTH
from relook_lsp.refine.content import Content, missing, of_view, swollen
from relook_lsp.refine.site import wanted
from relook_lsp.refine.trajectory import Reason, State, texts_of
from relook_lsp.review.drift import drifted
from relook_lsp.review.recheck import judged, rules_of, views_of
from relook_lsp.review.review import Review, Settings, failed, look
from relook_lsp.source.declared import Written, written
from relook_lsp.source.restyle import Restyle, restyle

KEPT = 3
"""Live pages kept open: that of the best state and those of the last candidates, one of which may become it."""


@dataclass(frozen=True)
class Screening:
    """What the live page said: whether the candidate could be tried there, and what is against it."""

    tried: bool
    objection: tuple[Reason, str] | None = None


NOT_TRIED = Screening(False)


class Stage:
    """Renders of one page and its candidates, several at once where they are asked for; an asynchronous context manager,
    which closes what is open. Without ``guard`` (ablations) a trial does not ask whether content is kept."""

    def __init__(self, driver: Driver, settings: Settings, kept: int = KEPT, *, guard: bool = True) -> None:
        self._driver = driver
        self._settings = settings
        self._kept = kept
        self._guard = guard
        self._turn = asyncio.Lock()
        """Of trials: a live page shows one candidate at a time."""
        self._live: list[Capture] = []
        """Least recently used first."""
        self._shown: dict[tuple[int, str], tuple[View, Content, frozenset[str]]] = {}
        """Of views of bases: what they show, and which controls are wider than a window of the page (``swollen``)."""

    async def look(self, page: Page) -> Review:
        """A clean render, with the declarations that repairs look at. Never raises for the environment's sake."""
        try:
            live, result = await look(self._driver, page, self._settings)
        except RelookError as error:
            return Review(failed(page, error), None)
        if result.snapshot is None:
            await live.close()
            return result
        try:
            snapshot = await live.styles(wanted(result.report, result.snapshot))
        except RelookError as error:
            await live.close()
            return Review(failed(page, error), None)
        self._live.append(live)
        while len(self._live) > self._kept:
            await self._live.pop(0).close()
        return Review(result.report, snapshot)

    async def screen(self, base: State, patch: Patch, target: Sequence[Finding]) -> Screening:
        """Asks whether the browser takes what the candidate declares, then tries it for the findings ``target`` (one
        rule; none: it is not tried) in the live page of ``base``. What passes may still be wrong; what does not would
        not have passed a clean render, or would have been a deletion in disguise."""
        try:
            drop = await self._dropped(base, patch)
        except (PatchError, RelookError):
            return NOT_TRIED
        if drop:
            return Screening(True, (Reason.DROPPED, drop))
        rules = rules_of(target[0].rule) if target else ()
        if not rules:
            return NOT_TRIED
        async with self._turn:
            return await self._on_the_live_page(base, patch, target, rules)

    async def _on_the_live_page(
        self, base: State, patch: Patch, target: Sequence[Finding], rules: tuple[Rule, ...]
    ) -> Screening:
        snapshot = base.review.snapshot
        live = next((one for one in self._live if one.snapshot is snapshot), None)
        if snapshot is None or live is None:
            return NOT_TRIED
        self._live.remove(live)
        self._live.append(live)
        try:
            change = restyle(patch, snapshot.sources.values(), snapshot.page)
            if change is None:
                return NOT_TRIED
            return Screening(True, await self._tried(live, change, base, target, rules))
        except (NotTried, PatchError):
            return NOT_TRIED
        except RelookError:
            # Nobody knows what the page is like now; a clean render says what is the matter.
            if live in self._live:
                self._live.remove(live)
                await live.close()
            return NOT_TRIED

    async def _dropped(self, base: State, patch: Patch) -> str:
        """A declaration of the candidate that the page did not have and the browser would drop; empty where none is."""
        texts, new = texts_of(base), Counter[Written]()
        for path in patch.paths:
            new += written(path, patch.apply(path, texts[path])) - written(path, texts[path])
        if not new:
            return ""
        if not self._live:
            await self.look(base.page)
        drops = await dropped(self._live[-1], sorted(new)) if self._live else []
        return next((f"'{name}: {value[:60]}' is not understood" for name, value in drops), "")

    async def _tried(
        self, live: Capture, change: Restyle, base: State, target: Sequence[Finding], rules: tuple[Rule, ...]
    ) -> tuple[Reason, str] | None:
        views = views_of(live, target)
        if not views:
            return Reason.NOT_BETTER, ""
        async with restyled(live, change) as trial:
            for view in views:
                objection = await self._objection(base, trial, view, target, rules)
                if objection is not None:
                    break
            else:
                return None
        if objection[0] is not Reason.NOT_BETTER and await drifted(live, [view]):
            raise NotTried("A script has changed the page since it was looked at.")
        return objection

    async def _objection(
        self, base: State, trial: Trial, view: View, target: Sequence[Finding], rules: tuple[Rule, ...]
    ) -> tuple[Reason, str] | None:
        capture, found = await judged(trial, view, self._settings.options, rules)
        if found.failed:
            raise NotTried("A rule failed in the live page.")
        before = {f.key: f.extents[view.id] for f in target if view.id in f.extents}
        after = {d.key: d.worst.outcome.extent for d in found.defects}
        suspected = {one.key for one in found.incomplete}
        new = sorted(after.keys() - {finding.key for finding in base.review.report.all})
        if new:
            return Reason.NEW_FINDING, f"{target[0].rule} at {new[0]}"
        if all(key in suspected or after.get(key, -1.0) > extent - GROWTH for key, extent in before.items()):
            return Reason.NOT_BETTER, f"{target[0].rule} stays at {view.viewport}"
        loss = await self._lost(base, view, capture)
        return (Reason.CONTENT_LOST, f"at {view.viewport}: {loss}") if loss else None

    async def _lost(self, base: State, view: View, capture: Capture) -> str:
        snapshot = base.review.snapshot
        if view.background is None or snapshot is None or not self._guard:
            return ""
        after = await asyncio.to_thread(of_view, capture.snapshot, capture.snapshot.views[0])
        known = self._shown.get((id(view), view.id))
        if known is None or known[0] is not view:
            before = await asyncio.to_thread(of_view, replace(capture.snapshot, views=(view,)), view)
            known = view, before, await asyncio.to_thread(swollen, snapshot)
            self._shown[id(view), view.id] = known
        return missing(known[1], after, known[2])

    async def __aenter__(self) -> Stage:
        return self

    async def __aexit__(self, *_error: object) -> None:
        live, self._live = self._live, []
        for one in live:
            await one.close()
