"""Writing an accepted patch to disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from relook_lsp.core.errors import NotWritten
from relook_lsp.core.patch import Patch
from relook_lsp.core.text import Decoded, decode


class Stale(NotWritten):
    """A file is no longer the text that the edit was verified on."""


def write(root: Path, patch: Patch, texts: Mapping[str, str]) -> list[Path]:
    """Apply the patch, verified on ``texts``, to the files of the root: all of them or none, encoding, BOM and line
    ends kept, each file replaced atomically. Raises ``NotWritten``."""
    ready: list[tuple[Path, bytes]] = []
    for relative in patch.paths:
        target = root / relative
        try:
            decoded = decode(target.read_bytes())
            if decoded.text != texts.get(relative):
                raise Stale(f"{relative} was changed meanwhile; nothing was written.")
            ready.append((target, _encoded(relative, decoded, patch)))
        except (OSError, ValueError) as error:
            raise NotWritten(f"{relative} was not changed: {error}.") from error
    for target, data in ready:
        _replace(target, data)
    return [target for target, _ in ready]


def _encoded(relative: str, decoded: Decoded, patch: Patch) -> bytes:
    if not decoded.lossless:
        raise ValueError(f"its bytes are not valid {decoded.encoding}")
    return decoded.encode(patch.apply(relative, decoded.text))


def _replace(target: Path, data: bytes) -> None:
    real = target.resolve()
    handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(real.stat().st_mode)
        Path(name).replace(real)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise NotWritten(f"{target.name} was not changed: {error}.") from error
