"""Pictures as files: a folder of this session that only its user can read, and that goes when the session goes."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

from relook_lsp.core.atomic import write_atomically
from relook_lsp.core.page import hash_texts
from relook_lsp.core.scratch import ScratchFolder
from relook_lsp.core.snapshot import Snapshot, View, Viewport


@dataclass(frozen=True)
class ImageFile:
    """A frame of a view, as a file; its size is in pixels."""

    id: str
    viewport: Viewport
    moment: int
    role: str
    path: Path
    width: int
    height: int


class ImageFiles:
    """Every file belongs to owners; one without an owner is removed."""

    def __init__(self) -> None:
        self._scratch: ScratchFolder | None = None
        self._owned: dict[Hashable, frozenset[Path]] = {}
        self._frames: dict[Hashable, tuple[ImageFile, ...]] = {}

    def write_frames(self, owner: Hashable, snapshot: Snapshot | None) -> tuple[ImageFile, ...]:
        """The frames of a snapshot; what the owner had before is given up. Blocking."""
        views = snapshot.views if snapshot is not None else ()
        pictures = tuple(self._write_frame(view) for view in views if view.frame is not None)
        self.set_owned(owner, (picture.path for picture in pictures))
        self._frames[owner] = pictures
        return pictures

    def frames_of(self, owner: Hashable) -> tuple[ImageFile, ...]:
        """The frames that an owner has."""
        return self._frames.get(owner, ())

    def _write_frame(self, view: View) -> ImageFile:
        assert view.frame is not None
        path = self.write_image(view.frame.png)
        width, height = _png_size(view.frame.png)
        return ImageFile(view.id, view.viewport, view.moment, view.role, path, width, height)

    def write_image(self, png: bytes) -> Path:
        """The file that holds these bytes; equal pictures are one file."""
        target = self.folder() / f"{hash_texts(png)[:24]}.png"
        if not target.exists():
            write_atomically(target, png, durable=False)
        return target

    def set_owned(self, owner: Hashable, paths: Iterable[Path]) -> None:
        """From now on the owner needs these files and no others."""
        before = self._owned.pop(owner, frozenset())
        after = frozenset(paths)
        if after:
            self._owned[owner] = after
        needed = {path for paths in self._owned.values() for path in paths}
        for path in before - needed:
            with contextlib.suppress(OSError):
                path.unlink()

    def drop_owner(self, owner: Hashable) -> None:
        self._frames.pop(owner, None)
        self.set_owned(owner, ())

    def folder(self) -> Path:
        """Made on first use, mode 0700."""
        if self._scratch is None:
            self._scratch = ScratchFolder("session")
        return self._scratch.path

    def close(self) -> None:
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None
            self._owned.clear()
            self._frames.clear()


def _png_size(png: bytes) -> tuple[int, int]:
    """Width and height from the header (PNG specification, 11.2.2)."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
