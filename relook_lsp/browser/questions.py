"""What is asked of a page after the first look: single elements, and what they do when something is done to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from relook_lsp.browser.camera import MAX_HEIGHT
from relook_lsp.browser.cdp import CdpError
from relook_lsp.browser.difference import difference
from relook_lsp.browser.gather import flicker as light
from relook_lsp.browser.gather import styles
from relook_lsp.browser.gather.axe import violations
from relook_lsp.browser.gather.creator import creator as made_at
from relook_lsp.browser.gather.focus import force, leave_focus, ringed, take_focus
from relook_lsp.browser.look import Look
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


async def declarations(look: Look, view: View, node: int, *, focused: bool = False) -> tuple[Declaration, ...]:
    """Matched declarations of a node; ``focused``: as they are while it has the keyboard focus."""
    await look.resize(view.viewport)
    if not focused:
        return await styles.declarations(look.cdp, look.sheets, view.layout, node)
    await look.sheets.enable()
    backend = view.layout.backend_ids[node]
    await force(look.cdp, backend, on=True)
    try:
        return await styles.declarations(look.cdp, look.sheets, view.layout, node)
    finally:
        await force(look.cdp, backend, on=False)


async def focus(look: Look, view: View, node: int) -> int:
    """Pixels that change around the element when it gets keyboard focus, all of them where some do and the ring is the
    browser's own, however thin it is here; -1 where it does not take the focus. The page is ``STILL``."""
    clip = _whole(view.layout.rect(node).inflate(_AROUND).intersect(_reach(view)))
    await look.resize(view.viewport)
    thing = await _thing(look, view, node)
    if thing is None:
        return -1
    # A script may have given it the focus as the page loaded.
    await leave_focus(look.cdp, thing)
    before = await look.camera.frame(view.layout, view.viewport, clip)
    taken = await take_focus(look.cdp, thing)
    after = await look.camera.frame(view.layout, view.viewport, clip)
    ring = await ringed(look.cdp, thing)
    await leave_focus(look.cdp, thing)
    changed = difference(before, after, clip).changed
    return -1 if not taken else int(clip.area) if ring and changed else changed


async def flicker(look: Look, view: View, node: int) -> Flicker:
    """How bright the element's part of the window is, picture by picture, within one second of its animations.
    They are set to each moment: time does not pass, and stands where it stood afterwards."""
    window = Rect(0, 0, view.viewport.width, view.viewport.height)
    clip = _whole(view.layout.rect(node).intersect(window))
    await look.resize(view.viewport)
    frames: list[Frame] = []
    try:
        for step in range(light.STEPS):
            await look.evaluate(light.SEEK % (step * light.STEP))
            frames.append(await look.camera.frame(view.layout, view.viewport, clip))
    finally:
        await look.evaluate(light.RESUME)
    return await asyncio.to_thread(light.flicker, frames)


async def paint(look: Look, view: View, node: int) -> Paint | None:
    """What hiding this element changes in the picture; None where the node is gone."""
    layout = view.layout
    rect = layout.rect(node)
    for child in range(node + 1, len(layout)):
        if not layout.within(child, node):
            break
        if layout.has_box(child) and layout.rect(child).area:
            rect = rect.union(layout.rect(child))
    clip = _whole(rect.inflate(4).intersect(_reach(view)))
    if clip.area <= 4:
        return Paint(0, Rect(0, 0, 0, 0))
    await look.resize(view.viewport)
    thing = await _thing(look, view, node)
    if thing is None:
        return None
    shown = await look.camera.frame(layout, view.viewport, clip)
    await _call(look, thing, _HIDE)
    try:
        hidden = await look.camera.frame(layout, view.viewport, clip)
    finally:
        await _call(look, thing, _SHOW)
    return difference(shown, hidden, clip)


async def creator(look: Look, view: View, node: int) -> ScriptPlace | None:
    """The script line that made a node; None for nodes of the parser."""
    await look.sheets.enable()
    return await made_at(look.cdp, view.layout.backend_ids[view.layout.element_of(node)])


async def axe(look: Look, viewport: Viewport) -> tuple[Mapping[str, Any], ...] | None:
    """What axe-core finds in the page as it stands."""
    await look.resize(viewport)
    return await violations(look.cdp, look.world, look.clock.advance)


def _reach(view: View) -> Rect:
    """As far as pictures go."""
    return Rect(0, 0, 4 * view.viewport.width, MAX_HEIGHT)


def _whole(rect: Rect) -> Rect:
    """Whole pixels that hold the rectangle."""
    return Rect(int(rect.x), int(rect.y), int(rect.width) + 1, int(rect.height) + 1)


async def _thing(look: Look, view: View, node: int) -> str | None:
    """The node as a remote object; None where it is gone."""
    try:
        remote = await look.cdp.send("DOM.resolveNode", {"backendNodeId": view.layout.backend_ids[node]})
    except CdpError:
        return None
    return remote["object"]["objectId"]


async def _call(look: Look, thing: str, function: str) -> None:
    await look.cdp.send("Runtime.callFunctionOn", {"objectId": thing, "functionDeclaration": function, "silent": True})
