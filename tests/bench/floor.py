"""The least that any review must do: a bare script over the same browser with the same navigation, virtual time, layouts,
pictures and widths, and nothing else. No interception rules, no judging, no questions afterwards."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.browser.cdp import Cdp
from relook_lsp.browser.driver import Driver
from relook_lsp.browser.gather.dom import PROPERTIES
from relook_lsp.core.snapshot import Viewport

LAYOUT = {"computedStyles": list(PROPERTIES), "includePaintOrder": True, "includeDOMRects": True}
HIDDEN = "document.documentElement.style.setProperty('color', 'transparent')"


async def floor(driver: Driver, path: Path, plan: CapturePlan) -> None:
    """Look at one file as a review does, and throw everything away."""
    classes = {touch: [v for v in plan.viewports if v.touch is touch] for touch in (True, False)}
    await asyncio.gather(*(_one(driver, path, plan, touch, sizes) for touch, sizes in classes.items()))
    driver.open_spare_tabs()


async def _one(driver: Driver, path: Path, plan: CapturePlan, touch: bool, sizes: list[Viewport]) -> None:
    tab = await driver.acquire_tab()
    cdp, expired, loaded = tab.cdp, asyncio.Event(), asyncio.Event()
    assert tab.frame_lock is not None
    body = await asyncio.to_thread(path.read_bytes)
    pending: set[asyncio.Task[Any]] = set()

    def serve(event: dict[str, Any]) -> None:
        page = event["request"]["url"].endswith("/page.html")
        answer = {"requestId": event["requestId"], "responseCode": 200 if page else 404}
        headers = [{"name": "Content-Type", "value": "text/html; charset=utf-8"}]
        whole = {**answer, "responseHeaders": headers, "body": base64.b64encode(body if page else b"").decode()}
        pending.add(asyncio.create_task(cdp.send("Fetch.fulfillRequest", whole)))

    async def grant(milliseconds: int) -> None:
        expired.clear()
        policy = {"policy": "pauseIfNetworkFetchesPending", "budget": milliseconds}
        await cdp.send("Emulation.setVirtualTimePolicy", policy)
        await expired.wait()

    cdp.on("Fetch.requestPaused", serve)
    cdp.on("Page.loadEventFired", lambda _event: loaded.set())
    cdp.on("Emulation.virtualTimeBudgetExpired", lambda _event: expired.set())
    await asyncio.gather(cdp.send("Page.enable"), cdp.send("Fetch.enable"), _size(cdp, sizes[0], touch))
    await cdp.send("Emulation.setVirtualTimePolicy", {"policy": "pause"})
    pending.add(asyncio.create_task(cdp.send("Page.navigate", {"url": "http://floor.localhost/page.html"})))
    while not loaded.is_set():
        await grant(20)
    last, now = dict[Viewport, object](), 0
    for moment in plan.moments:
        if moment > now:
            await grant(moment - now)
            now = moment
        for viewport in sizes:
            await _size(cdp, viewport, touch)
            layout = await cdp.send("DOMSnapshot.captureSnapshot", LAYOUT)
            if last.get(viewport) != layout:
                await _picture(cdp, tab.frame_lock, viewport, touch, layout)
            last[viewport] = layout
    await cdp.send("Runtime.evaluate", {"expression": HIDDEN})
    for viewport in sizes:
        await _picture(cdp, tab.frame_lock, viewport, touch, await cdp.send("DOMSnapshot.captureSnapshot", LAYOUT))
    for width in plan.sweep:
        if (width < plan.touch_below) is touch:
            await _size(cdp, Viewport(width, sizes[0].height), touch)
            await cdp.send("DOMSnapshot.captureSnapshot", LAYOUT)
    await asyncio.wait(pending, timeout=1)
    await tab.close()


async def _size(cdp: Cdp, viewport: Viewport, touch: bool, clip: dict[str, float] | None = None) -> None:
    metrics = {"width": viewport.width, "height": viewport.height, "deviceScaleFactor": 1, "mobile": touch}
    await cdp.send("Emulation.setDeviceMetricsOverride", metrics | ({"viewport": clip} if clip else {}))


async def _picture(cdp: Cdp, turn: asyncio.Lock, viewport: Viewport, touch: bool, layout: dict[str, Any]) -> None:
    document = layout["documents"][0]
    height = min(max(document["contentHeight"], viewport.height), 8000)
    clip: dict[str, float] = {"x": 0, "y": 0, "width": viewport.width, "height": int(height), "scale": 1}
    await _size(cdp, viewport, touch, clip)
    shot: dict[str, Any] = {}
    while True:
        async with turn:
            reply = await cdp.send("HeadlessExperimental.beginFrame", shot)
        if reply.get("screenshotData"):
            return
        shot = {"screenshot": {"format": "png", "optimizeForSpeed": True}}
