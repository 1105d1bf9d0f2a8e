"""Colour arithmetic of WCAG 2.2 on 8-bit sRGB (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""

from __future__ import annotations

import re
from typing import NamedTuple


class Colour(NamedTuple):
    """sRGB, red, green and blue 0-255, alpha 0-1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def composite_over(self, below: Colour) -> Colour:
        """Source-over compositing on an opaque colour."""
        keep = 1.0 - self.alpha
        return Colour(
            self.red * self.alpha + below.red * keep,
            self.green * self.alpha + below.green * keep,
            self.blue * self.alpha + below.blue * keep,
        )

    @property
    def hex(self) -> str:
        return "#" + "".join(f"{max(0, min(255, round(value))):02x}" for value in self[:3])


def channel_luminance(value: float) -> float:
    """Linear light (0-1) of one 8-bit channel."""
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def relative_luminance(colour: Colour) -> float:
    """Relative luminance 0-1; alpha is ignored."""
    red, green, blue = (channel_luminance(value) for value in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio 1-21, symmetric."""
    lighter, darker = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


_RGB = re.compile(r"rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)(?:[,/\s]+([\d.]+%?))?\s*\)")


def parse_computed_colour(value: str) -> Colour | None:
    """A colour as ``getComputedStyle`` writes it (``rgb()`` or ``rgba()``); None for any other form."""
    match = _RGB.fullmatch(value.strip())
    if match is None:
        return None
    alpha = match.group(4)
    opacity = 1.0 if alpha is None else float(alpha.rstrip("%")) / (100 if alpha.endswith("%") else 1)
    return Colour(float(match.group(1)), float(match.group(2)), float(match.group(3)), opacity)
