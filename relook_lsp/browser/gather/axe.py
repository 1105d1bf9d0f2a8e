"""axe-core on the live page (opt-in): accessibility rules of a library of its own, kept as it is published.

axe-core 4.14.1, Mozilla Public License 2.0, unchanged, in ``browser/axe`` with its licence.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.browser.clock import Hang
from relook_lsp.core.snapshot import STAMP

_SOURCE = Path(__file__).parents[1] / "axe" / "axe.min.js"
_MEASURED_HERE = ("color-contrast", "target-size", "meta-viewport")
"""Rules of axe-core that have a counterpart which looks at the picture."""
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_MOST = 10
"""Elements kept of one rule."""
_STEPS = 200

_RUN = """(async () => {
  const result = await axe.run(document, {
    elementRef: true, resultTypes: ["violations"], iframes: false,
    runOnly: { type: "tag", values: %(tags)s }, rules: %(rules)s,
  });
  const place = (element) => {
    for (let e = element; e; e = e.parentElement || e.getRootNode().host) {
      if (e.hasAttribute(%(stamp)s)) return Number(e.getAttribute(%(stamp)s));
    }
    return null;
  };
  const one = (n) => {
    const box = n.element ? n.element.getBoundingClientRect() : { x: 0, y: 0, width: 0, height: 0 };
    return {
      target: n.target.flat(3).join(" "), summary: n.failureSummary || "", origin: place(n.element),
      box: [box.x + scrollX, box.y + scrollY, box.width, box.height],
    };
  };
  return result.violations.map((v) => ({
    id: v.id, impact: v.impact, help: v.help, url: v.helpUrl, count: v.nodes.length,
    nodes: v.nodes.slice(0, %(most)d).map(one),
  }));
})()"""


async def axe_violations(
    cdp: Cdp, world: int, advance: Callable[[int], Awaitable[None]]
) -> tuple[Mapping[str, Any], ...] | None:
    """What axe-core finds, in its own order; None where it could not run. ``advance`` lets time pass, because it works
    in timers."""
    source = await asyncio.to_thread(_SOURCE.read_text, "utf-8")
    expression = _RUN % {
        "tags": json.dumps(_TAGS),
        "rules": json.dumps({name: {"enabled": False} for name in _MEASURED_HERE}),
        "stamp": json.dumps(STAMP),
        "most": _MOST,
    }
    await cdp.send("Runtime.evaluate", {"expression": source, "contextId": world, "silent": True})
    running = asyncio.ensure_future(
        cdp.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": world, "awaitPromise": True, "returnByValue": True, "silent": True},
        )
    )
    try:
        for _ in range(_STEPS):
            if running.done():
                break
            await advance(20)
        else:
            return None
        value = (await running)["result"].get("value")
        return tuple(value) if isinstance(value, list) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    except (CdpError, Hang):
        return None
    finally:
        if not running.done():
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError, CdpError):
                await running
