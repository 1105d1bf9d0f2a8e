"""The session: open documents, the pages they belong to, the last review of each, and one browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import SettingsError
from relook_lsp.core.page import Buffer, Page
from relook_lsp.review import config
from relook_lsp.review.config import Config
from relook_lsp.review.review import Review, review
from relook_lsp.session.documents import Documents, Open
from relook_lsp.session.scheduler import Scheduler
from relook_lsp.source.links import pages_using

MAX_PAGES = 3
"""Pages reviewed for one style sheet or script."""

IDLE = 300.0
"""Seconds without a review after which the browser is closed."""

_TEMPLATE = re.compile(r"\{%|<\?php|<\?=|<%[=\s@]")
_MUSTACHE = re.compile(r"\{\{")
_PAGE_SUFFIXES = frozenset((".html", ".htm", ".xhtml"))


@dataclass(frozen=True)
class Subject:
    """One page to look at: identity over time."""

    root: Path
    entry: str


@dataclass(frozen=True)
class Seen:
    """The last review of a subject and the versions of the buffers that it saw (path -> version)."""

    subject: Subject
    page: Page
    result: Review
    versions: Mapping[str, int]


Report = Callable[[Seen], Awaitable[None]]
Status = Callable[[str, str], None]


class Session:
    """Everything that changes. ``report`` is awaited with every fresh review, ``status`` with (state, message)."""

    def __init__(self, report: Report, status: Status) -> None:
        self.documents = Documents()
        self.scheduler = Scheduler()
        self.seen: dict[Subject, Seen] = {}
        self.overrides: dict[str, object] = {}
        self.folders: tuple[Path, ...] = ()
        self._report = report
        self._status = status
        self._driver: Driver | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._configs: dict[Path, Config] = {}
        self.warned: set[str] = set()

    # -- settings

    def configure(self, overrides: Mapping[str, object]) -> str:
        """Take the editor's settings; what is wrong with them, in one sentence, or nothing."""
        self._configs.clear()
        try:
            config.check(overrides, "the editor's settings")
        except SettingsError as error:
            return str(error)
        self.overrides = dict(overrides)
        return ""

    def config(self, root: Path) -> Config:
        """Settings of a root; defaults where the file cannot be used (said once as status)."""
        if root not in self._configs:
            try:
                self._configs[root] = config.load(root, self.overrides)
            except SettingsError as error:
                if str(error) not in self.warned:
                    self.warned.add(str(error))
                    self._status("settings", str(error))
                self._configs[root] = config.resolve({})
        return self._configs[root]

    def forget_settings(self) -> None:
        self._configs.clear()

    # -- pages

    def root(self, path: Path) -> Path:
        """Of nested candidates the nearest: a project's own root, else the workspace folder that holds the file."""
        found = config.find_root(path)
        if found != path.parent:
            return found
        folders = [folder for folder in self.folders if path.is_relative_to(folder)]
        return max(folders, key=lambda folder: len(folder.parts), default=found)

    def subjects(self, document: Open) -> tuple[tuple[Subject, ...], str]:
        """The pages that a document belongs to, and why there is none. Blocking (reads the workspace)."""
        if document.path is None:
            if document.language != "html" or not document.text.strip():
                return (), "This document has no file yet; save it to see it reviewed."
            return (Subject(self._untitled_root(), _untitled(document.uri)),), ""
        root = self.root(document.path)
        settings = self.config(root)
        if settings.entry:
            return tuple(Subject(root, entry) for entry in self._entries(root, settings.entry)), ""
        relative = document.path.relative_to(root).as_posix()
        if document.path.suffix.lower() in _PAGE_SUFFIXES or document.language == "html":
            why = _unfit(document)
            return ((), why) if why else ((Subject(root, relative),), "")
        overlays = self.documents.overlays(root)
        pages, left = pages_using(root, relative, overlays, MAX_PAGES, settings.sites)
        if not pages:
            return (), f"No page of {root.name} uses {document.path.name}; set relook.entry to the page it belongs to."
        more = f"{left} more pages use {document.path.name} and are not reviewed." if left else ""
        return tuple(Subject(root, page) for page in pages), more

    def _entries(self, root: Path, entries: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for entry in entries:
            if entry.startswith(("http://", "https://")):
                found.append(entry)
            else:
                found += sorted(p.relative_to(root).as_posix() for p in root.glob(entry) if p.is_file())
        return list(dict.fromkeys(found))[:MAX_PAGES]

    def _untitled_root(self) -> Path:
        return self.folders[0] if self.folders else Path.cwd()

    def page(self, subject: Subject) -> Page:
        """The page as it is now, unsaved texts included."""
        overlays = self.documents.overlays(subject.root)
        for one in self.documents:
            if one.path is None:
                overlays[_untitled(one.uri)] = Buffer(_untitled(one.uri), one.text, one.version)
        return Page(subject.root, subject.entry, overlays, self.config(subject.root).sites)

    # -- reviews

    def schedule(self, document: Open, delay: float) -> None:
        """Review the document's pages after a pause; newest wins for each page."""
        self.scheduler.submit(("find", document.uri), lambda: self._find(document.uri), delay)

    async def _find(self, uri: str) -> None:
        document = self.documents.get(uri)
        if document is None:
            return
        subjects, why = await asyncio.to_thread(self.subjects, document)
        if why:
            self._status("idle", why)
        for subject in subjects:
            self.scheduler.submit(subject, lambda one=subject: self.look(one))

    async def look(self, subject: Subject) -> None:
        """Review one page now and report it."""
        page = self.page(subject)
        versions = {path: buffer.version for path, buffer in page.overlays.items()}
        self._status("rendering", subject.entry)
        result = await review(self.driver(subject.root), page, self.config(subject.root).settings)
        self._rest()
        seen = Seen(subject, page, result, versions)
        if not self.current(seen):
            return
        self.seen[subject] = seen
        problem = result.report.problems[0].message if result.report.problems and not result.report.reviewed else ""
        self._status("problem" if problem else "idle", problem)
        await self._report(seen)

    def current(self, seen: Seen) -> bool:
        """Whether every buffer that the page used still has the version that was seen."""
        used = {s.path for s in seen.result.snapshot.sources.values()} if seen.result.snapshot else set(seen.versions)
        now = {path: b.version for path, b in self.page(seen.subject).overlays.items() if path in used}
        return now == {path: version for path, version in seen.versions.items() if path in used}

    def driver(self, root: Path) -> Driver:
        """The one browser; started by its first use."""
        if self._driver is None:
            self._driver = Driver(self.config(root).browser)
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        return self._driver

    def _rest(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE, lambda: asyncio.ensure_future(self._close_browser()))

    async def _close_browser(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.close()

    async def close(self) -> None:
        """Stop all work and close the browser."""
        await self.scheduler.close()
        if self._idle is not None:
            self._idle.cancel()
        await self._close_browser()


def _untitled(uri: str) -> str:
    return "untitled-" + re.sub(r"[^A-Za-z0-9]+", "-", uri.split(":", 1)[-1]) + ".html"


def _unfit(document: Open) -> str:
    """Why a document cannot be looked at as a page; empty where it can."""
    text = document.text
    # Double braces with a script may be a page that fills them in itself.
    if _TEMPLATE.search(text) or (_MUSTACHE.search(text) and "<script" not in text.lower()):
        return f"{Path(document.uri).name} is a template: set relook.entry to the page or server that renders it."
    if not text.strip():
        return f"{Path(document.uri).name} is empty."
    return ""
