"""Which script line made a node."""

from __future__ import annotations

from typing import Any

from relook_lsp.browser.cdp import Cdp, CdpError
from relook_lsp.core.snapshot import ScriptPlace

_LIBRARY = ("node_modules/", "vendor/", "/lib/", ".min.js")
"""Code of others makes nodes on behalf of the code that calls it."""


async def creating_script_line(cdp: Cdp, backend: int) -> ScriptPlace | None:
    """The innermost frame of the author's own code; None where the parser made the node or it is gone."""
    try:
        pushed = await cdp.send("DOM.pushNodesByBackendIdsToFrontend", {"backendNodeIds": [backend]})
        reply = await cdp.send("DOM.getNodeStackTraces", {"nodeId": pushed["nodeIds"][0]})
    except CdpError:
        return None
    frames: list[dict[str, Any]] = [f for f in reply.get("creation", {}).get("callFrames", []) if f["url"]]
    own = [f for f in frames if not any(mark in f["url"] for mark in _LIBRARY)]
    frame = next(iter(own or frames), None)
    return None if frame is None else ScriptPlace(frame["url"], frame["lineNumber"], frame["columnNumber"])
