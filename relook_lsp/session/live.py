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
from relook_lsp.critics.rule import Options
from relook_lsp.review.drift import drifted
from relook_lsp.review.glimpse import glimpse
from relook_lsp.review.review import Review, Settings, failed, look
from relook_lsp.session.subject import Seen, Subject

BOUND = 3.0
"""Seconds for looking at an edit; a review takes about as long."""


@dataclass
class Live:
    """``seen`` and the page that it was seen in; ``leave`` closes it."""

    driver: Driver
    capture: Capture
    seen: Seen
    _drift: asyncio.Task[frozenset[str]] | None = None

    def leave(self) -> None:
        if self._drift is not None:
            self._drift.cancel()
        self.driver.leave(self.capture.close())

    async def drift(self) -> frozenset[str]:
        """Ids of windows of which nothing can be told, because the page has changed them; looked at once. Raises
        ``RelookError``."""
        if self._drift is None:
            self._drift = asyncio.create_task(drifted(self.capture, self.capture.snapshot.settled))
            self._drift.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(self._drift)

    async def after(self, page: Page, options: Options) -> Seen | None:
        """What is found on the page as it is now, as far as its windows tell; None where more than its style has changed.
        The page in the browser is as it was, unless this is cancelled or fails: then it is of no use any
        more. Raises ``RelookError``."""
        trial = asyncio.create_task(self._after(page, options))
        trial.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            # A page that does not answer would not let its style be taken back either: nobody waits for that.
            await asyncio.wait({trial}, timeout=BOUND)
            if not trial.done():
                raise CaptureTimeout(f"The edit could not be looked at in {BOUND:g} s; a review follows.")
            return trial.result()
        finally:
            trial.cancel()

    async def _after(self, page: Page, options: Options) -> Seen | None:
        patch, seen = _edit(self.seen, page), self.seen
        with contextlib.suppress(PatchError):
            new = await glimpse(self.capture, seen.report, patch, options, self.drift) if patch.replacements else None
            if new is not None and seen.snapshot is not None:
                # What looks otherwise is not shown as it was.
                views = tuple(view for view in seen.snapshot.views if view.id not in new.stale)
                snapshot = replace(seen.snapshot, views=views, sources=new.sources)
                versions = {path: buffer.version for path, buffer in page.overlays.items()}
                return Seen(seen.subject, page, new.report, snapshot, versions)
        return None


async def reviewed(driver: Driver, subject: Subject, page: Page, settings: Settings) -> tuple[Seen, Live | None]:
    """Review the page and leave it open, unless a script of it stands still; where it cannot be looked at, its
    ``problems`` say why."""
    try:
        capture, review = await look(driver, page, settings)
    except RelookError as error:
        return Seen.of(subject, page, Review(failed(page, error), None)), None
    seen = Seen.of(subject, page, review)
    if capture.snapshot.hung:
        driver.leave(capture.close())
        return seen, None
    # Views of other widths and moments are most of the memory, and are not looked at again.
    capture.snapshot = replace(capture.snapshot, views=capture.snapshot.settled, evidence=Evidence())
    return seen, Live(driver, capture, seen)


def _edit(seen: Seen, page: Page) -> Patch:
    now = {path: buffer.text for path, buffer in page.overlays.items()}
    return Patch.of(
        Replacement(path, Span(0, len(text)), text, now[path])
        for path, text in seen.texts.items()
        if now.get(path, text) != text
    )
