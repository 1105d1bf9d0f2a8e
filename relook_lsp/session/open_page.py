"""The page of the last review, still open: what an edit of style does is known before the next review is done.

Imported with the first review: it brings the browser's driver and the rules with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import CaptureTimeout, RelookError
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.core.snapshot import Evidence
from relook_lsp.core.text import Span
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.review.pipeline import Review, ReviewSettings, failed_report, review_and_keep_open
from relook_lsp.review.provisional.drift import find_drifted_views
from relook_lsp.review.provisional.provisional_review import review_provisionally
from relook_lsp.session.reviewed_page import PageId, ReviewedPage

BOUND = 3.0
"""Seconds for looking at an edit; a review takes about as long."""


@dataclass
class OpenPage:
    """``reviewed`` and the page that it was seen in; ``leave`` closes it."""

    driver: Driver
    capture: Capture
    reviewed: ReviewedPage
    _drift: asyncio.Task[frozenset[str]] | None = None

    def close(self) -> None:
        if self._drift is not None:
            self._drift.cancel()
        self.driver.close_in_background(self.capture.close())

    async def drifted_views(self) -> frozenset[str]:
        """Ids of windows of which nothing can be told, because the page has changed them; looked at once. Raises
        ``RelookError``."""
        if self._drift is None:
            self._drift = asyncio.create_task(find_drifted_views(self.capture, self.capture.snapshot.settled_views))
            self._drift.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(self._drift)

    async def review_provisionally(self, page: Page, options: CriticOptions) -> ReviewedPage | None:
        """What is found on the page as it is now, as far as its windows tell; None where more than its style has changed.
        The page in the browser is as it was, unless this is cancelled or fails: then it is of no use any
        more. Raises ``RelookError``."""
        trial = asyncio.create_task(self._review_edit(page, options))
        trial.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            # A page that does not answer would not let its style be taken back either: nobody waits for that.
            await asyncio.wait({trial}, timeout=BOUND)
            if not trial.done():
                raise CaptureTimeout(f"The edit could not be tried in {BOUND:g} s; a review follows.")
            return trial.result()
        finally:
            trial.cancel()

    async def _review_edit(self, page: Page, options: CriticOptions) -> ReviewedPage | None:
        patch, reviewed = _edit_since_review(self.reviewed, page), self.reviewed
        with contextlib.suppress(PatchError):
            new = (
                await review_provisionally(self.capture, reviewed.report, patch, options, self.drifted_views)
                if patch.replacements
                else None
            )
            if new is not None and reviewed.snapshot is not None:
                # What looks otherwise is not shown as it was.
                views = tuple(view for view in reviewed.snapshot.views if view.id not in new.stale)
                snapshot = replace(reviewed.snapshot, views=views, sources=new.sources)
                versions = {path: buffer.version for path, buffer in page.overlays.items()}
                return ReviewedPage(reviewed.page_id, page, new.report, snapshot, versions)
        return None


async def review_into_open_page(
    driver: Driver, page_id: PageId, page: Page, settings: ReviewSettings
) -> tuple[ReviewedPage, OpenPage | None]:
    """Review the page and leave it open, unless a script of it stands still; where it cannot be looked at, its
    ``problems`` say why."""
    try:
        capture, review = await review_and_keep_open(driver, page, settings)
    except RelookError as error:
        return ReviewedPage.from_review(page_id, page, Review(failed_report(page, error), None)), None
    reviewed = ReviewedPage.from_review(page_id, page, review)
    if capture.snapshot.hung:
        driver.close_in_background(capture.close())
        return reviewed, None
    # Views of other widths and moments are most of the memory, and are not looked at again.
    capture.snapshot = replace(capture.snapshot, views=capture.snapshot.settled_views, evidence=Evidence())
    return reviewed, OpenPage(driver, capture, reviewed)


def _edit_since_review(reviewed: ReviewedPage, page: Page) -> Patch:
    now = {path: buffer.text for path, buffer in page.overlays.items()}
    return Patch.from_replacements(
        Replacement(path, Span(0, len(text)), text, now[path])
        for path, text in reviewed.texts.items()
        if now.get(path, text) != text
    )
