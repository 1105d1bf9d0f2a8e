"""What a page is made of, and which pages a style sheet or script belongs to.

Only what is written down is followed: ``<link>``, ``<script>``, ``@import``, ``import`` and import maps. Files
that a script asks for by a computed name are unknown here.
"""

from __future__ import annotations

import html
import os
import re
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urljoin, urlsplit

from relook_lsp.core.page import CODE_SUFFIXES, Buffer, site_base_folders
from relook_lsp.core.text import decode
from relook_lsp.source.url_references import ImportMap, UrlReferences, url_references_in

PAGE_SUFFIXES = frozenset((".html", ".htm", ".xhtml"))

MAX_FOLDERS = 2000
MAX_PAGES = 1000
MAX_LEVELS = 4
MAX_NEAR_PAGES = 100
MAX_SIZE = 2 * 1024 * 1024
"""Larger files are generated; no one reads them, and no page is searched in them."""

_SKIPPED = frozenset(("node_modules", "bower_components", "__pycache__"))

_UPWARDS = re.compile(r"(?<![^\s\"'(=,])((?:\.\./)+)[^\s\"'()<>]*")

_ORIGIN = "http://root.invalid/"


def pages_using(
    root: Path, path: str, overlays: Mapping[str, Buffer], limit: int, sites: tuple[str, ...] = ()
) -> tuple[list[str], int]:
    """Pages below ``root`` that reach the style sheet or script ``path`` (both relative to the root), open ones
    first, then the nearest folders, at most ``limit``; and how many were left out. Open buffers count as they are in
    the editor.

    Blocking. Looks at the nearest ``MAX_PAGES`` pages in the nearest ``MAX_FOLDERS`` folders.
    """
    files = PageGraph(root, overlays, sites)
    found = [page for page in files.pages_by_distance(path) if path in files.reachable_files(page, code_only=True)]
    found.sort(key=lambda page: page not in overlays)
    return found[:limit], max(0, len(found) - limit)


def folder_of_pages_using(path: Path) -> Path | None:
    """The nearest folder, from that of the style sheet or script at the absolute ``path`` upwards, where a page uses the
    file: the page lies in that folder or directly below one of its folders. None where there is no such folder.

    Blocking. Looks at ``MAX_LEVELS`` folders and ``MAX_NEAR_PAGES`` pages in each. Everybody's folders are left out: the
    home folder, the one for temporary files and what lies above them.
    """
    shared = {folder for shared in (_home(), Path(tempfile.gettempdir())) for folder in (shared, *shared.parents)}
    for folder in path.parents[:MAX_LEVELS]:
        if folder in shared:
            break
        files, here = PageGraph(folder, {}), PurePosixPath()
        near = [page for below in (here, *_folders_in(folder, here)) for page in _pages_in(folder, below)]
        name = path.relative_to(folder).as_posix()
        if any(name in files.reachable_files(page, code_only=True) for page in near[:MAX_NEAR_PAGES]):
            return folder
    return None


def _home() -> Path:
    try:
        return Path.home().resolve()
    except (OSError, RuntimeError):
        return Path("/")


def pages_sharing(root: Path, page: str, overlays: Mapping[str, Buffer], sites: tuple[str, ...] = ()) -> list[str]:
    """Other pages that use a style sheet or script of a page, the nearest folders first. Blocking, like
    ``pages_using``."""
    files = PageGraph(root, overlays, sites)
    shared = files.reachable_files(page, code_only=True)
    return [
        other
        for other in files.pages_by_distance(page)
        if other != page and shared & files.reachable_files(other, code_only=True)
    ]


