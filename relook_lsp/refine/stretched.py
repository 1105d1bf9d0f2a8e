"""Where nothing was wrong, boxes keep about their width.

A form of 500 px overflows a phone. Without its width it fits there, and is as wide as the window on every desk, where it
had been as its author wanted it: the repair is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Snapshot, View
from relook_lsp.critics.boxes import REPLACED, bounded
from relook_lsp.critics.rule import Options
from relook_lsp.critics.scene import Scene

TIMES, SHARE = 1.5, 0.25
"""A box is stretched that becomes more than so many times as wide, and wider by more than this share of the window."""


def stretched(before: Snapshot, after: Snapshot, target: Sequence[Finding], patch: Patch) -> str:
    """The first box that is stretched in a window that shows nothing of ``target``, in words; empty where none is. Pure."""
    shown = {_window(view) for finding in target for view in finding.extents}
    later = {view.viewport: view for view in after.settled}
    for view in before.settled if shown else ():
        other = later.get(view.viewport)
        if other is None or _window(view.id) in shown:
            continue
        was, now = dict(_widths(before, view)), dict(_widths(after, other))
        for key, width in was.items():
            wide = now.get(patch.map_key(key, before.page) or "", 0.0)
            if wide > TIMES * width and wide - width > SHARE * view.viewport.width:
                return (
                    f"at {view.viewport}, where nothing was wrong, a box of {width:.0f} px becomes {wide:.0f} px wide"
                )
    return ""


def _window(identity: str) -> str:
    """Of a view: at whatever moment it was looked at."""
    return identity.split(":", 1)[-1].split("@", 1)[0]


def _widths(snapshot: Snapshot, view: View) -> Iterator[tuple[str, float]]:
    """Boxes that show where they end, by node key: width in CSS pixels."""
    scene = Scene(snapshot, view, Options())
    layout = scene.layout
    for node in layout.elements:
        if (layout.names[node] in REPLACED or bounded(scene, node)) and scene.shown(node):
            width = scene.visible_rect(node).width
            if width > 0:
                yield layout.key(node), width
