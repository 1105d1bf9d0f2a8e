"""Confidence intervals and tests for measured shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

_Z = 1.96


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) where nothing was counted."""
    if not total:
        return 0.0, 1.0
    share, spread = hits / total, _Z**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def format_share(hits: int, total: int) -> str:
    """``92 % (85-96, n = 110)``."""
    if not total:
        return "none"
    low, high = wilson_interval(hits, total)
    return f"{100 * hits / total:.0f} % ({100 * low:.0f}-{100 * high:.0f}, n = {total})"


def sign_test(gained: int, lost: int) -> float:
    """How likely so uneven a count is where both are equally likely (two-sided binomial test)."""
    total = gained + lost
    tail = sum(math.comb(total, k) for k in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / 2**total)


def bootstrap_interval(values: Sequence[float], draws: int = 2000) -> tuple[float, float]:
    """95 % interval of the mean (percentiles of resampled means; Efron 1979), the same every time."""
    random = Random(0)
    means = sorted(sum(random.choices(values, k=len(values))) / len(values) for _ in range(draws))
    return means[int(0.025 * draws)], means[int(0.975 * draws)]
