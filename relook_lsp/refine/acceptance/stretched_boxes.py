"""Where nothing was wrong, boxes keep about their width.

A form of 500 px overflows a phone. Without its width it fits there, and is as wide as the window on every desk, where it
had been as its author wanted it: the repair is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch
from relook_lsp.core.snapshot import Snapshot, View
from relook_lsp.critics.box_traits import REPLACED, has_visible_box
from relook_lsp.critics.rule import CriticOptions
from relook_lsp.critics.view_context import ViewContext

TIMES, SHARE = 1.5, 0.25
"""A box is stretched that becomes more than so many times as wide, and wider by more than this share of the window."""


def first_stretched_box(before: Snapshot, after: Snapshot, target: Sequence[Finding], patch: Patch) -> str:
    """The first box that is stretched in a window that shows nothing of ``target``, in words; empty where none is. Pure."""
    shown = {_window_of_view_id(view) for finding in target for view in finding.extent_by_view}
    later = {view.viewport: view for view in after.settled_views}
    for view in before.settled_views if shown else ():
        other = later.get(view.viewport)
        if other is None or _window_of_view_id(view.id) in shown:
            continue
        was, now = dict(_visible_box_widths(before, view)), dict(_visible_box_widths(after, other))
        for key, width in was.items():
            wide = now.get(patch.map_key(key, before.page) or "", 0.0)
            if wide > TIMES * width and wide - width > SHARE * view.viewport.width:
                return (
                    f"at {view.viewport}, where nothing was wrong, a box of {width:.0f} px becomes {wide:.0f} px wide"
                )
    return ""


def _window_of_view_id(identity: str) -> str:
    """Of a view: at whatever moment it was looked at."""
    return identity.split(":", 1)[-1].split("@", 1)[0]


def _visible_box_widths(snapshot: Snapshot, view: View) -> Iterator[tuple[str, float]]:
    """Boxes that show where they end, by node key: width in CSS pixels."""
    context = ViewContext(snapshot, view, CriticOptions())
    layout = context.layout
    for node in layout.elements:
        if (layout.names[node] in REPLACED or has_visible_box(context, node)) and context.is_shown(node):
            width = context.visible_rect(node).width
            if width > 0:
                yield layout.key(node), width
