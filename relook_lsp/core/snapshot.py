"""What the browser saw, frozen. Everything after the capture works on this and nothing else.

All boxes are CSS pixels from the document's origin at scroll position 0; frames are of the whole
document at device pixel ratio 1, so pixel (x, y) of a frame shows the point (x, y) of the document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, cast

from relook_lsp.core.geometry import Rect

STAMP = "relook-at"
"""Private attribute that carries the offset of a start tag in the entry document."""

SCHEMA = 1

ELEMENT, TEXT = 1, 3


class Viewport(NamedTuple):
    """Size in CSS pixels; ``touch`` is the device class (phone: touch and meta viewport honoured), ``scheme`` the
    colour scheme that the visitor prefers: ``light`` or ``dark``."""

    width: int
    height: int
    touch: bool = False
    scheme: str = "light"

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class Frame:
    """A picture of the document, PNG."""

    png: bytes = field(repr=False)

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256(self.png).hexdigest()


class TextRun(NamedTuple):
    """One line box of one text node: ``text`` is what this line shows, ``element`` the node that holds it."""

    element: int
    node: int
    text: str
    rect: Rect


class Layout:
    """The DOM and its boxes at one viewport and moment; nodes are indices in document order.

    Built over the answer of ``DOMSnapshot.captureSnapshot`` (Chrome DevTools Protocol), main document only.
    """

    def __init__(self, raw: Mapping[str, Any], properties: tuple[str, ...]) -> None:
        document: dict[str, Any] = raw["documents"][0]
        self.raw = raw
        self.properties = properties
        self._strings = cast("list[str]", raw["strings"])
        self._nodes: dict[str, Any] = document["nodes"]
        self._layout: dict[str, Any] = document["layout"]
        self._text_boxes: dict[str, Any] = document["textBoxes"]
        self._column = {name: index for index, name in enumerate(properties)}
        self._attributes: list[list[int]] = self._nodes["attributes"]
        self._values: list[int] = self._nodes["nodeValue"]
        self._styles: list[list[int]] = self._layout["styles"]
        self.parents: list[int] = self._nodes["parentIndex"]
        self.types: list[int] = self._nodes["nodeType"]
        self.backend_ids: list[int] = self._nodes["backendNodeId"]
        self.content = (float(document["contentWidth"]), float(document["contentHeight"]))
        """Width and height of what the document scrolls over."""

    def __len__(self) -> int:
        return len(self.types)

    # -- tree

    @cached_property
    def names(self) -> list[str]:
        """Lower-case node names: ``div``, ``#text``, ``::before``."""
        strings, names = self._strings, cast("list[int]", self._nodes["nodeName"])
        return [strings[index].lower() if index >= 0 else "" for index in names]

    @cached_property
    def children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.types]
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                children[parent].append(node)
        return children

    @cached_property
    def _row(self) -> dict[int, int]:
        rows: list[int] = self._layout["nodeIndex"]
        return {node: row for row, node in reversed(list(enumerate(rows)))}

    @cached_property
    def _pseudo(self) -> dict[int, str]:
        data = self._nodes.get("pseudoType", {"index": [], "value": []})
        return {n: self._strings[v] for n, v in zip(data["index"], data["value"], strict=True)}

    @cached_property
    def _shadow_roots(self) -> frozenset[int]:
        return frozenset(self._nodes.get("shadowRootType", {"index": []})["index"])

    @cached_property
    def _clickable(self) -> frozenset[int]:
        return frozenset(self._nodes.get("isClickable", {"index": []})["index"])

    def pseudo(self, node: int) -> str | None:
        """``before``, ``after``, ``marker``, ... for a generated box."""
        return self._pseudo.get(node)

    def clickable(self, node: int) -> bool:
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

    def value(self, node: int) -> str:
        """Text of a text node."""
        index = self._values[node]
        return self._strings[index] if index >= 0 else ""

    def ancestors(self, node: int) -> Iterator[int]:
        """Parents from the nearest to the document; shadow roots and the document are included."""
        while (node := self.parents[node]) >= 0:
            yield node

    def within(self, node: int, ancestor: int) -> bool:
        """Whether ``ancestor`` is ``node`` or above it."""
        return node == ancestor or ancestor in self.ancestors(node)

    def element_of(self, node: int) -> int:
        """The nearest real element at or above ``node`` (a pseudo-element belongs to its host)."""
        while self.types[node] != ELEMENT or node in self._pseudo:
            parent = self.parents[node]
            if parent < 0:
                return node
            node = parent
        return node

    @cached_property
    def elements(self) -> tuple[int, ...]:
        """All elements that have a box, in document order, pseudo-elements left out."""
        types, pseudo, row = self.types, self._pseudo, self._row
        return tuple(n for n in range(len(types)) if types[n] == ELEMENT and n in row and n not in pseudo)

    def find(self, name: str) -> int | None:
        """First element of that tag name."""
        # A doctype is a node named like its root element.
        return next((n for n, other in enumerate(self.names) if other == name and self.types[n] == ELEMENT), None)

    # -- boxes and styles

    def has_box(self, node: int) -> bool:
        return node in self._row

    def rect(self, node: int) -> Rect:
        """Border box, transforms included; zero where the node has none."""
        row = self._row.get(node)
        return Rect(0, 0, 0, 0) if row is None else Rect(*self._layout["bounds"][row])

    def _extra(self, name: str, node: int) -> Rect:
        row = self._row.get(node)
        values = self._layout.get(name)
        box = values[row] if row is not None and values else ()
        return Rect(*box) if len(box) == 4 else Rect(0, 0, 0, 0)

    def client(self, node: int) -> Rect:
        """``clientLeft, clientTop, clientWidth, clientHeight``: padding box inside the border, untransformed."""
        return self._extra("clientRects", node)

    def scroll(self, node: int) -> Rect:
        """``scrollLeft, scrollTop, scrollWidth, scrollHeight``, untransformed."""
        return self._extra("scrollRects", node)

    def paint_order(self, node: int) -> int:
        """Larger is painted later (nearer to the eye); -1 without a box."""
        row = self._row.get(node)
        return -1 if row is None else self._layout["paintOrders"][row]

    def style(self, node: int, name: str) -> str:
        """Computed value of one of ``properties``; empty for a node without a box. Raises KeyError otherwise."""
        column = self._column[name]
        row = self._row.get(node)
        if row is None:
            return ""
        values = self._styles[row]
        return self._strings[values[column]] if column < len(values) else ""

    def pixels(self, node: int, name: str) -> float:
        """Computed length in pixels; 0 where the value is not a length."""
        value = self.style(node, name)
        try:
            return float(value[:-2]) if value.endswith("px") else float(value)
        except ValueError:
            return 0.0

    @cached_property
    def runs(self) -> tuple[TextRun, ...]:
        """Every line of text that has a box, in document order; blank ones left out."""
        boxes, layout = self._text_boxes, self._layout
        texts: list[int] = layout["text"]
        runs: list[TextRun] = []
        rows, starts = cast("list[int]", boxes["layoutIndex"]), cast("list[int]", boxes["start"])
        rects, lengths = cast("list[list[float]]", boxes["bounds"]), cast("list[int]", boxes["length"])
        for row, bounds, start, length in zip(rows, rects, starts, lengths, strict=True):
            index = texts[row]
            # Offsets are UTF-16 units of the laid-out text.
            whole = self._strings[index] if index >= 0 else ""
            text = whole[start : start + length] if whole.isascii() else _utf16_slice(whole, start, length)
            if text.strip() and bounds[2] > 0 and bounds[3] > 0:
                node = layout["nodeIndex"][row]
                runs.append(TextRun(self.parents[node], node, text, Rect(*bounds)))
        return tuple(runs)

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

    def origin(self, node: int) -> int | None:
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
                keys.append(f"{keys[parent]}/{self.names[node]}:{self._siblings[node][0]}")
        return keys

    @cached_property
    def _siblings(self) -> list[tuple[int, int]]:
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
    def by_key(self) -> dict[str, int]:
        return {self.key(node): node for node in range(len(self.types)) if self.types[node] == ELEMENT}

    def selector(self, node: int) -> str:
        """A short CSS selector for people; unique where an id or the structure makes it so."""
        parts: list[str] = []
        suffix = ""
        if node in self._pseudo:
            suffix, node = f"::{self._pseudo[node]}", self.parents[node]
        while node >= 0 and self.types[node] == ELEMENT:
            name = self.names[node]
            identity = self.attribute(node, "id")
            if identity and not any(character.isspace() for character in identity):
                parts.append(f"{name}#{identity}")
                break
            parent = self.parents[node]
            part = name + "".join(f".{c}" for c in (self.attribute(node, "class") or "").split()[:2])
            if parent >= 0 and name not in ("html", "body"):
                place, count = self._siblings[node]
                if count > 1:
                    part += f":nth-of-type({place + 1})"
            parts.append(part)
            if name in ("html", "body") or len(parts) == 4:
                break
            node = parent
        return " > ".join(reversed(parts)) + suffix

    def xpath(self, node: int) -> str:
        """Absolute XPath of an element; a shadow root shows as ``#document-fragment``."""
        node = self.element_of(node)
        parts: list[str] = []
        while node >= 0 and self.parents[node] >= 0:
            place, count = self._siblings[node]
            index = f"[{place + 1}]" if count > 1 else ""
            parts.append(f"{self.names[node]}{index}")
            node = self.parents[node]
        return "/" + "/".join(reversed(parts))


