"""Pictures of findings."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from relook_lsp.core.finding import Finding
from relook_lsp.core.snapshot import Snapshot, View

OUTLINE = (220, 38, 38)
MAX_SIDE = 900
"""A crop is at most this large; of a larger box the upper left part is shown."""


def view_of_finding(snapshot: Snapshot, finding: Finding) -> View | None:
    """The view that shows the finding's worst sighting; for a layout-only width the one nearest to it."""
    exact = next((view for view in snapshot.views if view.id == finding.view and view.frame is not None), None)
    if exact is not None:
        return exact
    framed = [view for view in (*snapshot.settled_views, *snapshot.views_in_roles("confirm")) if view.frame is not None]
    return min(framed, key=lambda view: abs(view.viewport.width - finding.viewport.width), default=None)


def crop_finding(snapshot: Snapshot, finding: Finding, margin: int = 24) -> bytes | None:
    """PNG of the finding's box with the box outlined; None where the finding has no box or no picture."""
    view = view_of_finding(snapshot, finding)
    if view is None or view.frame is None or finding.box.area <= 0:
        return None
    with Image.open(io.BytesIO(view.frame.png)) as image:
        box = finding.box
        left, top = max(0, int(box.x) - margin), max(0, int(box.y) - margin)
        right, bottom = min(image.width, int(box.right) + margin), min(image.height, int(box.bottom) + margin)
        right, bottom = min(right, left + MAX_SIDE), min(bottom, top + MAX_SIDE)
        if right <= left or bottom <= top:
            return None
        part = image.crop((left, top, right, bottom)).convert("RGB")
    frame = (box.x - left - 2, box.y - top - 2, box.right - left + 1, box.bottom - top + 1)
    ImageDraw.Draw(part).rectangle(frame, outline=OUTLINE, width=2)
    out = io.BytesIO()
    part.save(out, "PNG")
    return out.getvalue()
