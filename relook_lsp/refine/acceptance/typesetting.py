"""How the text of a view stands: an edit must not make lines run into each other, words break, or text touch the edge of
its box."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Layout, TextRun
from relook_lsp.critics.box_traits import boxes_up_to, has_visible_box
from relook_lsp.critics.overlap import overlapping_pairs
from relook_lsp.critics.view_context import ViewContext

LETTERS, MIXED = 0.9, 0.25
"""Shares of the size of the letters: how high a line is without the room around it, and from which overlap on two lines
run into each other. A critic that looks at what an author wrote needs more."""

SQUEEZED = (4, 1.25, 6.0)
"""From how many lines on, below how many words a line, and below which width (em) a block of text stands squeezed."""

EDGE = (4.0, 1.0)
"""CSS pixels between a block of text and the edge of the box that it stands in: from which on there was room, and below
which it touches the edge."""

WORD = 14
"""Letters: a word that is no longer than this is not broken in two; an address or a compound may be."""

_WORD_END, _WORD_START = re.compile(r"[A-Za-z\u00C0-\u024F]+$"), re.compile(r"[A-Za-z\u00C0-\u024F]+")


@dataclass(frozen=True)
class Typesetting:
    """Of texts and blocks of text, by node key: pairs of texts that run into each other, and of blocks which have hardly more
    than one word a line, the room at their sides (CSS pixels), how many of their lines run into the next one, and how many
    of their words are broken."""

    mixed: frozenset[tuple[str, str]] = frozenset()
    squeezed: frozenset[str] = frozenset()
    room: Mapping[str, float] = field(default_factory=dict[str, float])
    crowded: Mapping[str, int] = field(default_factory=dict[str, int])
    broken: Mapping[str, int] = field(default_factory=dict[str, int])


def typesetting_of_lines(context: ViewContext, lines: Sequence[tuple[TextRun, Rect]]) -> Typesetting:
    """From the lines that are painted, each with the rectangle of its letters (CSS pixels of the document)."""
    layout = context.layout
    blocks: dict[int, list[TextRun]] = {}
    for run, _ in lines:
        blocks.setdefault(layout.nearest_block(run.element), []).append(run)
    return Typesetting(
        frozenset(_colliding_texts(context, lines)),
        frozenset(_squeezed_blocks(layout, blocks)),
        dict(_room_to_edge(context, blocks)),
        dict(_crowded_blocks(layout, lines)),
        dict(_broken_words(layout)),
    )


def spoiled_texts(before: Typesetting, after: Typesetting, now: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """(key, what has become of its text) for all that an edit spoiled; ``now`` gives the key after it, or ``""``."""
    known = {tuple(sorted(now(key) for key in pair)) for pair in before.mixed}
    for pair in sorted(after.mixed):
        if pair not in known:
            yield pair[0], "runs into another"
    for key in sorted(after.squeezed - {now(key) for key in before.squeezed}):
        yield key, "is squeezed to one word a line"
    for earlier, later, harm in (
        (before.crowded, after.crowded, "has lines that run into each other"),
        (before.broken, after.broken, "has broken words"),
    ):
        counts = {now(key): count for key, count in earlier.items()}
        for key, count in later.items():
            if count > counts.get(key, 0):
                yield key, harm
    for key, room in before.room.items():
        if room >= EDGE[0] and abs(after.room.get(now(key), room)) < EDGE[1]:
            yield now(key), "touches the edge of its box"


def _colliding_texts(context: ViewContext, lines: Sequence[tuple[TextRun, Rect]]) -> Iterator[tuple[str, str]]:
    """Keys of texts of different blocks whose lines run into each other."""
    layout, boxes = context.layout, [rect for _, rect in lines]
    for one, two in overlapping_pairs(boxes, [layout.nearest_block(run.element) for run, _ in lines]):
        elements = [lines[index][0].element for index in (one, two)]
        size = min(layout.style_px(element, "font-size") for element in elements)
        both = boxes[one].intersect(boxes[two])
        if both.height > MIXED * size and both.width > size:
            first, second = sorted(layout.key(element) for element in elements)
            yield first, second


def _squeezed_blocks(layout: Layout, blocks: Mapping[int, Sequence[TextRun]]) -> Iterator[str]:
    for block, runs in blocks.items():
        count = len({round(run.rect.y) for run in runs})
        words = sum(len(run.text.split()) for run in runs)
        narrow = layout.rect(block).width < SQUEEZED[2] * layout.style_px(block, "font-size")
        if narrow and count >= SQUEEZED[0] and words < SQUEEZED[1] * count:
            yield layout.key(block)


def _room_to_edge(context: ViewContext, blocks: Iterable[int]) -> Iterator[tuple[str, float]]:
    """Between a block and the nearest box around it that shows where it ends; not that of the whole page."""
    layout = context.layout
    for block in blocks:
        around = next((n for n in boxes_up_to(context, block, -1) if has_visible_box(context, n)), None)
        if around is not None and layout.names[around] not in ("html", "body"):
            box, text = context.padding_box(around), context.content_box(block)
            yield layout.key(block), min(text.x - box.x, box.right - text.right)


def _crowded_blocks(layout: Layout, lines: Sequence[tuple[TextRun, Rect]]) -> Iterator[tuple[str, int]]:
    """Blocks with neighbouring lines that run into each other, and how many."""
    tops: dict[int, dict[int, Rect]] = {}
    for run, letters_ in lines:
        line = tops.setdefault(layout.nearest_block(run.element), {})
        known = line.get(round(run.rect.y))
        line[round(run.rect.y)] = letters_ if known is None else known.union(letters_)
    for block, line in tops.items():
        size = layout.style_px(block, "font-size")
        both = (one.intersect(two) for one, two in pairwise(rect for _, rect in sorted(line.items())))
        count = sum(part.height > MIXED * size and part.width > size for part in both)
        if count:
            yield layout.key(block), count


def _broken_words(layout: Layout) -> Iterator[tuple[str, int]]:
    """Elements with words that go on in the next line without a hyphen, and how many; long ones may."""
    counts = Counter[int]()
    for one, two in pairwise(layout.text_runs):
        # Where there was a space, it is in neither line.
        if one.node == two.node and one.rect.bottom <= two.rect.y + 1 and one.start + len(one.text) == two.start:
            head, tail = _WORD_END.search(one.text), _WORD_START.match(two.text)
            if head and tail and len(head[0]) + len(tail[0]) <= WORD:
                counts[one.element] += 1
    for element, count in counts.items():
        yield layout.key(element), count
