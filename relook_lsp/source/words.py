"""The text that an HTML document means to show, as far as its source tells."""

from __future__ import annotations

import re

import turbohtml

_UNSHOWN = frozenset(("head", "script", "style", "template", "noscript", "title"))
_BROKEN = re.compile("[\0\ud800-\udfff]")


def words(text: str) -> str:
    """All text of the body, with single spaces between; not what the source keeps for scripts and styles."""
    tree = turbohtml.parse(_BROKEN.sub("\ufffd", text), scripting=True)
    parts: list[str] = []
    left: list[turbohtml.Node] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, turbohtml.Text):
            parts.append(node.data)
        elif not (isinstance(node, turbohtml.Element) and node.tag in _UNSHOWN):
            left += reversed(list(node.children))
    return " ".join(" ".join(parts).split())
