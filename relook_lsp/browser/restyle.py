"""Other style in a page that is already loaded: a candidate is looked at without a reload, and taken back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from relook_lsp.browser.capture import Boundary, Capture
from relook_lsp.browser.look import STILL, Look
from relook_lsp.core.errors import BrowserFailed
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout, View
from relook_lsp.source.restyle import Change, Restyle

SETTLE = 20
"""Virtual milliseconds granted where a new sheet names pictures or fonts, so that they are there again."""


class NotTried(BrowserFailed):
    """The style cannot be changed in the live page; only a new load can tell."""


class Trial:
    """A capture whose page has another style for a while."""

    def __init__(self, capture: Capture, change: Restyle) -> None:
        self._capture = capture
        self._change = change
        self._applied: dict[bool, Layout] = {}

    async def at(self, view: View) -> Capture:
        """The capture with only this view, looked at again; judges may ask it for more. Raises ``NotTried`` where
        scripts have changed what is to be replaced, ``BrowserFailed`` and ``CaptureTimeout``."""
        with Boundary():
            return self._capture.only(await (await self._styled(view)).again(view))

    async def bare(self, view: View) -> View:
        """The view's layout as it is now. Raises like ``at``."""
        with Boundary():
            await self._styled(view)
        return await self._capture.bare(view)

    async def pictured(self, view: View, clip: Rect) -> View:
        """A bare view, which was looked at last, with pictures of a part of it (whole pixels). Raises like ``at``."""
        with Boundary():
            return await (await self._styled(view)).pictured(view, clip)

    async def _styled(self, view: View) -> Look:
        touch = view.viewport.touch
        look = self._capture.looks.get(touch)
        if look is None:
            raise NotTried("the page is no longer open")
        if touch not in self._applied:
            _check(view.layout, self._change)
            self._applied[touch] = view.layout
            await _apply(look, view.layout, self._change, back=False)
        return look

    async def undo(self) -> None:
        with Boundary():
            for touch, layout in self._applied.items():
                await _apply(self._capture.looks[touch], layout, self._change, back=True)


@asynccontextmanager
async def restyled(capture: Capture, change: Restyle) -> AsyncGenerator[Trial]:
    """The page in another style, for as long as the block runs."""
    trial = Trial(capture, change)
    try:
        yield trial
    finally:
        await trial.undo()


def _check(layout: Layout, change: Restyle) -> None:
    for node in range(len(layout)):
        origin = layout.origin(node)
        attribute = None if origin is None else change.attributes.get(origin)
        if attribute is not None and layout.attribute(node, "style") != attribute.old:
            raise NotTried("A script has changed the style attribute.")


async def _apply(look: Look, layout: Layout, change: Restyle, *, back: bool) -> None:
    # Sheets and elements have names only after that.
    await look.sheets.enable()
    # Transitions are off while style changes: started ones would stand still in stopped time.
    async with look.styled(STILL):
        for owner, sheet in change.sheets.items():
            text = (sheet.old if back else sheet.new) or ""
            for identity in await look.sheets.of(owner):
                await look.cdp.send("CSS.setStyleSheetText", {"styleSheetId": identity, "text": text})
        for offset, attribute in change.attributes.items():
            await _set(look, layout, offset, attribute, back=back)
        await look.restyle()
    if any("url(" in (sheet.new or "") for sheet in change.sheets.values()):
        await look.clock.advance(SETTLE)


async def _set(look: Look, layout: Layout, offset: int, change: Change, *, back: bool) -> None:
    value = change.old if back else change.new
    for node in (n for n in range(len(layout)) if layout.origin(n) == offset):
        ids = await look.cdp.send("DOM.pushNodesByBackendIdsToFrontend", {"backendNodeIds": [layout.backend_ids[node]]})
        target = {"nodeId": ids["nodeIds"][0], "name": "style"}
        if value is None:
            await look.cdp.send("DOM.removeAttribute", target)
        else:
            await look.cdp.send("DOM.setAttributeValue", {**target, "value": value})
