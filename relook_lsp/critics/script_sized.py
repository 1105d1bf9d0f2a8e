"""What a script measured for one window and has not measured anew for another.

Windows are resized in stopped time: what a script does about it some time later, nobody sees here.
"""

from __future__ import annotations

import re

from relook_lsp.critics.view_context import ViewContext

_DRAWN = frozenset(("canvas", "svg", "iframe"))
_PLACED = re.compile(r"(?:left|right|width|translate|translateX|translate3d)\s*[:(][^;]*\dpx")
_LISTENS = re.compile(r"""\.resize\b|\bonresize\b|["']resize\b|ResizeObserver|matchMedia""")


def is_sized_for_other_window(context: ViewContext, node: int) -> bool:
    """Whether the box is as wide, or stands where, a script put it for another window."""
    return _has_width_at_load(context, node) or _keeps_script_placement(context, node)


def _has_width_at_load(context: ViewContext, node: int) -> bool:
    """Whether a drawing has the width of the window in which the page was loaded: at this width it was not drawn."""
    if context.layout.names[node] not in _DRAWN:
        return False
    touch = context.view.viewport.touch
    loaded = next(
        (v.viewport.width for v in context.snapshot.settled_views if v.viewport.touch is touch), context.width
    )
    return loaded != context.width and abs(context.layout.rect(node).width - loaded) <= 1


def _keeps_script_placement(context: ViewContext, node: int) -> bool:
    """Whether the inline style with which a script placed the box is the same in a wider window, and a script listens to
    the window's size."""
    style, key = context.layout.attribute(node, "style"), context.layout.key(node)
    if not style or not _PLACED.search(style):
        return False
    sources = context.snapshot.sources.values()
    if any(one.kind == "html" and style in one.text for one in sources):
        return False  # by the author
    wider = [
        view.layout
        for view in context.snapshot.settled_views
        if view.viewport.touch is context.view.viewport.touch and view.viewport.width > context.width
    ]
    same = any((at := one.nodes_by_key.get(key)) is not None and one.attribute(at, "style") == style for one in wider)
    return same and any(_LISTENS.search(one.text) for one in sources if one.kind in ("html", "js"))
