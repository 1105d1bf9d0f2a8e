"""What only shows while a control has the keyboard's focus is mended there: without the focus the control looks as before.

A control whose text fades when the focus leaves it is seen to change, and so is no repair.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from relook_lsp.core.finding import Finding
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Snapshot
from relook_lsp.critics.view_pixels import ViewPixels

RULES = frozenset(("no-visible-focus",))

SHADE, SHARE = 24, 0.01
"""A pixel has changed where a channel differs by more than the first (0 to 255), a control where more than this share of
its pixels have."""


def control_changed_at_rest(before: Snapshot, after: Snapshot, target: Sequence[Finding]) -> str:
    """Which control of ``target`` looks otherwise without the focus; empty where none does, or none is about the
    focus. Pure."""
    about = [finding for finding in target if finding.rule in RULES]
    for view in dict.fromkeys(finding.view for finding in about):
        was, now = _pixels_of_view(before, view), _pixels_of_view(after, view)
        if was is None or now is None:
            continue
        for finding in about:
            if finding.view == view and _changed_share(was, now, finding.box) > SHARE:
                return finding.selector or finding.key
    return ""


def _pixels_of_view(snapshot: Snapshot, identity: str) -> ViewPixels | None:
    frame = next((view.frame for view in snapshot.views if view.id == identity), None)
    return None if frame is None else ViewPixels(frame, None)


def _changed_share(was: ViewPixels, now: ViewPixels, box: Rect) -> float:
    """Of the pixels in the box that have changed, 0 to 1."""
    first, second = (picture.crop(box).astype(np.int16) for picture in (was, now))
    if first.shape != second.shape:
        return 1.0
    return float((np.abs(first - second) > SHADE).any(axis=2).mean()) if first.size else 0.0
