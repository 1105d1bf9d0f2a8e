"""A review that trusts geometry and skips pixel confirmation: an ablation of the refine benchmark."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from relook_lsp.browser.capture import capture_page
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import NeedPaint
from relook_lsp.core.page import Page
from relook_lsp.core.snapshot import Paint, Snapshot
from relook_lsp.critics.engine import judge_snapshot
from relook_lsp.refine.repair_site import needed_styles_for_repair
from relook_lsp.review.assemble import assemble_report, needed_styles
from relook_lsp.review.pipeline import MAX_PASSES, Review, ReviewSettings, failed_report


def review_geometry_only(driver: Driver, settings: ReviewSettings) -> Callable[[Page], Awaitable[Review]]:
    """A reviewer that assumes that whatever a rule asks about is painted over its whole box."""

    async def look(page: Page) -> Review:
        try:
            live = await capture_page(driver, page, settings.plan)
        except RelookError as error:
            return Review(failed_report(page, error), None)
        try:
            judgement = judge_snapshot(live.snapshot, settings.options)
            for _ in range(MAX_PASSES - 1):
                paints = [need for need in judgement.needs if isinstance(need, NeedPaint)]
                await live.answer_needs([need for need in judgement.needs if not isinstance(need, NeedPaint)])
                live.snapshot = _assume_painted(live.snapshot, paints)
                judgement = judge_snapshot(live.snapshot, settings.options)
            snapshot = await live.collect_styles(needed_styles(judgement))
            report = assemble_report(snapshot, judgement)
            return Review(report, await live.collect_styles(needed_styles_for_repair(report, snapshot)))
        except RelookError as error:
            return Review(failed_report(page, error), None)
        finally:
            await live.close()

    return look


def _assume_painted(snapshot: Snapshot, needs: list[NeedPaint]) -> Snapshot:
    views = {view.id: view for view in snapshot.views}
    paints = dict(snapshot.evidence.paints)
    for view, key in needs:
        if view in views and key in views[view].layout.nodes_by_key:
            box = views[view].layout.rect(views[view].layout.nodes_by_key[key])
            paints[view, key] = Paint(max(1, int(box.area)), box)
    return replace(snapshot, evidence=replace(snapshot.evidence, paints=paints))
