"""Scan statistics the long way round, for tests: every zone and window by itself, in plain Python."""

import math
from collections.abc import Iterable, Sequence

import numpy as np


def ratio(c: float, e: float, given: float) -> float:
    """The log likelihood ratio as the papers write it; ``given`` 0 for the expectation-based one."""
    if c <= e:
        return 0.0
    if given == 0:
        return c * math.log(c / e) + e - c
    outside = (given - c) * math.log((given - c) / (given - e)) if c < given else 0.0
    return c * math.log(c / e) + outside


def ratios(
    counts: np.ndarray, expected: np.ndarray, zones: Iterable[Sequence[int]], *, longest: int, given: float, least: int
) -> dict[tuple[frozenset[int], int], float]:
    """Of each zone and duration; ``counts`` and ``expected`` (places, periods)."""
    found = {}
    for zone in zones:
        for d in range(1, longest + 1):
            c, e = (float(table[list(zone), -d:].sum()) for table in (counts, expected))
            found[frozenset(int(i) for i in zone), d] = ratio(c, e, given) if c >= least else 0.0
    return found


def no_overlap(found: dict[tuple[frozenset[int], int], float]) -> list[float]:
    """Ratios of the most likely cluster and of those after it that share no place with one before."""
    taken: set[int] = set()
    kept = []
    for (zone, _), value in sorted(found.items(), key=lambda item: (-round(item[1], 9), len(item[0][0]), item[0][1])):
        if value > 1e-9 and not taken & zone:
            kept.append(value)
            taken |= zone
    return kept
