"""One candidate: apply, render, judge, compare. The editor's quick fix and the training's reward call this."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch
from relook_lsp.refine import conditions, rights
from relook_lsp.refine.trajectory import Reason, State, Verdict, texts_of
from relook_lsp.review.review import Review

Look = Callable[[Page], Awaitable[Review]]
"""Reviews a page; a real browser in production, stored snapshots or a fake in tests."""

Others = Callable[[State, Patch], Awaitable[Sequence[State]]]
"""Other pages that use the files of a patch, with these files as the base has them."""

Gate = Callable[[State, State], Awaitable[str]]
"""A second opinion on a candidate that passed every measured condition; the objection, or empty."""


@dataclass(frozen=True)
class Verifier:
    """``others`` gives further pages that use the files of a patch: it may not make any of them worse."""

    look: Look
    others: Others | None = None
    gate: Gate | None = None
    minimal: bool = True
    """Whether every edit of a patch must be shown to be needed (condition 5)."""
    guard: bool = True
    """False only in ablations: content may get lost."""

    async def __call__(self, base: State, patch: Patch) -> Verdict:
        """Whether the patch may replace ``base``. Never raises for the page's sake; what the environment does
        wrong is ``Reason.INFRASTRUCTURE`` after one more try."""
        started = time.perf_counter()
        verdict = await self._verify(base, patch)
        spent = round(1000 * (time.perf_counter() - started), 1)
        return Verdict(verdict.reason, verdict.detail, verdict.state, verdict.renders, spent)

    async def _verify(self, base: State, patch: Patch) -> Verdict:
        verdict = await self._alone(base, patch)
        if not verdict.accepted:
            return verdict
        renders = verdict.renders
        if self.minimal and len(patch.replacements) > 1:
            for index in range(len(patch.replacements)):
                without = await self._alone(base, patch.without(index))
                renders += without.renders
                needless = without.state is not None and without.accepted and verdict.state is not None and (
                    without.state.cost <= verdict.state.cost + conditions.EPSILON
                )  # fmt: skip
                if needless:
                    edit = patch.replacements[index]
                    return Verdict(Reason.NOT_NEEDED, f"'{edit.new.strip()[:60]}' changes nothing", None, renders)
        for other in await self.others(base, patch) if self.others is not None else ():
            after = await self._render(other.page, patch, other)
            renders += 1
            objection = conditions.judge(other, after, patch, better=False)
            if objection is not None:
                return Verdict(Reason.OTHER_PAGE, f"{other.page.entry}: {objection[1]}", None, renders)
        if self.gate is not None and verdict.state is not None:
            objection_text = await self.gate(base, verdict.state)
            if objection_text:
                return Verdict(Reason.CRITIC, objection_text, None, renders)
        return Verdict(Reason.ACCEPTED, "", verdict.state, renders)

    async def _alone(self, base: State, patch: Patch) -> Verdict:
        """The conditions on the page itself."""
        denied = rights.check(patch, texts_of(base))
        if denied is not None:
            return Verdict(*denied)
        renders = 0
        for _ in (1, 2):
            candidate = await self._render(base.page, patch, base)
            renders += 1
            if candidate.review.report.reviewed:
                objection = conditions.judge(base, candidate, patch, guard=self.guard)
                reason, detail = objection or (Reason.ACCEPTED, "")
                return Verdict(reason, detail, candidate, renders)
        problems = candidate.review.report.problems
        return Verdict(Reason.INFRASTRUCTURE, problems[0].message if problems else "", None, renders)

    async def _render(self, page: Page, patch: Patch, base: State) -> State:
        texts = texts_of(base)
        changed = {path: patch.apply(path, texts[path]) for path in patch.paths if path in texts}
        after = page.with_texts(changed)
        return State(after, await self.look(after))
