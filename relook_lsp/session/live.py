"""The page of the last review, still open: what an edit of style mends is known before the next review is done.

Imported with the first review: it brings the browser's driver and the rules with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace

from relook_lsp.browser.capture import Capture
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import CaptureTimeout, RelookError
from relook_lsp.core.finding import Finding, Location
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.core.snapshot import Evidence
from relook_lsp.core.text import LineIndex, Span
from relook_lsp.critics.rule import Options
from relook_lsp.refine.content import map_key
from relook_lsp.review.recheck import mended
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

    def leave(self) -> None:
        self.driver.leave(self.capture.close())

    async def after(self, page: Page, options: Options) -> Seen | None:
        """What is left of the findings on the page as it is now, each where it stands now; None where nothing is known
        to have gone. The page in the browser is as it was, unless this is cancelled or fails: then it is of no use any
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
        patch = _edit(self.seen, page)
        with contextlib.suppress(PatchError):
            if patch.replacements:
                gone = await mended(self.capture, self.seen.report.findings, patch, options)
                return _left(self.seen, page, patch, gone) if gone else None
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


def _left(seen: Seen, page: Page, patch: Patch, gone: frozenset[tuple[str, str]]) -> Seen:
    assert seen.snapshot is not None
    texts = {path: patch.apply(path, text) for path, text in seen.texts.items()}
    lines = {path: LineIndex(texts[path]) for path in patch.paths}

    def moved(location: Location) -> Location:
        if location.path not in lines:
            return location
        start, end = (_after(patch, location.path, offset) for offset in location.span)
        span = Span(start, max(start, end))
        return location._replace(span=span, range=lines[location.path].range(span))

    def kept(finding: Finding) -> Finding:
        related = tuple(one._replace(location=moved(one.location)) for one in finding.related)
        key = map_key(finding.key, patch, page.entry) or finding.key
        return replace(finding, key=key, cause=moved(finding.cause), related=related)

    findings = tuple(kept(finding) for finding in seen.report.findings if finding.identity not in gone)
    sources = {
        url: replace(source, text=texts[source.path]) if source.path in texts else source
        for url, source in seen.snapshot.sources.items()
    }
    return Seen(
        seen.subject,
        page,
        replace(seen.report, findings=findings),
        replace(seen.snapshot, sources=sources),
        {path: buffer.version for path, buffer in page.overlays.items()},
    )


def _after(patch: Patch, path: str, offset: int) -> int:
    """Where an offset is after the patch; the end of what replaces it, where it is replaced."""
    shift = 0
    for edit in patch.of_file(path):
        if offset <= edit.span.start:
            break
        shift += len(edit.new) - len(edit.old)
        if offset < edit.span.end:
            return edit.span.end + shift
    return offset + shift
