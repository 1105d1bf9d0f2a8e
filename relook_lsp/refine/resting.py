"""What only shows while a control has the keyboard's focus is mended there: without the focus the control looks as before.

A control whose text fades when the focus leaves it is seen to change, and so is no repair.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageChops

from relook_lsp.core.finding import Finding
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Frame, Snapshot, View

RULES = frozenset(("no-visible-focus",))

SHADE, SHARE = 24, 0.01
"""A pixel has changed where a channel differs by more than the first (0 to 255), a control where more than this share of
its pixels have."""


def changed(before: Snapshot, after: Snapshot, target: Sequence[Finding]) -> str:
    """Which control of ``target`` looks otherwise without the focus; empty where none does, or none is about the
    focus. Pure."""
    for finding in target:
        if finding.rule in RULES:
            was, now = _frame(before, finding), _frame(after, finding)
            if was is not None and now is not None and _share(was, now, finding.box) > SHARE:
                return finding.selector or finding.key
    return ""


def _frame(snapshot: Snapshot, finding: Finding) -> Frame | None:
    found: View | None = next((view for view in snapshot.views if view.id == finding.view), None)
    return None if found is None else found.frame


def _share(was: Frame, now: Frame, box: Rect) -> float:
    """Of the pixels in the box that have changed, 0 to 1."""
    first, second = _cut(was, box), _cut(now, box)
    pixels = first.width * first.height
    if not pixels:
        return 0.0
    apart = ImageChops.difference(first, second)
    return max(sum(channel.histogram()[SHADE + 1 :]) for channel in apart.split()) / pixels


def _cut(frame: Frame, box: Rect) -> Image.Image:
    x, y = box.x - frame.left, box.y - frame.top
    with Image.open(io.BytesIO(frame.png)) as image:
        area = (round(x), round(y), round(x + box.width), round(y + box.height))
        return image.convert("RGB").crop(area)
