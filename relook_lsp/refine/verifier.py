"""One candidate: apply, render, judge, compare. The editor's quick fix and the training's reward call this."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from relook_lsp.core.finding import Finding
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.models.chat import ModelError
from relook_lsp.refine.acceptance import conditions, permissions
from relook_lsp.refine.candidate_renderer import NOT_TRIED, Screening
from relook_lsp.refine.trajectory import AcceptanceResult, PageState, Reason, texts_of
from relook_lsp.review.pipeline import Review

RenderPage = Callable[[Page], Awaitable[Review]]
"""Reviews a page; a real browser in production, stored snapshots or a fake in tests."""

OtherPages = Callable[[PageState, Patch], Awaitable[Sequence[PageState]]]
"""Other pages that use the files of a patch, with these files as the base has them."""

Gate = Callable[[PageState, PageState], Awaitable[str]]
"""A second opinion on a candidate that passed every measured condition; the objection, or empty. Raises ``ModelError``
where it cannot be had: that is no rejection."""


Screen = Callable[[PageState, Patch, Sequence[Finding]], Awaitable[Screening]]
"""Asks whether the browser takes a candidate, and tries it for some findings in the live page of its base."""


@dataclass(frozen=True)
class Verifier:
    """``others`` gives further pages that use the files of a patch: it may not make any of them worse."""

    render: RenderPage
    others: OtherPages | None = None
    gate: Gate | None = None
    minimal: bool = True
    """Whether every edit of a patch must be shown to be needed (condition 5)."""
    guard: bool = True
    """False only in ablations: content may get lost (a ``Stage`` has a guard of its own)."""
    screen: Screen | None = None
    """Without it every candidate is rendered cleanly, and what the browser drops is not known."""
    target: Sequence[Finding] = ()
    """What candidates are for (one rule) and must lessen; without it none is tried in the live page."""

    def aimed_at(self, target: Sequence[Finding]) -> Verifier:
        return replace(self, target=tuple(target))

    async def __call__(self, base: PageState, patch: Patch) -> AcceptanceResult:
        """Whether the patch may replace ``base``. Never raises for the page's sake; what the environment does
        wrong is ``Reason.INFRASTRUCTURE`` after one more try."""
        started = time.perf_counter()
        verdict = await self._verify_candidate(base, patch)
        return replace(verdict, milliseconds=round(1000 * (time.perf_counter() - started), 1))

    async def _verify_candidate(self, base: PageState, patch: Patch) -> AcceptanceResult:
        denied = permissions.check_permissions(patch, texts_of(base))
        if denied is not None:
            return AcceptanceResult(*denied)
        screening = await self._screen_candidate(base, patch)
        if screening.objection is not None:
            return AcceptanceResult(*screening.objection, screens=1)
        verdict = await self._render_and_judge(base, patch)
        if not verdict.is_accepted:
            return replace(verdict, screens=int(screening.tried))
        needless = await self._check_needed(base, patch, verdict)
        cost = replace(
            verdict, renders=verdict.renders + needless.renders, screens=needless.screens + int(screening.tried)
        )
        if not needless.is_accepted:
            return replace(cost, reason=needless.reason, detail=needless.detail, state=None)
        return await self._check_other_pages(base, patch, cost)

    async def _screen_candidate(self, base: PageState, patch: Patch) -> Screening:
        return NOT_TRIED if self.screen is None else await self.screen(base, patch, self.target)

    async def _check_needed(self, base: PageState, patch: Patch, whole: AcceptanceResult) -> AcceptanceResult:
        """Condition 5: an edit is needed where the rest of the patch would not be accepted, or is not as good."""
        renders = screens = 0
        edits = patch.replacements if self.minimal and len(patch.replacements) > 1 else ()
        for index, edit in enumerate(edits):
            rest = patch.without_replacement(index)
            screening = await self._screen_candidate(base, rest)
            screens += screening.tried
            if screening.objection is not None:
                continue
            verdict = await self._render_and_judge(base, rest)
            renders += verdict.renders
            if verdict.is_accepted and verdict.state and whole.state and (
                verdict.state.cost <= whole.state.cost + conditions.EPSILON
            ):  # fmt: skip
                detail = f"'{edit.new.strip()[:60]}' changes nothing"
                return AcceptanceResult(Reason.NOT_NEEDED, detail, None, renders, screens=screens)
        return AcceptanceResult(Reason.ACCEPTED, renders=renders, screens=screens)

    async def _check_other_pages(self, base: PageState, patch: Patch, verdict: AcceptanceResult) -> AcceptanceResult:
        """Condition 7 and the second opinion, on a candidate that holds on its own page."""
        renders = verdict.renders
        for other in await self.others(base, patch) if self.others is not None else ():
            after = await self._render_patched(other.page, patch, other)
            renders += 1
            objection = conditions.judge_candidate(other, after, patch, better=False)
            if objection is not None:
                detail = f"{other.page.entry}: {objection[1]}"
                return replace(verdict, reason=Reason.OTHER_PAGE, detail=detail, state=None, renders=renders)
        if self.gate is not None and verdict.state is not None:
            try:
                objection_text = await self.gate(base, verdict.state)
            except ModelError as error:
                return AcceptanceResult(Reason.INFRASTRUCTURE, str(error), None, renders)
            if objection_text:
                return replace(verdict, reason=Reason.CRITIC, detail=objection_text, state=None, renders=renders)
        return replace(verdict, renders=renders)

    async def _render_and_judge(self, base: PageState, patch: Patch) -> AcceptanceResult:
        """The conditions on the page itself, after a clean render."""
        renders = 0
        for _ in (1, 2):
            candidate = await self._render_patched(base.page, patch, base)
            renders += 1
            if candidate.review.report.reviewed:
                objection = conditions.judge_candidate(base, candidate, patch, target=self.target, guard=self.guard)
                reason, detail = objection or (Reason.ACCEPTED, "")
                return AcceptanceResult(reason, detail, candidate, renders)
        problems = candidate.review.report.problems
        return AcceptanceResult(Reason.INFRASTRUCTURE, problems[0].message if problems else "", None, renders)

    async def _render_patched(self, page: Page, patch: Patch, base: PageState) -> PageState:
        texts = texts_of(base)
        changed = {path: patch.apply(path, texts[path]) for path in patch.paths if path in texts}
        after = page.with_texts(changed)
        return PageState(after, await self.render(after))