def _utf16_slice(text: str, start: int, length: int) -> str:
    data = text.encode("utf-16-le", "surrogatepass")
    return data[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")


@dataclass(frozen=True)
class Image:
    """Facts of an ``<img>``: natural size in image pixels, 0 where it did not load."""

    key: str
    url: str
    width: int
    height: int
    complete: bool


@dataclass(frozen=True)
class View:
    """One look: a viewport at a virtual time (milliseconds after load).

    ``role``: ``configured`` for the viewports of the settings, ``sweep`` for layout-only widths (no frame),
    ``confirm`` for a width that was looked at again because the sweep raised a suspicion, ``zoom`` for a window
    zoomed to 200 % (a frame only where it was asked for), ``dark`` for the dark colour scheme. ``background`` is the
    same picture with all text made transparent.
    """

    viewport: Viewport
    moment: int
    role: str
    layout: Layout
    frame: Frame | None = None
    background: Frame | None = None
    images: tuple[Image, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.role}:{self.viewport}@{self.moment}"


class ScriptPlace(NamedTuple):
    """Line and column from 0 (UTF-16) in the resource as it was served."""

    url: str
    line: int
    column: int


@dataclass(frozen=True)
class Message:
    """Something the page's scripts said: ``exception``, ``rejection``, ``console``, ``dialog``."""

    kind: str
    text: str
    place: ScriptPlace | None
    moment: int = 0


@dataclass(frozen=True)
class Request:
    """A request of the page: ``outcome`` is ``ok``, ``missing``, ``refused`` (outside the workspace), ``remote``
    (blocked host), ``failed``; ``kind`` is the browser's resource type in lower case."""

    url: str
    kind: str
    outcome: str
    status: int
    path: str | None = None
    initiator: ScriptPlace | None = None


@dataclass(frozen=True)
class Source:
    """Text of a served document, sheet or script. ``path`` is None where it is not a file of the workspace.
    ``kind``: ``html``, ``css``, ``js``, or ``original`` for a file that a served sheet was made from."""

    url: str
    path: str | None
    text: str
    version: int
    kind: str
    map: str = ""
    """Source map of a sheet whose originals are files of the workspace (``source.sourcemap``)."""


@dataclass(frozen=True)
class Declaration:
    """One declaration as the cascade saw it for one node.

    ``place``: sheet URL and range (lines, UTF-16 columns) in that sheet's own text; None for user-agent
    or generated style. ``owner``: offset of the start tag of the ``<style>`` element or of the element with
    the ``style`` attribute. ``level``: 0 the node itself, n the n-th ancestor it is inherited from.
    """

    name: str
    value: str
    important: bool
    origin: str
    """``rule``, ``inline``, ``animation`` (a keyframe), ``attribute`` (``width=300``) or ``user-agent``."""
    selector: str
    media: tuple[str, ...]
    url: str | None
    owner: int | None
    range: tuple[int, int, int, int] | None
    level: int
    rule_range: tuple[int, int, int, int] | None = None
    """From the selector's start to the closing brace, same coordinates."""
    longhands: tuple[tuple[str, str], ...] = ()
    """Name and value of what a shorthand expands to, where the browser can tell before ``var()`` is known."""
    layer: tuple[str, ...] = ()
    """Cascade layers from the outermost; an anonymous one by its place."""


@dataclass(frozen=True)
class Paint:
    """What hiding one element changes in the frame: number of changed pixels and their bounding box."""

    changed: int
    box: Rect


@dataclass(frozen=True)
class Flicker:
    """Luminance (0-1) of squares of ``cell`` pixels, one row of them for each picture, ``step`` milliseconds apart."""

    step: int
    cell: int
    light: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Evidence:
    """Answers to questions that critics or the locator asked after a first look, keyed by view id and node key."""

    styles: Mapping[tuple[str, str], tuple[Declaration, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[Declaration, ...]]
    )
    """Matched declarations, weakest first."""
    paints: Mapping[tuple[str, str], Paint] = field(default_factory=dict[tuple[str, str], Paint])
    focus: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Pixels that change when the element gets keyboard focus."""
    flicker: Mapping[tuple[str, str], Flicker] = field(default_factory=dict[tuple[str, str], Flicker])
    creators: Mapping[str, ScriptPlace] = field(default_factory=dict[str, ScriptPlace])
    """Script line that created a node."""


@dataclass(frozen=True)
class Snapshot:
    """Everything seen of one page. ``capture`` is ``exact`` (virtual time) or ``fallback`` (real time)."""

    page: str
    url: str
    capture: str
    views: tuple[View, ...]
    messages: tuple[Message, ...]
    requests: tuple[Request, ...]
    sources: Mapping[str, Source]
    hang: ScriptPlace | None = None
    hung: bool = False
    listeners: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    axe: tuple[Mapping[str, Any], ...] | None = None
    unstable: frozenset[str] = frozenset()
    """Keys of places that differed between two loads."""

    def roles(self, *roles: str) -> tuple[View, ...]:
        return tuple(view for view in self.views if view.role in roles)

    @property
    def settled(self) -> tuple[View, ...]:
        """The last moment of every configured viewport, in the order of the settings."""
        last: dict[Viewport, View] = {}
        for view in self.views:
            if view.role == "configured":
                last[view.viewport] = view
        return tuple(last.values())

    def moments(self, viewport: Viewport) -> tuple[View, ...]:
        return tuple(v for v in self.views if v.role == "configured" and v.viewport == viewport)
