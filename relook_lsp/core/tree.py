"""The DOM as the browser tells it: elements, texts, generated boxes and shadow roots, and names that outlast a reload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from relook_lsp.core.element_paths import ElementPaths

STAMP = "relook-at"
"""Private attribute that carries the offset of a start tag in the entry document."""

SHADOW_ROOT_CHILDREN = "shadowRootChildren"
"""Key beside ``shadowRootType``: the nodes that are children of a shadow root. The browser's answer lacks it."""

ELEMENT, TEXT = 1, 3


class Tree:
    """Nodes are indices in document order; parents come before their children.

    Built over the answer of ``DOMSnapshot.captureSnapshot`` (Chrome DevTools Protocol), main document only.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._strings = cast("list[str]", raw["strings"])
        self._nodes: dict[str, Any] = raw["documents"][0]["nodes"]
        self._attributes: list[list[int]] = self._nodes["attributes"]
        self._values: list[int] = self._nodes["nodeValue"]
        self.parents: list[int] = self._nodes["parentIndex"]
        self.types: list[int] = self._nodes["nodeType"]
        self.backend_ids: list[int] = self._nodes["backendNodeId"]

    def __len__(self) -> int:
        return len(self.types)

    @cached_property
    def names(self) -> list[str]:
        """Lower-case node names: ``div``, ``#text``, ``::before``."""
        strings, names = self._strings, cast("list[int]", self._nodes["nodeName"])
        return [strings[index].lower() if index >= 0 else "" for index in names]

    @cached_property
    def node_names(self) -> list[str]:
        """Node names as the browser spells them: upper-case for the HTML elements of an HTML document."""
        strings, names = self._strings, cast("list[int]", self._nodes["nodeName"])
        return [strings[index] if index >= 0 else "" for index in names]

    @cached_property
    def children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.types]
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                children[parent].append(node)
        return children

    @cached_property
    def _pseudo(self) -> dict[int, str]:
        data = self._nodes.get("pseudoType", {"index": [], "value": []})
        return {n: self._strings[v] for n, v in zip(data["index"], data["value"], strict=True)}

    @cached_property
    def _in_shadow_trees(self) -> frozenset[int]:
        return frozenset(self._nodes.get("shadowRootType", {"index": []})["index"])

    @cached_property
    def _clickable(self) -> frozenset[int]:
        return frozenset(self._nodes.get("isClickable", {"index": []})["index"])

    @cached_property
    def _shadow_root_children(self) -> frozenset[int]:
        found = self._nodes.get(SHADOW_ROOT_CHILDREN)
        if found is not None:
            return frozenset(found["index"])
        # Without the list, nested shadow trees count as parts of the outermost one.
        within = self._in_shadow_trees
        return frozenset(node for node in within if self.parents[node] not in within)

    def pseudo_type(self, node: int) -> str | None:
        """``before``, ``after``, ``marker``, ... for a generated box."""
        return self._pseudo.get(node)

    def in_shadow_tree(self, node: int) -> bool:
        """Whether the node lies in a shadow tree. A shadow root itself is no node here: its children are its host's."""
        return node in self._in_shadow_trees

    def shadow_root_child(self, node: int) -> bool:
        """Whether the node's parent in the DOM is the shadow root of its parent here."""
        return node in self._shadow_root_children

    def is_clickable(self, node: int) -> bool:
        """Whether the browser says that the node has a click listener or navigates."""
        return node in self._clickable

    def attributes(self, node: int) -> dict[str, str]:
        """Attribute names (lower case) and values, the private stamp left out."""
        flat = self._attributes[node]
        strings = self._strings
        pairs = ((strings[flat[i]].lower(), strings[flat[i + 1]]) for i in range(0, len(flat) - 1, 2))
        return {name: value for name, value in pairs if name != STAMP}

    def attribute(self, node: int, name: str) -> str | None:
        flat = self._attributes[node]
        strings = self._strings
        for i in range(0, len(flat) - 1, 2):
            if strings[flat[i]].lower() == name:
                return strings[flat[i + 1]]
        return None

    def text_of(self, node: int) -> str:
        """Text of a text node."""
        index = self._values[node]
        return self._strings[index] if index >= 0 else ""

    def ancestors(self, node: int) -> Iterator[int]:
        """Parents from the nearest to the document, which is included."""
        while (node := self.parents[node]) >= 0:
            yield node

    def is_within(self, node: int, ancestor: int) -> bool:
        """Whether ``ancestor`` is ``node`` or above it."""
        return node == ancestor or ancestor in self.ancestors(node)

    def nearest_element(self, node: int) -> int:
        """The nearest real element at or above ``node`` (a pseudo-element belongs to its host)."""
        while self.types[node] != ELEMENT or node in self._pseudo:
            parent = self.parents[node]
            if parent < 0:
                return node
            node = parent
        return node

    def find_first(self, name: str) -> int | None:
        """First element of that tag name."""
        # A doctype is a node named like its root element.
        return next((n for n, other in enumerate(self.names) if other == name and self.types[n] == ELEMENT), None)

    # -- identity

    @cached_property
    def _stamp_rank(self) -> dict[int, tuple[int, int]]:
        """Node -> (source offset, how many earlier nodes carry the same stamp)."""
        seen: dict[int, int] = {}
        ranks: dict[int, tuple[int, int]] = {}
        for node, flat in enumerate(self._attributes):
            for i in range(0, len(flat) - 1, 2):
                if self._strings[flat[i]] == STAMP:
                    value = self._strings[flat[i + 1]]
                    if value.isdecimal():
                        offset = int(value)
                        ranks[node] = (offset, seen.get(offset, 0))
                        seen[offset] = seen.get(offset, 0) + 1
                    break
        return ranks

    def source_offset(self, node: int) -> int | None:
        """Offset in the entry document of the start tag that made this very node (or its template)."""
        rank = self._stamp_rank.get(node)
        return None if rank is None else rank[0]

    def key(self, node: int) -> str:
        """Name of a node that is stable over viewports, moments and reloads: the offset of its start tag,
        ``~n`` for the n-th clone, then a path for nodes that scripts made: ``120~1/li:2``."""
        return self._keys[node]

    @cached_property
    def _keys(self) -> list[str]:
        keys: list[str] = []
        for node, parent in enumerate(self.parents):  # parents come before their children
            rank = self._stamp_rank.get(node)
            if rank is not None:
                keys.append(f"{rank[0]}~{rank[1]}" if rank[1] else str(rank[0]))
            elif parent < 0:
                keys.append("")
            elif node in self._pseudo:
                keys.append(f"{keys[parent]}::{self._pseudo[node]}")
            else:
                keys.append(f"{keys[parent]}/{self.names[node]}:{self._sibling_positions[node][0]}")
        return keys

    @cached_property
    def _sibling_positions(self) -> list[tuple[int, int]]:
        """Of every node, which of its parent's children of the same name it is (from 0), and of how many."""
        counts: dict[tuple[int, str], int] = {}
        places: list[int] = []
        for pair in zip(self.parents, self.names, strict=True):
            places.append(counts.get(pair, 0))
            counts[pair] = places[-1] + 1
        return [
            (place, counts[pair])
            for place, pair in zip(places, zip(self.parents, self.names, strict=True), strict=True)
        ]

    @cached_property
    def nodes_by_key(self) -> dict[str, int]:
        return {self.key(node): node for node in range(len(self.types)) if self.types[node] == ELEMENT}

    # -- names for people and tools

    @cached_property
    def _paths(self) -> ElementPaths:
        return ElementPaths(self)

    def selector(self, node: int) -> str:
        """A CSS selector that finds exactly the node's element, see ``ElementPaths``."""
        return self._paths.selector(node)

    def short_name(self, node: int) -> str:
        """A short name for messages, such as ``h3.title in .card``, see ``ElementPaths``."""
        return self._paths.short_name(node)

    def xpath(self, node: int) -> str:
        """An absolute XPath that finds exactly the node's element, see ``ElementPaths``."""
        return self._paths.xpath(node)
