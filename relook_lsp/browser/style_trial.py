"""Other style in a page that is already loaded: a candidate is looked at without a reload, and taken back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from relook_lsp.browser.capture import BrowserErrorBoundary, Capture
from relook_lsp.browser.page_session import NO_TRANSITIONS, PageSession
from relook_lsp.core.errors import BrowserFailed
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout, View
from relook_lsp.source.style_changes import StyleChange, StyleChanges

SETTLE = 20
"""Virtual milliseconds granted where a new sheet names pictures or fonts, so that they are there again."""


class TrialNotPossible(BrowserFailed):
    """The style cannot be changed in the live page; only a new load can tell."""


class StyleTrial:
    """A capture whose page has another style for a while."""

    def __init__(self, capture: Capture, change: StyleChanges) -> None:
        self._capture = capture
        self._change = change
        self._applied: dict[bool, Layout] = {}

    async def capture_view(self, view: View) -> Capture:
        """The capture with only this view, looked at again; judges may ask it for more. Raises ``NotTried`` where
        scripts have changed what is to be replaced, ``BrowserFailed`` and ``CaptureTimeout``."""
        with BrowserErrorBoundary():
            return self._capture.with_only_view(await (await self._apply_to_session_of(view)).recapture_view(view))

    async def capture_layout(self, view: View) -> View:
        """The view's layout as it is now. Raises like ``at``."""
        with BrowserErrorBoundary():
            await self._apply_to_session_of(view)
        return await self._capture.capture_layout(view)

    async def capture_clip(self, view: View, clip: Rect) -> View:
        """A bare view, which was looked at last, with pictures of a part of it (whole pixels). Raises like ``at``."""
        with BrowserErrorBoundary():
            return await (await self._apply_to_session_of(view)).capture_clip(view, clip)

    async def _apply_to_session_of(self, view: View) -> PageSession:
        touch = view.viewport.touch
        page_session = self._capture.sessions.get(touch)
        if page_session is None:
            raise TrialNotPossible("the page is no longer open")
        if touch not in self._applied:
            _check_owners(view.layout, self._change)
            self._applied[touch] = view.layout
            await _apply_changes(page_session, view.layout, self._change, back=False)
        return page_session

    async def undo(self) -> None:
        with BrowserErrorBoundary():
            for touch, layout in self._applied.items():
                await _apply_changes(self._capture.sessions[touch], layout, self._change, back=True)


@asynccontextmanager
async def trial_style(capture: Capture, change: StyleChanges) -> AsyncGenerator[StyleTrial]:
    """The page in another style, for as long as the block runs."""
    trial = StyleTrial(capture, change)
    try:
        yield trial
    finally:
        await trial.undo()


def _check_owners(layout: Layout, change: StyleChanges) -> None:
    for node in range(len(layout)):
        origin = layout.source_offset(node)
        attribute = None if origin is None else change.attributes.get(origin)
        if attribute is not None and layout.attribute(node, "style") != attribute.old:
            raise TrialNotPossible("A script has changed the style attribute.")


async def _apply_changes(page_session: PageSession, layout: Layout, change: StyleChanges, *, back: bool) -> None:
    # Sheets and elements have names only after that.
    await page_session.sheets.enable()
    # Transitions are off while style changes: started ones would stand still in stopped time.
    async with page_session.with_style_sheet(NO_TRANSITIONS):
        for owner, sheet in change.sheets.items():
            text = (sheet.old if back else sheet.new) or ""
            for identity in await page_session.sheets.sheets_of(owner):
                await page_session.cdp.send("CSS.setStyleSheetText", {"styleSheetId": identity, "text": text})
        for offset, attribute in change.attributes.items():
            await _set_style_attribute(page_session, layout, offset, attribute, back=back)
        await page_session.force_style_update()
    if any("url(" in (sheet.new or "") for sheet in change.sheets.values()):
        await page_session.clock.advance(SETTLE)


async def _set_style_attribute(
    page_session: PageSession, layout: Layout, offset: int, change: StyleChange, *, back: bool
) -> None:
    value = change.old if back else change.new
    for node in (n for n in range(len(layout)) if layout.source_offset(n) == offset):
        ids = await page_session.cdp.send(
            "DOM.pushNodesByBackendIdsToFrontend", {"backendNodeIds": [layout.backend_ids[node]]}
        )
        target = {"nodeId": ids["nodeIds"][0], "name": "style"}
        if value is None:
            await page_session.cdp.send("DOM.removeAttribute", target)
        else:
            await page_session.cdp.send("DOM.setAttributeValue", {**target, "value": value})
