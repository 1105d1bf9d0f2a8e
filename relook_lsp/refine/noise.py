"""Differences under noise: measured again until they are clear, or not believed."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

LEAST, MOST = 3, 12
CONFIDENCE = 2.6
"""Standard errors by which a mean must lie above zero: about one false acceptance in two hundred (normal noise),
some more with few measurements, which is why at least three are made."""


async def is_clear_difference(measure: Callable[[], Awaitable[float]], margin: float = 0.0) -> bool:
    """Whether ``measure`` (base minus candidate, positive is better) is clearly above ``margin``.

    Sequential: stops as soon as the mean is clearly above or below; what is still unclear after ``MOST``
    measurements is rejected. A measurement without noise is decided after ``LEAST``.
    """
    values: list[float] = []
    while len(values) < MOST:
        values.append(await measure() - margin)
        count = len(values)
        if count < LEAST:
            continue
        mean = sum(values) / count
        spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
        error = spread / math.sqrt(count) * (1 + 4 / count)
        if mean > CONFIDENCE * error:
            return True
        if mean < -CONFIDENCE * error or mean == 0.0:
            return False
    return False
