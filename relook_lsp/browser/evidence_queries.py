"""What is asked of a page after the first look: single elements, and what they do when something is done to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from relook_lsp.browser.camera import MAX_HEIGHT
from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.frame_difference import frame_difference
from relook_lsp.browser.gather import flicker as light
from relook_lsp.browser.gather import styles
from relook_lsp.browser.gather.axe import axe_violations
from relook_lsp.browser.gather.creator import creating_script_line as made_at
from relook_lsp.browser.gather.focus import force_focus_styles, has_default_focus_ring, leave_focus, take_focus
from relook_lsp.browser.page_session import PageSession
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Declaration, Flicker, Frame, Paint, ScriptPlace, View, Viewport

_AROUND = 24
"""CSS pixels around an element in which the ring of the focus is looked for."""

_HIDE = """function () {
  const rule = 'visibility: hidden !important; transition: none !important; ';
  this.relookStyle = this.getAttribute('style');
  this.setAttribute('style', (this.relookStyle || '') + ';' + rule);
}"""
_SHOW = """function () {
  if (this.relookStyle === null) this.removeAttribute('style'); else this.setAttribute('style', this.relookStyle);
  delete this.relookStyle;
}"""


async def matched_declarations(
    page_session: PageSession, view: View, node: int, *, focused: bool = False
) -> tuple[Declaration, ...]:
    """Matched declarations of a node; ``focused``: as they are while it has the keyboard focus."""
    await page_session.resize(view.viewport)
    if not focused:
        return await styles.collect_declarations(page_session.cdp, page_session.sheets, view.layout, node)
    await page_session.sheets.enable()
    backend = view.layout.backend_ids[node]
    await force_focus_styles(page_session.cdp, backend, on=True)
    try:
        return await styles.collect_declarations(page_session.cdp, page_session.sheets, view.layout, node)
    finally:
        await force_focus_styles(page_session.cdp, backend, on=False)


async def measure_focus_change(page_session: PageSession, view: View, node: int) -> int:
    """Pixels that change around the element when it gets keyboard focus, all of them where some do and the ring is the
    browser's own, however thin it is here; -1 where it does not take the focus. The page is ``STILL``."""
    clip = _to_whole_pixels(view.layout.rect(node).inflate(_AROUND).intersect(_picture_bounds(view)))
    await page_session.resize(view.viewport)
    thing = await _resolve_node(page_session, view, node)
    if thing is None:
        return -1
    # A script may have given it the focus as the page loaded.
    await leave_focus(page_session.cdp, thing)
    before = await page_session.camera.take_frame(view.layout, view.viewport, clip)
    taken = await take_focus(page_session.cdp, thing)
    after = await page_session.camera.take_frame(view.layout, view.viewport, clip)
    ring = await has_default_focus_ring(page_session.cdp, thing)
    await leave_focus(page_session.cdp, thing)
    changed = frame_difference(before, after, clip).changed
    return -1 if not taken else int(clip.area) if ring and changed else changed


async def record_flicker(page_session: PageSession, view: View, node: int) -> Flicker:
    """How bright the element's part of the window is, picture by picture, within one second of its animations.
    They are set to each moment: time does not pass, and stands where it stood afterwards."""
    window = Rect(0, 0, view.viewport.width, view.viewport.height)
    clip = _to_whole_pixels(view.layout.rect(node).intersect(window))
    await page_session.resize(view.viewport)
    frames: list[Frame] = []
    try:
        for step in range(light.STEPS):
            await page_session.evaluate(light.SEEK % (step * light.STEP))
            frames.append(await page_session.camera.take_frame(view.layout, view.viewport, clip))
    finally:
        await page_session.evaluate(light.RESUME)
    return await asyncio.to_thread(light.measure_flicker, frames)


async def measure_paint_change(page_session: PageSession, view: View, node: int) -> Paint | None:
    """What hiding this element changes in the picture; None where the node is gone."""
    layout = view.layout
    rect = layout.rect(node)
    for child in range(node + 1, len(layout)):
        if not layout.is_within(child, node):
            break
        if layout.has_box(child) and layout.rect(child).area:
            rect = rect.union(layout.rect(child))
    clip = _to_whole_pixels(rect.inflate(4).intersect(_picture_bounds(view)))
    if clip.area <= 4:
        return Paint(0, Rect(0, 0, 0, 0))
    await page_session.resize(view.viewport)
    thing = await _resolve_node(page_session, view, node)
    if thing is None:
        return None
    shown = await page_session.camera.take_frame(layout, view.viewport, clip)
    await _call_function(page_session, thing, _HIDE)
    try:
        hidden = await page_session.camera.take_frame(layout, view.viewport, clip)
    finally:
        await _call_function(page_session, thing, _SHOW)
    return frame_difference(shown, hidden, clip)


async def find_creator(page_session: PageSession, view: View, node: int) -> ScriptPlace | None:
    """The script line that made a node; None for nodes of the parser."""
    await page_session.sheets.enable()
    return await made_at(page_session.cdp, view.layout.backend_ids[view.layout.nearest_element(node)])


async def run_axe(page_session: PageSession, viewport: Viewport) -> tuple[Mapping[str, Any], ...] | None:
    """What axe-core finds in the page as it stands."""
    await page_session.resize(viewport)
    return await axe_violations(page_session.cdp, page_session.world, page_session.clock.advance)


def _picture_bounds(view: View) -> Rect:
    """As far as pictures go."""
    return Rect(0, 0, 4 * view.viewport.width, MAX_HEIGHT)


def _to_whole_pixels(rect: Rect) -> Rect:
    """Whole pixels that hold the rectangle."""
    return Rect(int(rect.x), int(rect.y), int(rect.width) + 1, int(rect.height) + 1)


async def _resolve_node(page_session: PageSession, view: View, node: int) -> str | None:
    """The node as a remote object; None where it is gone."""
    try:
        remote = await page_session.cdp.send("DOM.resolveNode", {"backendNodeId": view.layout.backend_ids[node]})
    except CdpError:
        return None
    return remote["object"]["objectId"]


async def _call_function(page_session: PageSession, thing: str, function: str) -> None:
    await page_session.cdp.send(
        "Runtime.callFunctionOn", {"objectId": thing, "functionDeclaration": function, "silent": True}
    )
