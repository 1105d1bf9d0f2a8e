"""Which declarations the browser takes. Asked in any open page: the answer does not depend on the page."""

from __future__ import annotations

import json
from collections.abc import Sequence

from relook_lsp.browser.capture import BrowserErrorBoundary, Capture
from relook_lsp.core.errors import BrowserFailed

_DROPPED = "JSON.stringify(%s.filter(([name, value]) => !CSS.supports(name, value)))"


async def find_unsupported(capture: Capture, declarations: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those (property, value) that the browser would drop while it parses them. A value with ``var()`` counts as taken:
    what becomes of it depends on the element. Raises ``BrowserFailed``."""
    page_session = next(iter(capture.sessions.values()), None)
    if page_session is None:
        raise BrowserFailed("The page is no longer open; try again.")
    with BrowserErrorBoundary():
        found = await page_session.evaluate_value(_DROPPED % json.dumps(declarations))
    return [(name, value) for name, value in json.loads(found)]
