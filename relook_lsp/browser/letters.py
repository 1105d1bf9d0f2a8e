"""Whether the browser paints letters. Without a font it lays text out and paints nothing, and contrast and clipping
would be judged on empty pictures."""

from __future__ import annotations

import os

from relook_lsp.browser.tab import Tab
from relook_lsp.core.errors import NoFonts

_PAINT = """(() => {
  const canvas = new OffscreenCanvas(48, 48), pen = canvas.getContext('2d', {willReadFrequently: true});
  const shape = (family, letter) => {
    pen.clearRect(0, 0, 48, 48);
    pen.font = '32px ' + family;
    pen.fillText(letter, 8, 36);
    const alpha = pen.getImageData(0, 0, 48, 48).data.filter((_, at) => at % 4 === 3);
    return alpha.some(value => value > 0) ? alpha.join() : '';
  };
  return ['sans-serif', 'serif', 'monospace'].every(family => {
    const shapes = [...'Ai8'].map(letter => shape(family, letter));
    return !shapes.includes('') && new Set(shapes).size === shapes.length;
  });
})()"""
"""True where every generic family paints letters, and different ones for different letters (not boxes for missing
ones)."""


async def require_letters(tab: Tab) -> None:
    """Paint three letters in an empty page, about 5 ms. Raises ``NoFonts`` and ``CdpError``."""
    reply = await tab.cdp.send("Runtime.evaluate", {"expression": _PAINT, "returnByValue": True})
    if reply["result"].get("value") is False:
        raise NoFonts(_sentence())


def _sentence() -> str:
    named = os.environ.get("FONTCONFIG_FILE")
    where = f" with FONTCONFIG_FILE={named}" if named else ""
    return (
        f"The browser paints no text{where}: it finds no usable font. Install one "
        "(Debian, as root: apt-get install fonts-liberation fonts-dejavu-core), then run 'relook doctor'."
    )
