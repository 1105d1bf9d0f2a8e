"""What a script measured for one window and has not measured anew for another.

Windows are resized in stopped time: what a script does about it some time later, nobody sees here.
"""

from __future__ import annotations

import re

from relook_lsp.critics.scene import Scene

_DRAWN = frozenset(("canvas", "svg", "iframe"))
_PLACED = re.compile(r"(?:left|right|width|translate|translateX|translate3d)\s*[:(][^;]*\dpx")
_LISTENS = re.compile(r"""\.resize\b|\bonresize\b|["']resize\b|ResizeObserver|matchMedia""")


def of_another_window(scene: Scene, node: int) -> bool:
    """Whether the box is as wide, or stands where, a script put it for another window."""
    return _drawn_at_load(scene, node) or _placed_before(scene, node)


def _drawn_at_load(scene: Scene, node: int) -> bool:
    """Whether a drawing has the width of the window in which the page was loaded: at this width it was not drawn."""
    if scene.layout.names[node] not in _DRAWN:
        return False
    touch = scene.view.viewport.touch
    loaded = next((v.viewport.width for v in scene.snapshot.settled if v.viewport.touch is touch), scene.width)
    return loaded != scene.width and abs(scene.layout.rect(node).width - loaded) <= 1


def _placed_before(scene: Scene, node: int) -> bool:
    """Whether the inline style with which a script placed the box is the same in a wider window, and a script listens to
    the window's size."""
    style, key = scene.layout.attribute(node, "style"), scene.layout.key(node)
    if not style or not _PLACED.search(style):
        return False
    sources = scene.snapshot.sources.values()
    if any(one.kind == "html" and style in one.text for one in sources):
        return False  # by the author
    wider = [
        view.layout
        for view in scene.snapshot.settled
        if view.viewport.touch is scene.view.viewport.touch and view.viewport.width > scene.width
    ]
    same = any((at := one.by_key.get(key)) is not None and one.attribute(at, "style") == style for one in wider)
    return same and any(_LISTENS.search(one.text) for one in sources if one.kind in ("html", "js"))