def files_of_page(
    root: Path, page: str, overlays: Mapping[str, Buffer], sites: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """All existing files below ``root`` that a page names, directly or through its style sheets and scripts."""
    return tuple(sorted(PageGraph(root, overlays, sites).reachable_files(page, code_only=False)))


def urls_above_root(text: str, at: str) -> frozenset[str]:
    """URLs that the text of the file at the URL ``at`` names by a path that leads above the folder at which URLs end.
    Browsers leave out the steps that lead there, so that such a URL alone does not tell."""
    depth = urlsplit(at).path.count("/") - 1
    named = (match for match in _UPWARDS.finditer(text) if len(match[1]) // 3 > depth)
    return frozenset(urljoin(at, html.unescape(match[0])).split("#")[0] for match in named)


@dataclass
class PageGraph:
    """Buffers before files below one root; what was read once is remembered."""

    root: Path
    overlays: Mapping[str, Buffer]
    sites: tuple[str, ...] = ()
    _names: dict[str, UrlReferences] = field(default_factory=dict[str, UrlReferences])
    _targets: dict[tuple[str, str], str | None] = field(default_factory=dict[tuple[str, str], "str | None"])

    def reachable_files(self, page: str, *, code_only: bool) -> set[str]:
        """Files that the page names, and what its style sheets and scripts name in turn, without itself."""
        imports = self.references_in(page).imports
        reached: set[str] = set()
        waiting = [page]
        while waiting:
            one = waiting.pop()
            for target in self._referenced_files(one, imports, code_only):
                if target not in reached and target != page:
                    reached.add(target)
                    if PurePosixPath(target).suffix.lower() in CODE_SUFFIXES:
                        waiting.append(target)
        return reached

    def _referenced_files(self, path: str, imports: ImportMap, code_only: bool) -> Iterator[str]:
        names = self.references_in(path)
        base = urljoin(_ORIGIN + quote(path, errors="surrogateescape"), names.base)
        # An import map belongs to the page: its addresses are relative to the page, not to the module.
        urls = [urljoin(base, url) for url in names.code]
        urls += [url for name in names.modules if (url := imports.resolve(name, base)) is not None]
        if not code_only:
            urls += [urljoin(base, url) for url in names.other]
        for url in urls:
            target = self.resolve(url, path)
            if target is not None:
                yield target

    def references_in(self, path: str) -> UrlReferences:
        """What one file names; nothing where it cannot be read."""
        if path not in self._names:
            text = self.read_text(path)
            where = _ORIGIN + quote(path, errors="surrogateescape")
            self._names[path] = (
                UrlReferences() if text is None else url_references_in(text, PurePosixPath(path).suffix.lower(), where)
            )
        return self._names[path]

    def read_text(self, path: str) -> str | None:
        overlay = self.overlays.get(path)
        if overlay is not None:
            return overlay.text
        target = self.root / path
        if not self._is_file(path):
            return None
        try:
            return decode(target.read_bytes()).text if target.stat().st_size <= MAX_SIZE else None
        except OSError:
            return None

    def resolve(self, url: str, near: str) -> str | None:
        """The existing file, relative to the root, that a URL of this origin means in the file at ``near``."""
        if not url.startswith(_ORIGIN):
            return None
        wanted = os.path.normpath(unquote(urlsplit(url).path, errors="surrogateescape").lstrip("/") or ".")
        for start in site_base_folders(near, self.sites):
            relative = os.path.normpath(f"{start}/{wanted}".lstrip("/"))
            if relative in self.overlays or self._is_file(relative):
                return relative
        return None

    def _is_file(self, relative: str) -> bool:
        if "\0" in relative or any(part.startswith(".") for part in relative.split("/")):
            return False
        try:
            real = Path(os.path.realpath(self.root / relative))
            return real.is_relative_to(os.path.realpath(self.root)) and real.is_file()
        except (OSError, ValueError):
            return False

    def pages_by_distance(self, path: str) -> list[str]:
        """Pages in the order of their folders' distance from the file at ``path``, open buffers included."""
        found: list[tuple[int, str]] = []
        distances: dict[str, int] = {}
        for distance, folder in self._folders_by_distance(PurePosixPath(path).parent):
            distances[str(folder)] = distance
            found += [(distance, page) for page in _pages_in(self.root, folder)]
            if len(found) >= MAX_PAGES:
                break
        known = {page for _, page in found}
        for one in self.overlays:
            if PurePosixPath(one).suffix.lower() in PAGE_SUFFIXES and one not in known:
                found.append((distances.get(str(PurePosixPath(one).parent), MAX_FOLDERS), one))
        return [page for _, page in sorted(found)]

    def _folders_by_distance(self, start: PurePosixPath) -> Iterator[tuple[int, PurePosixPath]]:
        """Folders below the root in order of distance: one step is one folder up or down."""
        waiting, seen = deque([(0, start)]), {start}
        while waiting and len(seen) <= MAX_FOLDERS:
            distance, folder = waiting.popleft()
            yield distance, folder
            for near in (folder.parent, *_folders_in(self.root, folder)):
                if near not in seen:
                    seen.add(near)
                    waiting.append((distance + 1, near))


def _pages_in(root: Path, folder: PurePosixPath) -> list[str]:
    return [str(folder / name) for name, is_folder in _list_folder(root, folder)
            if not is_folder and PurePosixPath(name).suffix.lower() in PAGE_SUFFIXES]  # fmt: skip


def _folders_in(root: Path, folder: PurePosixPath) -> list[PurePosixPath]:
    return [folder / name for name, is_folder in _list_folder(root, folder) if is_folder and name not in _SKIPPED]


def _list_folder(root: Path, folder: PurePosixPath) -> list[tuple[str, bool]]:
    """(name, is a folder) of what may be read, sorted; links to folders are not followed."""
    try:
        with os.scandir(root / folder) as entries:
            return sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries if not e.name.startswith("."))
    except OSError:
        return []
