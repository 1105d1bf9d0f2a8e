"""Pairs of boxes that lie over each other, against trying all pairs."""

from __future__ import annotations

import random

from relook_lsp.core.geometry import Rect
from relook_lsp.critics.overlap import overlapping_pairs


def test_it_says_what_trying_all_pairs_says() -> None:
    chance = random.Random(7)
    for number in (0, 1, 2, 130, 700):
        boxes = [
            Rect(chance.randrange(300), chance.randrange(300), chance.randrange(0, 30), chance.randrange(0, 30))
            for _ in range(number)
        ]
        owners = [chance.randrange(9) for _ in boxes]
        every = {
            frozenset((i, j))
            for i, one in enumerate(boxes)
            for j, other in enumerate(boxes[:i])
            if one.intersect(other).area > 0 and owners[i] != owners[j]
        }
        pairs = list(overlapping_pairs(boxes, owners))
        assert {frozenset(pair) for pair in pairs} == every
        assert len(pairs) == len(every)


def test_boxes_that_touch_do_not_overlap() -> None:
    assert list(overlapping_pairs([Rect(0, 0, 10, 10), Rect(10, 0, 10, 10), Rect(0, 10, 10, 10)], [1, 2, 3])) == []
