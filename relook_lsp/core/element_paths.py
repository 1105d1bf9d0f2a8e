"""CSS selectors and XPaths that find exactly one element of a document."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from relook_lsp.core.tree import Tree

IN_SHADOW = " >>> "
"""Between the selector of a shadow host and that of an element of its shadow tree. ``querySelectorAll`` does not enter
shadow trees: each part is for the ``shadowRoot`` of the element that the part before it finds."""

SHORT = 4
"""Steps of a selector, unless it needs more to be unambiguous."""

_ELEMENT = 1
_SIMPLE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ASCII_LOWER = re.compile(r"[a-z]")
_ASCII_SPACE = re.compile(r"[ \t\n\f\r]+")


class SiblingPosition(NamedTuple):
    """Where an element stands among its sibling elements; all numbers from 1."""

    child: int
    of_name: int
    with_name: int
    """How many siblings, itself included, have its name."""
    plain: bool
    """Whether a selector and an XPath can use its name: it is plain ASCII, and no sibling has it in another case or with a
    prefix."""


class ElementPaths:
    """Built over one ``Tree``; everything is computed when it is first needed.

    Shadow roots are no nodes of a ``Tree``: the children of a shadow root are children of its host.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._matching_nodes: dict[str, frozenset[int]] = {}

    def selector(self, node: int) -> str:
        """CSS selector of an element; a generated box is its element's selector with ``::before`` and the like.

        Empty for a node that belongs to no element. In shadow trees the parts are joined by ``IN_SHADOW``.
        """
        tree, suffix = self._tree, ""
        while (pseudo := tree.pseudo_type(node)) is not None:
            suffix, node = f"::{pseudo}{suffix}", tree.parents[node]
        node = tree.nearest_element(node)
        if tree.types[node] != _ELEMENT:
            return ""
        parts = [self._chain(node)]
        while (node := self._hosts[node]) >= 0:
            parts.insert(0, self._chain(node))
        return IN_SHADOW.join(parts) + suffix

    def xpath(self, node: int) -> str:
        """Absolute XPath of an element, for ``document.evaluate``; empty in a shadow tree, which XPath cannot enter."""
        tree, node = self._tree, self._tree.nearest_element(node)
        if tree.types[node] != _ELEMENT or self._hosts[node] >= 0:
            return ""
        steps: list[str] = []
        while tree.types[node] == _ELEMENT:
            steps.append(self._step(node))
            node = tree.parents[node]
        return "/" + "/".join(reversed(steps))

    def short_name(self, node: int) -> str:
        """A name for people, such as ``h3.title in .card``: the tag with its id or first class, and the nearest ancestor
        that has an id or a class. Several elements may share it; empty for a node that belongs to no element."""
        tree, suffix = self._tree, ""
        while (pseudo := tree.pseudo_type(node)) is not None:
            suffix, node = f"::{pseudo}{suffix}", tree.parents[node]
        node = tree.nearest_element(node)
        if tree.types[node] != _ELEMENT:
            return ""
        mark = self._mark(node)
        name = f"{tree.names[node]}{mark}{suffix}"
        if mark.startswith("#"):
            return name
        holders = (self._mark(a) for a in tree.ancestors(node) if tree.names[a] not in ("html", "body"))
        holder = next(filter(None, holders), "")
        return f"{name} in {holder}" if holder else name

    def _mark(self, node: int) -> str:
        """``#id`` or the first ``.class``; empty where an element has neither."""
        if identifier := (self._tree.attribute(node, "id") or "").strip():
            return f"#{identifier}"
        classes = self._classes(node)
        return f".{classes[0]}" if classes else ""

    def _step(self, node: int) -> str:
        place, name = self._places[node], self._names[node]
        if not place.plain:
            return f"*[{place.child}]"
        # A bare name means an HTML element; SVG and MathML have namespaces, for which XPath 1.0 has no default.
        test = name if self._is_html(node) else f"*[name()='{name}']"
        return f"{test}[{place.of_name}]" if place.with_name > 1 else test

    # -- selectors

    def _chain(self, node: int) -> str:
        """Selector of an element within its own tree: the document or one shadow tree."""
        tree, parts, at = self._tree, list[str](), node
        while True:
            parts.insert(0, self._part(at))
            # Below such an element every step names one child, so nothing is left to count.
            if self._anchors(at) or (len(parts) >= SHORT and self._unique(parts, node)):
                break
            if tree.shadow_root_child(at):
                if not self._unique(parts, node):
                    parts.insert(0, ":host")
                break
            if tree.types[tree.parents[at]] != _ELEMENT:
                parts[0] = ":root"
                break
            at = tree.parents[at]
        return " > ".join(parts)

    def _part(self, node: int) -> str:
        """One compound selector."""
        place = self._places[node]
        if not place.plain:
            return f"*:nth-child({place.child})"
        identity = self._tree.attribute(node, "id")
        part = self._names[node] + (f"#{escape_css_identifier(identity)}" if identity else "")
        if identity and self._anchors(node):
            return part
        if not identity:
            part += "".join(f".{escape_css_identifier(one)}" for one in self._classes(node)[:2])
        return f"{part}:nth-of-type({place.of_name})" if place.with_name > 1 else part

    def _anchors(self, node: int) -> bool:
        """Whether the element's own part finds it alone: its id is the only one, or it is the only ``html`` or
        ``body``."""
        if not self._places[node].plain:
            return False
        identity, name = self._tree.attribute(node, "id"), self._names[node]
        if identity:
            return self._ids[self._hosts[node], identity.casefold()] == 1
        return name in ("html", "body") and len(self._named[name]) == 1

    def _unique(self, parts: list[str], node: int) -> bool:
        """Whether the chain of parents and children finds only ``node`` in its tree."""
        tree = self._tree
        for other in self._matching(parts[-1]):
            if other == node or self._hosts[other] != self._hosts[node]:
                continue
            at = other
            for part in reversed(parts[:-1]):
                if tree.shadow_root_child(at) or (at := tree.parents[at]) not in self._matching(part):
                    break
            else:
                return False
        return True

    def _matching(self, part: str) -> frozenset[int]:
        """Elements that a part made by ``_part`` may match; letter case aside, as in quirks mode."""
        if part not in self._matching_nodes:
            self._matching_nodes[part] = frozenset(self._search(part))
        return self._matching_nodes[part]

    def _search(self, part: str) -> list[int]:
        sample = self._sample[part]
        place, name = self._places[sample], _local(self._names[sample])
        if not place.plain:
            return [node for node, other in self._places.items() if other.child == place.child]
        identity = (self._tree.attribute(sample, "id") or "").casefold()
        classes = set[str]() if identity else {one.casefold() for one in self._classes(sample)[:2]}
        wanted = place.of_name if part.endswith(")") else None
        return [
            node
            for node in self._named[name]
            if (wanted is None or self._places[node].of_name == wanted)
            and (not identity or (self._tree.attribute(node, "id") or "").casefold() == identity)
            and classes <= {one.casefold() for one in self._classes(node)}
        ]

    # -- what the elements are

    @cached_property
    def _sample(self) -> dict[str, int]:
        """One element for each part."""
        return {self._part(node): node for node in self._places}

    @cached_property
    def _names(self) -> dict[int, str]:
        """Names as selectors and XPaths spell them. HTML elements are upper-case in the DOM."""
        raw = self._tree.node_names
        return {node: raw[node].lower() if self._is_html(node) else raw[node] for node in self._places}

    def _is_html(self, node: int) -> bool:
        return not _ASCII_LOWER.search(self._tree.node_names[node])

    @cached_property
    def _places(self) -> dict[int, SiblingPosition]:
        tree = self._tree
        families: dict[tuple[int, bool], list[int]] = defaultdict(list)
        for node, parent in enumerate(tree.parents):
            if tree.types[node] == _ELEMENT and tree.pseudo_type(node) is None:
                families[parent, tree.shadow_root_child(node)].append(node)
        places: dict[int, SiblingPosition] = {}
        for family in families.values():
            names = [tree.node_names[node] for node in family]
            totals: dict[str, int] = defaultdict(int)
            spellings: dict[str, set[str]] = defaultdict(set)
            for name in names:
                totals[name] += 1
                spellings[_local(name)].add(name)
            before: dict[str, int] = defaultdict(int)
            for child, (node, name) in enumerate(zip(family, names, strict=True), 1):
                before[name] += 1
                plain = _SIMPLE_NAME.fullmatch(name) is not None and len(spellings[_local(name)]) == 1
                places[node] = SiblingPosition(child, before[name], totals[name], plain)
        return places

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        named: dict[str, list[int]] = defaultdict(list)
        for node, name in self._names.items():
            named[_local(name)].append(node)
        return named

    @cached_property
    def _ids(self) -> dict[tuple[int, str], int]:
        """How many elements of the tree of a host have an id. Letter case is left out, as in quirks mode."""
        counts: dict[tuple[int, str], int] = defaultdict(int)
        for node in self._places:
            counts[self._hosts[node], (self._tree.attribute(node, "id") or "").casefold()] += 1
        return counts

    @cached_property
    def _hosts(self) -> list[int]:
        """The host of each node's shadow tree; -1 in the document."""
        hosts: list[int] = []
        for node, parent in enumerate(self._tree.parents):
            if self._tree.shadow_root_child(node):
                hosts.append(parent)
            else:
                hosts.append(hosts[parent] if parent >= 0 else -1)
        return hosts

    def _classes(self, node: int) -> list[str]:
        return [one for one in _ASCII_SPACE.split(self._tree.attribute(node, "class") or "") if one]


def _local(name: str) -> str:
    """What a type selector compares: the name without its prefix, in an HTML document in any letter case."""
    return name.lower().rpartition(":")[2]


def escape_css_identifier(name: str) -> str:
    """An identifier of CSS for any text, as ``CSS.escape`` of the CSSOM specification makes it."""
    parts: list[str] = []
    for index, letter in enumerate(name):
        code = ord(letter)
        second_after_hyphen = index == 1 and name[0] == "-"
        if code == 0:
            parts.append("\ufffd")
        elif code < 0x20 or code == 0x7F or ("0" <= letter <= "9" and (index == 0 or second_after_hyphen)):
            parts.append(f"\\{code:x} ")
        elif (letter == "-" and len(name) == 1) or not (
            code >= 0x80 or letter in "-_" or "0" <= letter <= "9" or "a" <= letter.lower() <= "z"
        ):
            parts.append(f"\\{letter}")
        else:
            parts.append(letter)
    return "".join(parts)
