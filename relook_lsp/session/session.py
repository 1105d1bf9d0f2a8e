"""The session: open documents, the pages they belong to, the last review of each, and what was found to mend them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from relook_lsp.core.errors import RelookError
from relook_lsp.core.failures import attributed
from relook_lsp.core.memory import give_back
from relook_lsp.core.page import Page
from relook_lsp.session.browser import Browser
from relook_lsp.session.documents import Documents, Open
from relook_lsp.session.fixes import Fixes
from relook_lsp.session.pages import Belongs, pages_of
from relook_lsp.session.pictures import Pictures
from relook_lsp.session.preferences import Preferences
from relook_lsp.session.scheduler import Scheduler
from relook_lsp.session.subject import Seen, Subject

if TYPE_CHECKING:
    from relook_lsp.critics.rule import Options
    from relook_lsp.models.chat import Editor
    from relook_lsp.session.live import Live

log = logging.getLogger(__name__)

AFTER_CLOSE = 0.3
"""Seconds until a page is reviewed again whose document was closed: editors close many at once."""


class Listener(Protocol):
    """Who is told what happens."""

    def looking(self, subject: Subject) -> None: ...

    async def reviewed(self, seen: Seen) -> None: ...

    def glimpsed(self, seen: Seen) -> None:
        """What an edit does, as far as the page of the last review tells; a review follows."""
        ...

    def prepared(self, seen: Seen) -> None:
        """Fixes were looked for in idle time."""
        ...

    def abandoned(self, subject: Subject) -> None:
        """A review that was announced has no result: no open document belongs to its page any more."""
        ...

    def withdrawn(self) -> None:
        """The session has dropped reviews: no open document belongs to their pages any more."""
        ...

    def homeless(self, belongs: Belongs) -> None:
        """A document belongs to no page, or not all its pages are looked at."""
        ...

    def misconfigured(self, message: str) -> None: ...

    def failed(self, error: RelookError) -> None:
        """Work that nobody asked for by a request could not be done."""
        ...


class Session:
    """Everything that changes. Slow work gets immutable copies of it."""

    def __init__(self, listener: Listener) -> None:
        self.documents = Documents()
        self.preferences = Preferences(listener.misconfigured)
        self.scheduler = Scheduler(failed=self._failed)
        self.browser = Browser(lambda: self._keep(None))
        self.pictures = Pictures()
        self.fixes = Fixes()
        self.seen: dict[Subject, Seen] = {}
        self.keep_frames = False
        """Whether the client shows frames."""
        self.model: Editor | None = None
        """The language models that the editor has."""
        self._listener = listener
        self._live: Live | None = None
        """The page that was reviewed last."""
        self._belongs: dict[str, Belongs] = {}
        self._pages: dict[str, tuple[Subject, ...]] = {}
        """The pages of each open document as they were last determined; the key is its URI."""
        self._looking: dict[Subject, frozenset[str]] = {}
        self._quiet = 0.0
        """The loop's time at which the pause after the last change ends."""

    def _failed(self, error: Exception) -> None:
        """A job has failed: the user learns why in one sentence, and the session goes on."""
        named = attributed(error)
        if named.kind == RelookError.kind:
            log.error("a job failed", exc_info=error)
        self._listener.failed(named)

    # -- documents

    def put(self, document: Open) -> None:
        """A document was opened or changed. Reviews that have seen its former text are out of date at once."""
        self.documents.put(document)
        known = self._belongs.pop(document.uri, None)
        self._belongs.clear()
        if known is not None and document.language != "html":
            self._belongs[document.uri] = known  # what a style sheet says does not change who uses it
        for subject, used in tuple(self._looking.items()):
            if document.name(subject.root) in used:
                self.scheduler.cancel(subject)

    def drop(self, uri: str) -> None:
        """A document was closed. Pages to which no open document belongs are withdrawn; those that used its buffer and
        stay are reviewed again, with the file as it is on the disk."""
        document = self.documents.get(uri)
        self.documents.drop(uri)
        self._pages.pop(uri, None)
        self._belongs.clear()
        if document is None:
            return
        self._withdraw()
        for subject, seen in self.seen.items():
            if document.name(subject.root) in seen.used and not subject.is_url:
                self.scheduler.submit(subject, lambda one=subject: self._look(one), AFTER_CLOSE)

    def _needed(self, subject: Subject, used: Collection[str]) -> bool:
        """Whether an open document belongs to this page, which used these files. The pages of a document are those that
        were last determined; until they are, it belongs to every page that used it."""
        entry = self.documents.named(subject.root, subject.entry)
        if entry is not None and subject not in self._pages.get(entry.uri, (subject,)):
            return False  # the page itself is open, and its buffer is a page no more
        for document in self.documents:
            pages, name = self._pages.get(document.uri), document.name(subject.root)
            if (name in used or (subject.is_url and name is not None)) if pages is None else subject in pages:
                return True
        return False

    def _withdraw(self) -> None:
        """Drop every review, and stop every review that runs, to whose page no open document belongs any more."""
        gone = [subject for subject, seen in self.seen.items() if not self._needed(subject, seen.used)]
        for subject in gone:
            self._forget(subject)
        for subject, used in tuple(self._looking.items()):
            if not self._needed(subject, used):
                self.scheduler.cancel(subject)
        if gone:
            self._listener.withdrawn()

    def _forget(self, subject: Subject) -> None:
        del self.seen[subject]
        self.scheduler.drop_idle(subject)
        self.scheduler.drop_idle(("critic", subject))
        if self._live is not None and self._live.seen.subject == subject:
            self._keep(None)
        self.pictures.disown(subject)
        self._drop_fixes(subject)

    def files_changed(self) -> None:
        """Files were made, removed or changed outside the editor. A page that was deleted or renamed is withdrawn."""
        self._belongs.clear()
        self.preferences.forget()
        gone = [subject for subject in self.seen if self._deleted(subject)]
        for subject in gone:
            self._forget(subject)
        if gone:
            self._listener.withdrawn()

    def _deleted(self, subject: Subject) -> bool:
        """Whether the page is neither open nor on the disk."""
        if subject.is_url or self.documents.named(subject.root, subject.entry) is not None:
            return False
        try:
            (subject.root / subject.entry).stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False

    async def pages(self, document: Open) -> Belongs:
        """The pages that a document belongs to; remembered until something changes that."""
        known = self._belongs.get(document.uri)
        if known is None:
            known = await asyncio.to_thread(pages_of, document, self.documents, self.preferences)
            if self.documents.get(document.uri) is document:
                self._belongs[document.uri] = known
                self._pages[document.uri] = known.subjects
                self._withdraw()
        return known

    def page(self, subject: Subject) -> Page:
        """The page as it is now, unsaved texts included."""
        overlays = {} if subject.is_url else self.documents.overlays(subject.root)
        return Page(subject.root, subject.entry, overlays, self.preferences.config(subject.root).sites)

    # -- reviews

    def schedule(self, document: Open, delay: float) -> None:
        """Review the document's pages after a pause; newest wins for each page.

        A change after a longer rest is looked at at once and told of after the pause: a single edit is told of sooner,
        and while somebody types on, only the first look was in vain."""
        now = asyncio.get_running_loop().time()
        rested, self._quiet = now >= self._quiet, now + delay
        self.scheduler.submit(("find", document.uri), lambda: self._find(document.uri), 0 if rested else delay)

    async def _find(self, uri: str) -> None:
        document = self.documents.get(uri)
        if document is None:
            return
        belongs = await self.pages(document)
        if self.documents.get(uri) is None:
            return
        if belongs.message:
            self._listener.homeless(belongs)
        for subject in belongs.subjects:
            self.scheduler.submit(subject, lambda one=subject: self._look(one))

    async def _look(self, subject: Subject) -> None:
        await self.look(subject)

    async def look(self, subject: Subject) -> Seen | None:
        """Review one page now and tell; None where it changed meanwhile (a newer review follows), or where no open
        document belongs to it any more."""
        # On first use: it brings the browser's driver and the rules with it.
        from relook_lsp.session.live import reviewed

        page, config = self.page(subject), self.preferences.config(subject.root)
        last = self.seen.get(subject)
        used = last.used if last is not None else frozenset((subject.entry, *page.overlays))
        if not self._needed(subject, used):
            return None
        self._looking[subject] = used
        self._listener.looking(subject)
        held = False
        try:
            async with self.browser.use(config.browser) as driver:
                early = asyncio.create_task(self._tell(await self._glimpse(subject, page, config.settings.options)))
                try:
                    seen, live = await reviewed(driver, subject, page, config.settings)
                finally:
                    early.cancel()
                self._keep(live)
            await self._pause()
            if self.keep_frames and self.current(seen):
                await asyncio.to_thread(self.pictures.frames, subject, seen.snapshot)
            held = self._hold(seen)
        finally:
            self._looking.pop(subject, None)
            if not held and not self._needed(subject, used):
                self.pictures.disown(subject)
                self._listener.abandoned(subject)
        if not held:
            return None
        self._drop_fixes(subject)
        await self._listener.reviewed(seen)
        if live is not None:
            self.scheduler.idle("live", self._settle)
        if seen.report.reviewed and config.editor.prepare:
            self.scheduler.idle(subject, lambda: self._prepare(subject))
        if seen.report.reviewed and config.critic.endpoint:
            self.scheduler.idle(("critic", subject), lambda: self._criticise(seen))
        return seen

    def _hold(self, seen: Seen) -> bool:
        """Make this the review of its page. Refused where a buffer that it used has changed since, or where no open
        document belongs to the page any more. All that the client is shown comes from the reviews that are held."""
        if not self.current(seen) or not self._needed(seen.subject, seen.used):
            return False
        self.seen[seen.subject] = seen
        return True

    async def _pause(self) -> None:
        await asyncio.sleep(max(0.0, self._quiet - asyncio.get_running_loop().time()))

    async def _glimpse(self, subject: Subject, page: Page, options: Options) -> Seen | None:
        """What the page of the last review tells of the page as it is now; None where it does not tell."""
        live = self._live
        if live is None or live.seen.subject != subject:
            return None
        # Taken out, so that the review of another page does not close it meanwhile.
        self._live = None
        seen, usable = None, False
        try:
            seen, usable = await live.after(page, options), True
        except RelookError as error:
            log.info("%s: %s", page.entry, error)
        except Exception:
            # A review follows, whatever was wrong with this.
            log.exception("%s: an edit could not be looked at", page.entry)
        finally:
            if usable:
                self._keep(live)
            else:
                live.leave()
        return seen

    async def _settle(self) -> None:
        """What the next edit would have to wait for."""
        if self._live is not None:
            with contextlib.suppress(RelookError):
                await self._live.drift()

    async def _tell(self, glimpse: Seen | None) -> None:
        """Tell of a glimpse when the pause is over, while the review runs."""
        await self._pause()
        if glimpse is not None and self._hold(glimpse):
            self._drop_fixes(glimpse.subject)
            self._listener.glimpsed(glimpse)

    def _keep(self, live: Live | None) -> None:
        """Of the pages that were reviewed, only the last one stays open."""
        last, self._live = self._live, live
        if last is not None:
            last.leave()

    def repairable(self, rule: str) -> bool:
        """Whether a fix can be looked for at all."""
        # On first use, like the review.
        from relook_lsp.refine.solved import SOLVERS

        return rule in SOLVERS

    async def _prepare(self, subject: Subject) -> None:
        # On first use, like the review.
        from relook_lsp.session.repair import prepare

        seen = self.seen.get(subject)
        if seen is None or not self.fresh(seen):
            return
        await prepare(self, seen)
        await asyncio.to_thread(give_back)
        if self.fresh(seen):
            self._listener.prepared(seen)

    async def _criticise(self, seen: Seen) -> None:
        # On first use, like the review.
        from relook_lsp.session.opinion import heard

        with_opinion = await heard(self, seen) if self.fresh(seen) else None
        if with_opinion is not None and self.fresh(seen) and self._hold(with_opinion):
            await self._listener.reviewed(with_opinion)

    def _drop_fixes(self, subject: Subject) -> None:
        for fix in self.fixes.forget(subject):
            self.release(fix.id)

    def release(self, fix: str) -> None:
        """Nobody can ask for the pictures of this fix any more."""
        self.pictures.disown((fix, "before"))
        self.pictures.disown((fix, "after"))

    def current(self, seen: Seen) -> bool:
        """Whether every buffer that the page used still has the version that was seen."""
        used = {seen.subject.entry, *seen.texts}
        now = {path: b.version for path, b in self.page(seen.subject).overlays.items() if path in used}
        return now == {path: version for path, version in seen.versions.items() if path in used}

    def fresh(self, seen: Seen) -> bool:
        """Whether this is the last review of its page, and still true; what was said about it since does not count."""
        last = self.seen.get(seen.subject)
        return last is not None and last.page is seen.page and self.current(seen)

    def unchanged(self, root: Path, texts: Mapping[str, str]) -> bool:
        """Whether all these files have these texts, in the editor or else on the disk. Blocking."""
        from relook_lsp.core.text import decode

        for path, text in texts.items():
            document = self.documents.named(root, path)
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
            self._keep(None)
        finally:
            self.pictures.close()
