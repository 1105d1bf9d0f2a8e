"""Windows of an open page that are not as they were looked at: scripts of some pages answer to a window that becomes
narrow, and not to one that becomes wide again. What shows there under another style is not the style's doing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from relook_lsp.browser.capture import Capture
from relook_lsp.core.snapshot import View
from relook_lsp.review.provisional.changed_area import changed_rect


async def find_drifted_views(live: Capture, views: Sequence[View]) -> frozenset[str]:
    """Ids of those of the ``views`` whose boxes or computed styles are others now; without pictures. Raises
    ``BrowserFailed`` and ``CaptureTimeout``."""

    async def among(touch: bool) -> list[str]:
        found: list[str] = []
        for view in (one for one in views if one.viewport.touch is touch):
            now = await live.capture_layout(view)
            if await asyncio.to_thread(changed_rect, view.layout, now.layout, view.viewport) is not None:
                found.append(view.id)
        return found

    touched, others = await asyncio.gather(among(True), among(False))
    return frozenset((*touched, *others))
