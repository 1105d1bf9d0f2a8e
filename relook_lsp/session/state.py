"""The session: open documents, the pages they belong to, the last review of each, and what was found to mend them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from relook_lsp.core.errors import RelookError
from relook_lsp.core.failures import attribute_error
from relook_lsp.core.page import Page
from relook_lsp.core.process_memory import release_unused_memory
from relook_lsp.session.fix_store import FixStore
from relook_lsp.session.image_files import ImageFiles
from relook_lsp.session.open_documents import OpenDocument, OpenDocuments
from relook_lsp.session.pages_of_document import PagesOfDocument, find_pages_of
from relook_lsp.session.reviewed_page import PageId, ReviewedPage
from relook_lsp.session.scheduler import Scheduler
from relook_lsp.session.session_settings import SessionSettings
from relook_lsp.session.shared_browser import SharedBrowser

if TYPE_CHECKING:
    from relook_lsp.critics.rule import CriticOptions
    from relook_lsp.models.chat import Editor
    from relook_lsp.session.open_page import OpenPage

log = logging.getLogger(__name__)

AFTER_CLOSE = 0.3
"""Seconds until a page is reviewed again whose document was closed: editors close many at once."""


class SessionListener(Protocol):
    """Who is told what happens."""

    def on_review_started(self, page_id: PageId) -> None: ...

    async def on_reviewed(self, reviewed: ReviewedPage) -> None: ...

    def on_provisional_review(self, reviewed: ReviewedPage) -> None:
        """What an edit does, as far as the page of the last review tells; a review follows."""
        ...

    def on_fixes_prepared(self, reviewed: ReviewedPage) -> None:
        """Fixes were looked for in idle time."""
        ...

    def abandoned(self, page_id: PageId) -> None:
        """A review that was announced has no result: no open document belongs to its page any more."""
        ...

    def withdrawn(self) -> None:
        """The session has dropped reviews: no open document belongs to their pages any more."""
        ...

    def on_no_page(self, belongs: PagesOfDocument) -> None:
        """A document belongs to no page, or not all its pages are looked at."""
        ...

    def on_invalid_settings(self, message: str) -> None: ...

    def failed(self, error: RelookError) -> None:
        """Work that nobody asked for by a request could not be done."""
        ...


class Session:
    """Everything that changes. Slow work gets immutable copies of it."""

    def __init__(self, listener: SessionListener) -> None:
        self.documents = OpenDocuments()
        self.preferences = SessionSettings(listener.on_invalid_settings)
        self.scheduler = Scheduler(failed=self._failed)
        self.browser = SharedBrowser(lambda: self._keep_open(None))
        self.pictures = ImageFiles()
        self.fixes = FixStore()
        self.reviews: dict[PageId, ReviewedPage] = {}
        self.keep_frames = False
        """Whether the client shows frames."""
        self.model: Editor | None = None
        """The language models that the editor has."""
        self._listener = listener
        self._open_page: OpenPage | None = None
        """The page that was reviewed last."""
        self._pages_by_document: dict[str, PagesOfDocument] = {}
        self._pages: dict[str, tuple[PageId, ...]] = {}
        """The pages of each open document as they were last determined; the key is its URI."""
        self._files_in_review: dict[PageId, frozenset[str]] = {}
        self._quiet_until = 0.0
        """The loop's time at which the pause after the last change ends."""

    def _failed(self, error: Exception) -> None:
        """A job has failed: the user learns why in one sentence, and the session goes on."""
        named = attribute_error(error)
        if named.kind == RelookError.kind:
            log.error("a job failed", exc_info=error)
        self._listener.failed(named)

    # -- documents

    def put_document(self, document: OpenDocument) -> None:
        """A document was opened or changed. Reviews that have seen its former text are out of date at once."""
        self.documents.put(document)
        known = self._pages_by_document.pop(document.uri, None)
        self._pages_by_document.clear()
        if known is not None and document.language != "html":
            self._pages_by_document[document.uri] = known  # what a style sheet says does not change who uses it
        for page_id, used in tuple(self._files_in_review.items()):
            if document.relative_name(page_id.root) in used:
                self.scheduler.cancel(page_id)

    def close_document(self, uri: str) -> None:
        """A document was closed. Pages to which no open document belongs are withdrawn; those that used its buffer and
        stay are reviewed again, with the file as it is on the disk."""
        document = self.documents.get(uri)
        self.documents.drop(uri)
        self._pages.pop(uri, None)
        self._pages_by_document.clear()
        if document is None:
            return
        self._withdraw()
        for page_id, reviewed in self.reviews.items():
            if document.relative_name(page_id.root) in reviewed.used and not page_id.is_url:
                self.scheduler.submit(page_id, lambda one=page_id: self._run_review(one), AFTER_CLOSE)

    def _is_needed(self, page_id: PageId, used: Collection[str]) -> bool:
        """Whether an open document belongs to this page, which used these files. The pages of a document are those that
        were last determined; until they are, it belongs to every page that used it."""
        entry = self.documents.document_named(page_id.root, page_id.entry)
        if entry is not None and page_id not in self._pages.get(entry.uri, (page_id,)):
            return False  # the page itself is open, and its buffer is a page no more
        for document in self.documents:
            pages, name = self._pages.get(document.uri), document.relative_name(page_id.root)
            if (name in used or (page_id.is_url and name is not None)) if pages is None else page_id in pages:
                return True
        return False

    def _withdraw(self) -> None:
        """Drop every review, and stop every review that runs, to whose page no open document belongs any more."""
        gone = [page_id for page_id, reviewed in self.reviews.items() if not self._is_needed(page_id, reviewed.used)]
        for page_id in gone:
            self._drop_page(page_id)
        for page_id, used in tuple(self._files_in_review.items()):
            if not self._is_needed(page_id, used):
                self.scheduler.cancel(page_id)
        if gone:
            self._listener.withdrawn()

    def _drop_page(self, page_id: PageId) -> None:
        del self.reviews[page_id]
        self.scheduler.drop_idle(page_id)
        self.scheduler.drop_idle(("critic", page_id))
        if self._open_page is not None and self._open_page.reviewed.page_id == page_id:
            self._keep_open(None)
        self.pictures.drop_owner(page_id)
        self._drop_fixes(page_id)

    def on_files_changed(self) -> None:
        """Files were made, removed or changed outside the editor. A page that was deleted or renamed is withdrawn."""
        self._pages_by_document.clear()
        self.preferences.drop_cached()
        gone = [page_id for page_id in self.reviews if self._deleted(page_id)]
        for page_id in gone:
            self._drop_page(page_id)
        if gone:
            self._listener.withdrawn()

    def _deleted(self, page_id: PageId) -> bool:
        """Whether the page is neither open nor on the disk."""
        if page_id.is_url or self.documents.document_named(page_id.root, page_id.entry) is not None:
            return False
        try:
            (page_id.root / page_id.entry).stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False

    async def pages_of(self, document: OpenDocument) -> PagesOfDocument:
        """The pages that a document belongs to; remembered until something changes that."""
        known = self._pages_by_document.get(document.uri)
        if known is None:
            known = await asyncio.to_thread(find_pages_of, document, self.documents, self.preferences)
            if self.documents.get(document.uri) is document:
                self._pages_by_document[document.uri] = known
                self._pages[document.uri] = known.page_ids
                self._withdraw()
        return known

    def current_page(self, page_id: PageId) -> Page:
        """The page as it is now, unsaved texts included."""
        overlays = {} if page_id.is_url else self.documents.overlays_below(page_id.root)
        return Page(page_id.root, page_id.entry, overlays, self.preferences.config_for(page_id.root).sites)

    # -- reviews

    def schedule_review(self, document: OpenDocument, delay: float) -> None:
        """Review the document's pages after a pause; newest wins for each page.

        A change after a longer rest is looked at at once and told of after the pause: a single edit is told of sooner,
        and while somebody types on, only the first look was in vain."""
        now = asyncio.get_running_loop().time()
        rested, self._quiet_until = now >= self._quiet_until, now + delay
        self.scheduler.submit(
            ("find", document.uri), lambda: self._find_pages_and_review(document.uri), 0 if rested else delay
        )

    async def _find_pages_and_review(self, uri: str) -> None:
        document = self.documents.get(uri)
        if document is None:
            return
        belongs = await self.pages_of(document)
        if self.documents.get(uri) is None:
            return
        if belongs.message:
            self._listener.on_no_page(belongs)
        for page_id in belongs.page_ids:
            self.scheduler.submit(page_id, lambda one=page_id: self._run_review(one))

    async def _run_review(self, page_id: PageId) -> None:
        await self.review_now(page_id)

    async def review_now(self, page_id: PageId) -> ReviewedPage | None:
        """Review one page now and tell; None where it changed meanwhile (a newer review follows), or where no open
        document belongs to it any more."""
        # On first use: it brings the browser's driver and the rules with it.
        from relook_lsp.session.open_page import review_into_open_page

        page, config = self.current_page(page_id), self.preferences.config_for(page_id.root)
        last = self.reviews.get(page_id)
        used = last.used if last is not None else frozenset((page_id.entry, *page.overlays))
        if not self._is_needed(page_id, used):
            return None
        self._files_in_review[page_id] = used
        self._listener.on_review_started(page_id)
        held = False
        try:
            async with self.browser.borrow_driver(config.browser) as driver:
                early = asyncio.create_task(
                    self._publish_provisional(await self._review_provisionally(page_id, page, config.settings.options))
                )
                try:
                    reviewed, live = await review_into_open_page(driver, page_id, page, config.settings)
                finally:
                    early.cancel()
                self._keep_open(live)
            await self._wait_for_quiet()
            if self.keep_frames and self.is_current(reviewed):
                await asyncio.to_thread(self.pictures.write_frames, page_id, reviewed.snapshot)
            held = self._hold(reviewed)
        finally:
            self._files_in_review.pop(page_id, None)
            if not held and not self._is_needed(page_id, used):
                self.pictures.drop_owner(page_id)
                self._listener.abandoned(page_id)
        if not held:
            return None
        self._drop_fixes(page_id)
        await self._listener.on_reviewed(reviewed)
        if live is not None:
            self.scheduler.submit_idle("live", self._measure_drift)
        if reviewed.report.reviewed and config.editor.prepare:
            self.scheduler.submit_idle(page_id, lambda: self._prepare_fixes(page_id))
        if reviewed.report.reviewed and config.critic.endpoint:
            self.scheduler.submit_idle(("critic", page_id), lambda: self._ask_critic(reviewed))
        return reviewed

    def _hold(self, reviewed: ReviewedPage) -> bool:
        """Make this the review of its page. Refused where a buffer that it used has changed since, or where no open
        document belongs to the page any more. All that the client is shown comes from the reviews that are held."""
        if not self.is_current(reviewed) or not self._is_needed(reviewed.page_id, reviewed.used):
            return False
        self.reviews[reviewed.page_id] = reviewed
        return True

    async def _wait_for_quiet(self) -> None:
        await asyncio.sleep(max(0.0, self._quiet_until - asyncio.get_running_loop().time()))

    async def _review_provisionally(self, page_id: PageId, page: Page, options: CriticOptions) -> ReviewedPage | None:
        """What the page of the last review tells of the page as it is now; None where it does not tell."""
        live = self._open_page
        if live is None or live.reviewed.page_id != page_id:
            return None
        # Taken out, so that the review of another page does not close it meanwhile.
        self._open_page = None
        reviewed, usable = None, False
        try:
            reviewed, usable = await live.review_provisionally(page, options), True
        except RelookError as error:
            log.info("%s: %s", page.entry, error)
        except Exception:
            # A review follows, whatever was wrong with this.
            log.exception("%s: an edit could not be tried", page.entry)
        finally:
            if usable:
                self._keep_open(live)
            else:
                live.close()
        return reviewed

    async def _measure_drift(self) -> None:
        """What the next edit would have to wait for."""
        if self._open_page is not None:
            with contextlib.suppress(RelookError):
                await self._open_page.drifted_views()

    async def _publish_provisional(self, glimpse: ReviewedPage | None) -> None:
        """Tell of a glimpse when the pause is over, while the review runs."""
        await self._wait_for_quiet()
        if glimpse is not None and self._hold(glimpse):
            self._drop_fixes(glimpse.page_id)
            self._listener.on_provisional_review(glimpse)

    def _keep_open(self, live: OpenPage | None) -> None:
        """Of the pages that were reviewed, only the last one stays open."""
        last, self._open_page = self._open_page, live
        if last is not None:
            last.close()

    def is_repairable(self, rule: str) -> bool:
        """Whether a fix can be looked for at all."""
        # On first use, like the review.
        from relook_lsp.refine.proposers.solved import SOLVERS

        return rule in SOLVERS

    async def _prepare_fixes(self, page_id: PageId) -> None:
        # On first use, like the review.
        from relook_lsp.session.jobs.find_fixes import prepare_fixes

        reviewed = self.reviews.get(page_id)
        if reviewed is None or not self.is_latest(reviewed):
            return
        await prepare_fixes(self, reviewed)
        await asyncio.to_thread(release_unused_memory)
        if self.is_latest(reviewed):
            self._listener.on_fixes_prepared(reviewed)

    async def _ask_critic(self, reviewed: ReviewedPage) -> None:
        # On first use, like the review.
        from relook_lsp.session.jobs.ask_critic import ask_critic

        with_opinion = await ask_critic(self, reviewed) if self.is_latest(reviewed) else None
        if with_opinion is not None and self.is_latest(reviewed) and self._hold(with_opinion):
            await self._listener.on_reviewed(with_opinion)

    def _drop_fixes(self, page_id: PageId) -> None:
        for fix in self.fixes.drop_page(page_id):
            self.release_pictures(fix.id)

    def release_pictures(self, fix: str) -> None:
        """Nobody can ask for the pictures of this fix any more."""
        self.pictures.drop_owner((fix, "before"))
        self.pictures.drop_owner((fix, "after"))

    def is_current(self, reviewed: ReviewedPage) -> bool:
        """Whether every buffer that the page used still has the version that was seen."""
        used = {reviewed.page_id.entry, *reviewed.texts}
        now = {path: b.version for path, b in self.current_page(reviewed.page_id).overlays.items() if path in used}
        return now == {path: version for path, version in reviewed.versions.items() if path in used}

    def is_latest(self, reviewed: ReviewedPage) -> bool:
        """Whether this is the last review of its page, and still true; what was said about it since does not count."""
        last = self.reviews.get(reviewed.page_id)
        return last is not None and last.page is reviewed.page and self.is_current(reviewed)

    def are_files_unchanged(self, root: Path, texts: Mapping[str, str]) -> bool:
        """Whether all these files have these texts, in the editor or else on the disk. Blocking."""
        from relook_lsp.core.text import decode

        for path, text in texts.items():
            document = self.documents.document_named(root, path)
            if document is not None:
                if document.text != text:
                    return False
                continue
            try:
                if decode((root / path).read_bytes()).text != text:
                    return False
            except OSError:
                return False
        return True

    async def close(self) -> None:
        """Stop all work, close the browser, remove the pictures. Work that does not end when it is cancelled ends with
        its browser."""
        try:
            await asyncio.gather(self.scheduler.close(), self.browser.close())
            self._keep_open(None)
        finally:
            self.pictures.close()
