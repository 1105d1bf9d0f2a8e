"""The input of a review: texts, and the page they make together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

CODE_SUFFIXES = frozenset((".css", ".js", ".mjs", ".cjs"))
"""Of style sheets and scripts."""


@dataclass(frozen=True)
class Buffer:
    """One text as the editor (or the disk) has it. ``version`` is the editor's, 0 for a file."""

    path: str
    """Relative to the root, with ``/``; ``../`` never occurs."""
    text: str
    version: int = 0


def is_url(entry: str) -> bool:
    """Whether a page is named by the address of a development server."""
    return entry.startswith(("http://", "https://"))


def site_base_folders(path: str, sites: tuple[str, ...]) -> Iterator[str]:
    """Folders, relative to the root, that ``/css/a.css`` may start from where the file at ``path`` says it: the root and every
    folder above the file, each followed by its ``sites``. The site's root need not be the folder that is open."""
    above = [] if is_url(path) else [str(folder) for folder in PurePosixPath(path).parents if str(folder) != "."]
    for folder in ("", *reversed(above)):
        for site in ("", *sites):
            yield f"{folder}/{site.strip('/')}".strip("/")


@dataclass(frozen=True)
class Page:
    """An entry document, the folder that may be read for it, and the buffers that overlay files.

    ``entry`` is a path relative to ``root``, or an ``http(s)`` URL of a development server.
    ``sites`` are folders that give the meaning of ``/css/a.css`` (``public``, ``src``), see ``starts``.
    """

    root: Path
    entry: str
    overlays: dict[str, Buffer] = field(default_factory=dict[str, Buffer])
    sites: tuple[str, ...] = ()

    @property
    def is_url(self) -> bool:
        return is_url(self.entry)

    def with_texts(self, texts: dict[str, str]) -> Page:
        """The same page with these files (path -> text) changed in memory."""
        changed = {
            path: Buffer(path, text, self.overlays[path].version if path in self.overlays else 0)
            for path, text in texts.items()
        }
        return Page(self.root, self.entry, {**self.overlays, **changed}, self.sites)


def hash_texts(*parts: str | bytes) -> str:
    """Hex SHA-256 of the parts; the boundaries between parts count."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
