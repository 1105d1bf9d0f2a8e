"""Pictures as files: a folder of this session that only its user can read, and that goes when the session goes."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.core.atomic import write_atomically
from relook_lsp.core.page import text_hash
from relook_lsp.core.scratch import Scratch
from relook_lsp.core.snapshot import Snapshot, View, Viewport


@dataclass(frozen=True)
class Picture:
    """A frame of a view, as a file; its size is in pixels."""

    id: str
    viewport: Viewport
    moment: int
    role: str
    path: Path
    width: int
    height: int


class Pictures:
    """Every file belongs to owners; one without an owner is removed."""

    def __init__(self) -> None:
        self._scratch: Scratch | None = None
        self._owned: dict[Hashable, frozenset[Path]] = {}
        self._frames: dict[Hashable, tuple[Picture, ...]] = {}

    def frames(self, owner: Hashable, snapshot: Snapshot | None) -> tuple[Picture, ...]:
        """The frames of a snapshot; what the owner had before is given up. Blocking."""
        views = snapshot.views if snapshot is not None else ()
        pictures = tuple(self._frame(view) for view in views if view.frame is not None)
        self.own(owner, (picture.path for picture in pictures))
        self._frames[owner] = pictures
        return pictures

    def shown(self, owner: Hashable) -> tuple[Picture, ...]:
        """The frames that an owner has."""
        return self._frames.get(owner, ())

    def _frame(self, view: View) -> Picture:
        assert view.frame is not None
        path = self.write(view.frame.png)
        width, height = _size(view.frame.png)
        return Picture(view.id, view.viewport, view.moment, view.role, path, width, height)

    def write(self, png: bytes) -> Path:
        """The file that holds these bytes; equal pictures are one file."""
        target = self.folder() / f"{text_hash(png)[:24]}.png"
        if not target.exists():
            write_atomically(target, png, durable=False)
        return target

    def own(self, owner: Hashable, paths: Iterable[Path]) -> None:
        """From now on the owner needs these files and no others."""
        before = self._owned.pop(owner, frozenset())
        after = frozenset(paths)
        if after:
            self._owned[owner] = after
        needed = {path for paths in self._owned.values() for path in paths}
        for path in before - needed:
            with contextlib.suppress(OSError):
                path.unlink()

    def disown(self, owner: Hashable) -> None:
        self._frames.pop(owner, None)
        self.own(owner, ())

    def folder(self) -> Path:
        """Made on first use, mode 0700."""
        if self._scratch is None:
            self._scratch = Scratch("session")
        return self._scratch.path

    def close(self) -> None:
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None
            self._owned.clear()
            self._frames.clear()


def _size(png: bytes) -> tuple[int, int]:
    """Width and height from the header (PNG specification, 11.2.2)."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
