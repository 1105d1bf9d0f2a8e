"""Checks of a stored snapshot, which may come from anyone: how large it may be, and that everything in it points to
something that is there. Rules may then rely on what a capture guarantees."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import sys
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from PIL import Image

from relook_lsp.core.snapshot import Frame, Snapshot

MAX_TEXT = 128 << 20
"""Bytes of the JSON text; that of a large page has some 20 MB."""
MAX_RATIO = 200
"""Bytes of text for one compressed byte, above the first mebibyte; real ones have 5 to 20."""
MAX_VALUES = 4_000_000
"""Lists and objects in the text, which take some hundred bytes of memory each."""
_FEW = 32 << 20
"""Bytes of text that take less memory than that whatever they are."""
MAX_PICTURE = 64 << 20
"""Bytes of one PNG file."""
MAX_PIXELS = 64_000_000
"""Of one picture: four windows wide (5120) and as deep as frames go (8000), with some to spare."""
MAX_ALL_PIXELS = 600_000_000
"""Of the pictures of all views; each is decoded where a rule needs it."""
MAX_VIEWS = 200
MAX_SIDE = 20_000
"""CSS pixels of a window; settings allow half as many."""
MAX_COORDINATE = 1e12
"""CSS pixels; boxes end at 2 to the power of 25, and transforms can move them further."""


class NotASnapshot(ValueError):
    """Says in a few words what is wrong."""


def read_text(path: Path) -> bytes:
    """The JSON text of a stored snapshot. Raises ``NotASnapshot`` and ``OSError``."""
    packed = read_file(path, MAX_TEXT)
    limit = min(MAX_TEXT, (1 << 20) + MAX_RATIO * len(packed))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            text = file.read(limit + 1)
    except (EOFError, OSError) as error:  # ``BadGzipFile`` is an ``OSError``
        raise NotASnapshot("it is cut off or not compressed with gzip") from error
    if len(text) > limit:
        raise NotASnapshot(f"it unpacks to more than {limit >> 20} MiB")
    if len(text) > _FEW and text.count(b"[") + text.count(b"{") > MAX_VALUES:
        raise NotASnapshot(f"it holds more than {MAX_VALUES} lists and objects")
    return text


def parse(text: bytes) -> Any:
    """JSON without the numbers that JSON does not have. Raises ``NotASnapshot``."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise NotASnapshot("it is nested too deep") from error
    except ValueError as error:
        raise NotASnapshot("it is not JSON") from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def read_file(path: Path, limit: int) -> bytes:
    """A regular file, no link and no device. Raises ``NotASnapshot`` and ``OSError``."""
    flags = os.O_RDONLY
    if sys.platform == "win32":
        flags |= os.O_BINARY
    else:
        flags |= os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        handle = os.open(path, flags)
    except OSError as error:
        if path.is_symlink():
            raise NotASnapshot(f"{path.name} is a symbolic link") from error
        raise
    with os.fdopen(handle, "rb") as file:
        known = os.fstat(file.fileno())
        if not stat.S_ISREG(known.st_mode):
            raise NotASnapshot(f"{path.name} is not a regular file")
        if known.st_size > limit:
            raise NotASnapshot(f"{path.name} is larger than {limit >> 20} MiB")
        return file.read(limit)


def read_picture(path: Path) -> Frame:
    """A PNG file that is named by the hash of its bytes. Raises ``NotASnapshot`` and ``OSError``."""
    frame = Frame(read_file(path, MAX_PICTURE))
    if frame.hash != path.stem:
        raise NotASnapshot(f"the picture {path.name} was changed")
    pixels(frame)
    return frame


def pixels(frame: Frame) -> int:
    """Width times height of a picture. Raises ``NotASnapshot``."""
    try:
        with Image.open(io.BytesIO(frame.png), formats=["PNG"]) as image:
            size = image.width * image.height
    except Image.DecompressionBombError:
        size = MAX_PIXELS + 1
    except Exception as error:
        raise NotASnapshot("a picture is not a PNG file") from error
    if size > MAX_PIXELS:
        raise NotASnapshot(f"a picture has more than {MAX_PIXELS // 1_000_000} million pixels")
    return size


def check_snapshot(snapshot: Snapshot) -> None:
    """Sizes and counts of what is not layout. Raises ``NotASnapshot``."""
    _must(len(snapshot.views) <= MAX_VIEWS, "it has too many views")
    _must(snapshot.capture in ("exact", "fallback"), "its kind of capture is unknown")
    sizes: dict[str, int] = {}
    total = 0
    for view in snapshot.views:
        width, height, _, scheme = view.viewport
        _must(0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE, "a window has an impossible size")
        _must(scheme in ("light", "dark"), "a colour scheme is unknown")
        _must(0 <= view.moment <= 10_000_000, "a moment is impossible")
        for image in view.images:
            _must(
                0 <= image.width <= MAX_COORDINATE and 0 <= image.height <= MAX_COORDINATE,
                "an image has an impossible size",
            )
        for frame in (view.frame, view.background):
            if frame is not None:
                if frame.hash not in sizes:
                    sizes[frame.hash] = pixels(frame)
                total += sizes[frame.hash]
    _must(total <= MAX_ALL_PIXELS, "its pictures are too large together")
    for flicker in snapshot.evidence.flicker.values():
        _must(flicker.step > 0 and flicker.cell > 0, "a flicker has no size")
        _must(len({len(row) for row in flicker.light}) <= 1, "a flicker is not a table")


