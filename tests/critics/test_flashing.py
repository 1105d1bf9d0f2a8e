"""Flashes are pairs of opposing changes, counted square by square."""

from __future__ import annotations

import pytest

from relook_lsp.core.snapshot import Flicker
from relook_lsp.critics.rules.flashing import count_flashes


@pytest.mark.parametrize(
    ("light", "expected"),
    [
        ((0.0, 1.0) * 5, 4),  # nine changes
        ((0.0, 0.3, 0.6, 0.9, 0.6, 0.3) * 4, 4),
        ((0.5,) * 20, 0),
        ((0.5, 0.55) * 10, 0),  # too faint
        ((0.85, 1.0) * 10, 0),  # both ends are bright
        ((0.0, 1.0) * 3, 0),  # three are allowed
        ((0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), 0),  # one rise
    ],
)
def test_flashes_of_a_square(light: tuple[float, ...], expected: int) -> None:
    count, area = count_flashes(Flicker(40, 32, tuple((value, 0.5) for value in light)))
    assert count == expected
    assert area == (32 * 32 if expected else 0)


def test_no_picture_no_flash() -> None:
    assert count_flashes(Flicker(40, 32, ())) == (0, 0.0)
