"""The session: open documents, the pages they belong to, the last review of each, and what was found to mend them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from relook_lsp.core.errors import RelookError
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

    def forgotten(self, subjects: Sequence[Subject]) -> None:
        """These pages are not looked at any more."""
        ...

    def homeless(self, belongs: Belongs) -> None:
        """A document belongs to no page, or not all its pages are looked at."""
        ...

    def misconfigured(self, message: str) -> None: ...


class Session:
    """Everything that changes. Slow work gets immutable copies of it."""

    def __init__(self, listener: Listener) -> None:
        self.documents = Documents()
        self.preferences = Preferences(listener.misconfigured)
        self.scheduler = Scheduler()
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
        self._looking: dict[Subject, frozenset[str]] = {}
        self._quiet = 0.0
        """The loop's time at which the pause after the last change ends."""

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

    def drop(self, uri: str) -> list[Subject]:
        """A document was closed: pages that no open document needs any more are forgotten, and returned."""
        document = self.documents.get(uri)
        self.documents.drop(uri)
        self._belongs.clear()
        if document is None:
            return []
        gone = [subject for subject, seen in self.seen.items() if not self._needed(seen)]
        for subject in gone:
            self._forget(subject)
        return gone

    def _needed(self, seen: Seen) -> bool:
        root, used = seen.subject.root, {seen.subject.entry, *seen.texts}
        return any(document.name(root) in used for document in self.documents) or (
            seen.subject.is_url and any(document.name(root) is not None for document in self.documents)
        )

    def _forget(self, subject: Subject) -> None:
        del self.seen[subject]
        self.scheduler.drop_idle(subject)
        self.scheduler.drop_idle(("critic", subject))
        if self._live is not None and self._live.seen.subject == subject:
            self._keep(None)
        self.pictures.disown(subject)
        self._drop_fixes(subject)

    def files_changed(self) -> None:
        """Files were made, removed or changed outside the editor."""
        self._belongs.clear()
        self.preferences.forget()

    async def pages(self, document: Open) -> Belongs:
        """The pages that a document belongs to; remembered until something changes that."""
        known = self._belongs.get(document.uri)
        if known is None:
            known = await asyncio.to_thread(pages_of, document, self.documents, self.preferences)
            if self.documents.get(document.uri) is document:
                self._belongs[document.uri] = known
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
        self._left(document, belongs)
        if belongs.message:
            self._listener.homeless(belongs)
        for subject in belongs.subjects:
            self.scheduler.submit(subject, lambda one=subject: self._look(one))

    def _left(self, document: Open, belongs: Belongs) -> None:
        """A document that was a page and is none any more keeps no findings."""
        gone = [
            subject
            for subject in self.seen
            if document.name(subject.root) == subject.entry and subject not in belongs.subjects
        ]
        for subject in gone:
            self._forget(subject)
        if gone:
            self._listener.forgotten(gone)

    async def _look(self, subject: Subject) -> None:
        await self.look(subject)

    async def look(self, subject: Subject) -> Seen | None:
        """Review one page now and tell; None where it changed meanwhile (a newer review follows)."""
        # On first use: it brings the browser's driver and the rules with it.
        from relook_lsp.session.live import reviewed

        page, config = self.page(subject), self.preferences.config(subject.root)
        last = self.seen.get(subject)
        self._looking[subject] = frozenset((subject.entry, *(last.texts if last is not None else page.overlays)))
        self._listener.looking(subject)
        try:
            async with self.browser.use(config.browser) as driver:
                early = asyncio.create_task(self._tell(await self._glimpse(subject, page, config.settings.options)))
                try:
                    seen, live = await reviewed(driver, subject, page, config.settings)
                finally:
                    early.cancel()
                self._keep(live)
        finally:
            self._looking.pop(subject, None)
        await self._pause()
        if self.keep_frames and self.current(seen):
            await asyncio.to_thread(self.pictures.frames, subject, seen.snapshot)
        if not self.current(seen):
            return None
        self.seen[subject] = seen
        self._drop_fixes(subject)
        await self._listener.reviewed(seen)
        if live is not None:
            self.scheduler.idle("live", self._settle)
        if seen.report.reviewed and config.editor.prepare:
            self.scheduler.idle(subject, lambda: self._prepare(subject))
        if seen.report.reviewed and config.critic.endpoint:
            self.scheduler.idle(("critic", subject), lambda: self._criticise(seen))
        return seen

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
        if glimpse is not None and self.current(glimpse):
            self.seen[glimpse.subject] = glimpse
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
        if with_opinion is not None and self.fresh(seen):
            self.seen[seen.subject] = with_opinion
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
        """Stop all work, close the browser, remove the pictures."""
        try:
            await self.scheduler.close()
            self._keep(None)
            await self.browser.close()
        finally:
            self.pictures.close()