def check_layout(raw: Any, properties: Any) -> None:
    """Columns as long as each other, references that lead to something, parents before their children, and finite
    boxes. Raises ``NotASnapshot``, and what Python raises where the structure is another one."""
    strings = raw["strings"]
    _is_list(strings, str, "strings")
    _is_list(properties, str, "properties")
    count = len(strings)
    document = raw["documents"][0]
    _finite((document["contentWidth"], document["contentHeight"]), "its size")
    nodes, layout, boxes = document["nodes"], document["layout"], document["textBoxes"]

    total = len(nodes["nodeType"])
    for name in ("parentIndex", "nodeType", "nodeName", "nodeValue", "backendNodeId", "attributes"):
        _must(len(nodes[name]) == total, f"the column {name} has another length")
    for name in ("nodeType", "backendNodeId"):
        _within(nodes[name], 0, 1 << 53, name)
    for name in ("nodeName", "nodeValue"):
        _within(nodes[name], -1, count, name)
    parents = nodes["parentIndex"]
    _within(parents, -1, total, "parentIndex")
    _must(all(map(int.__lt__, parents, range(total))), "a node comes before its parent")
    _flat(nodes["attributes"], -1, count, "attributes")
    _must(not any(len(pairs) % 2 for pairs in nodes["attributes"]), "an attribute has no value")
    for name in ("pseudoType", "shadowRootType", "isClickable"):
        rare = nodes.get(name)
        if rare is not None:
            _within(rare["index"], 0, total, name)
            if "value" in rare:
                _within(rare["value"], 0, count, name)
                _must(len(rare["value"]) == len(rare["index"]), f"the column {name} has another length")

    rows = len(layout["nodeIndex"])
    _within(layout["nodeIndex"], 0, total, "nodeIndex")
    for name in ("styles", "bounds", "text", "paintOrders", "clientRects", "scrollRects"):
        column = layout.get(name)
        _must(
            (name in ("clientRects", "scrollRects") and not column) or len(column) == rows,
            f"the column {name} has another length",
        )
    _flat(layout["styles"], -1, count, "styles")
    _within(layout["text"], -1, count, "text")
    _within(layout["paintOrders"], -1, 1 << 53, "paintOrders")
    _rectangles(layout["bounds"], (4,), "bounds")
    for name in ("clientRects", "scrollRects"):
        _rectangles(layout.get(name) or (), (0, 4), name)

    lines = len(boxes["layoutIndex"])
    _within(boxes["layoutIndex"], 0, rows, "layoutIndex")
    for name in ("start", "length"):
        _must(len(boxes[name]) == lines, f"the column {name} has another length")
        _within(boxes[name], 0, 1 << 31, name)
    _must(len(boxes["bounds"]) == lines, "the column bounds has another length")
    _rectangles(boxes["bounds"], (4,), "bounds")


def check_axe(rules: Any) -> None:
    """What axe-core found, in the shape in which the browser gives it. Raises as ``check_layout`` does."""
    for rule in rules or ():
        _texts(rule["id"], rule["help"], rule["url"], rule["impact"] or "")
        for node in rule["nodes"]:
            _texts(node["target"], node["summary"])
            _must(node["origin"] is None or type(node["origin"]) is int, "an origin is not a number")
            _rectangles([node["box"]], (4,), "box")


def _texts(*values: Any) -> None:
    _must(all(type(value) is str for value in values), "a text is not a text")


def _must(right: bool, wrong: str) -> None:
    if not right:
        raise NotASnapshot(wrong)


def _is_list(values: Any, kind: type, name: str) -> None:
    _must(type(values) is list and set(map(type, values)) <= {kind}, f"{name} is not a list of {kind.__name__}")


def _within(values: Iterable[Any], least: int, end: int, name: str) -> None:
    """Whole numbers from ``least`` to before ``end``."""
    try:
        numbers = np.frombuffer(array("q", values), np.int64)
    except (TypeError, OverflowError) as error:
        raise NotASnapshot(f"{name} is not a list of numbers") from error
    _must(not numbers.size or bool(numbers.min() >= least and numbers.max() < end), f"{name} leads nowhere")


def _flat(lists: list[Any], least: int, end: int, name: str) -> None:
    """Lists of such numbers."""
    _is_list(lists, list, name)
    _within(set[Any]().union(*lists), least, end, name)  # few are different


def _rectangles(values: Sequence[Any], lengths: tuple[int, ...], name: str) -> None:
    _must(set(map(type, values)) <= {list} and set(map(len, values)) <= set(lengths), f"{name} is not a list of boxes")
    _finite(set[Any]().union(*values), name)


def _finite(values: Iterable[Any], name: str) -> None:
    try:
        numbers = np.frombuffer(array("d", values), np.float64)
    except (TypeError, OverflowError) as error:
        raise NotASnapshot(f"{name} is not a list of numbers") from error
    _must(not numbers.size or bool(np.abs(numbers).max() <= MAX_COORDINATE), f"{name} is no place on a page")
