"""The texts that are open in the editor: immutable, replaced as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.core.page import Buffer


@dataclass(frozen=True)
class OpenDocument:
    """One open document. ``path`` is absolute; None for a document without a file."""

    uri: str
    path: Path | None
    language: str
    version: int
    text: str

    def relative_name(self, root: Path) -> str | None:
        """Its path relative to the root; a made-up one where it has no file; None where it is elsewhere."""
        if self.path is None:
            return "untitled-" + re.sub(r"[^A-Za-z0-9]+", "-", self.uri.split(":", 1)[-1]) + ".html"
        return self.path.relative_to(root).as_posix() if self.path.is_relative_to(root) else None


class OpenDocuments:
    """Open documents by URI."""

    def __init__(self) -> None:
        self._open: dict[str, OpenDocument] = {}

    def put(self, document: OpenDocument) -> None:
        self._open[document.uri] = document

    def drop(self, uri: str) -> None:
        self._open.pop(uri, None)

    def get(self, uri: str) -> OpenDocument | None:
        return self._open.get(uri)

    def __iter__(self) -> Iterator[OpenDocument]:
        return iter(tuple(self._open.values()))

    def document_named(self, root: Path, name: str) -> OpenDocument | None:
        """The open document that has this name below the root."""
        return next((one for one in self if one.relative_name(root) == name), None)

    def uri_of(self, root: Path, name: str) -> str:
        """The URI under which the client knows a file."""
        known = self.document_named(root, name)
        return known.uri if known is not None else (root / name).as_uri()

    def overlays_below(self, root: Path) -> dict[str, Buffer]:
        """Buffers of the documents below a root (and of those without a file), by name."""
        named = ((one.relative_name(root), one) for one in self)
        return {name: Buffer(name, one.text, one.version) for name, one in named if name is not None}

    def versions_of(self, root: Path, names: tuple[str, ...]) -> dict[str, int | None]:
        """Current version of each file below the root; None where it is not open."""
        return {name: one.version if (one := self.document_named(root, name)) else None for name in names}
