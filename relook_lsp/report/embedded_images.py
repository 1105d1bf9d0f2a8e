"""Pictures inside the report, each encoded once, together no larger than a bound."""

from __future__ import annotations

import base64
import io
from typing import NamedTuple

from PIL import Image

from relook_lsp.core.snapshot import Frame

MAX_HEIGHT = 4000
"""Pixels of a frame that are shown; what is deeper is cut off."""
MAX_BYTES = 32_000_000
"""Of all pictures of one report, as text. Later pages go without."""


class EmbeddedImage(NamedTuple):
    """A data URL with its size in pixels."""

    url: str
    width: int
    height: int


class ImageAlbum:
    """Encodes until the bound is reached. Raises nothing; a picture that does not fit is None."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        self._left = limit
        self._frames: dict[str, EmbeddedImage] = {}
        self.full = False

    def embed_frame(self, frame: Frame) -> EmbeddedImage | None:
        """A whole frame, cut at ``MAX_HEIGHT``."""
        known = self._frames.get(frame.hash)
        if known is None:
            with Image.open(io.BytesIO(frame.png)) as image:
                shown = image.convert("RGB").crop((0, 0, image.width, min(image.height, MAX_HEIGHT)))
            known = self._encode_within_limit(shown, quality=80)
            if known is not None:
                self._frames[frame.hash] = known
        return known

    def embed_crop(self, png: bytes) -> EmbeddedImage | None:
        """A small picture, sharp enough to read text in it."""
        with Image.open(io.BytesIO(png)) as image:
            return self._encode_within_limit(image.convert("RGB"), quality=90)

    def _encode_within_limit(self, image: Image.Image, quality: int) -> EmbeddedImage | None:
        if self.full:
            return None
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=2)
        url = "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()
        self.full = len(url) > self._left
        if self.full:
            return None
        self._left -= len(url)
        return EmbeddedImage(url, image.width, image.height)
