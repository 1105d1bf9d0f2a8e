"""A review that trusts geometry and skips pixel confirmation: an ablation of the refine benchmark."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from relook_lsp.browser.capture import capture
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import NeedPaint
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Paint, Snapshot
from relook_lsp.critics.run import judge
from relook_lsp.refine.site import wanted
from relook_lsp.review.assemble import assemble, wanted_styles
from relook_lsp.review.review import MAX_PASSES, Review, Settings, failed


def review_geometry_only(driver: Driver, settings: Settings) -> Callable[[Page], Awaitable[Review]]:
    """A reviewer that assumes that whatever a rule asks about is painted over its whole box."""

    async def look(page: Page) -> Review:
        try:
            live = await capture(driver, page, settings.plan)
        except RelookError as error:
            return Review(failed(page, error), None)
        try:
            judgement = judge(live.snapshot, settings.options)
            for _ in range(MAX_PASSES - 1):
                paints = [need for need in judgement.needs if isinstance(need, NeedPaint)]
                await live.supply([need for need in judgement.needs if not isinstance(need, NeedPaint)])
                live.snapshot = _assume_painted(live.snapshot, paints)
                judgement = judge(live.snapshot, settings.options)
            snapshot = await live.styles(wanted_styles(judgement))
            report = assemble(snapshot, judgement)
            return Review(report, await live.styles(wanted(report, snapshot)))
        except RelookError as error:
            return Review(failed(page, error), None)
        finally:
            await live.close()

    return look


def _assume_painted(snapshot: Snapshot, needs: list[NeedPaint]) -> Snapshot:
    views = {view.id: view for view in snapshot.views}
    paints = dict(snapshot.evidence.paints)
    for view, key in needs:
        if view in views and key in views[view].layout.by_key:
            box = views[view].layout.rect(views[view].layout.by_key[key])
            paints[view, key] = Paint(max(1, int(box.area)), box)
    return replace(snapshot, evidence=replace(snapshot.evidence, paints=paints))
