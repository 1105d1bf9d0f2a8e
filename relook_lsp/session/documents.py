"""The texts that are open in the editor: immutable, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.core.page import Buffer


@dataclass(frozen=True)
class Open:
    """One open document. ``path`` is absolute; None for a document without a file."""

    uri: str
    path: Path | None
    language: str
    version: int
    text: str


class Documents:
    """Open documents by URI."""

    def __init__(self) -> None:
        self._open: dict[str, Open] = {}

    def put(self, document: Open) -> None:
        self._open[document.uri] = document

    def drop(self, uri: str) -> None:
        self._open.pop(uri, None)

    def get(self, uri: str) -> Open | None:
        return self._open.get(uri)

    def __iter__(self) -> Iterator[Open]:
        return iter(tuple(self._open.values()))

    def by_path(self, path: Path) -> Open | None:
        return next((one for one in self if one.path == path), None)

    def overlays(self, root: Path) -> dict[str, Buffer]:
        """Buffers of the documents below a root, by path relative to it."""
        found: dict[str, Buffer] = {}
        for one in self:
            if one.path is not None and one.path.is_relative_to(root):
                relative = one.path.relative_to(root).as_posix()
                found[relative] = Buffer(relative, one.text, one.version)
        return found

    def versions(self, root: Path, paths: tuple[str, ...]) -> dict[str, int | None]:
        """Current version of each path below the root; None where it is not open."""
        return {path: one.version if (one := self.by_path(root / path)) else None for path in paths}
