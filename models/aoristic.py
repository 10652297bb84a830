"""Aoristic weights: an incident with an uncertain time counts a share in every shift it may fall in.

Ratcliffe, J. H. (2002). Aoristic signatures and the spatio-temporal analysis of high volume crime patterns.
*Journal of Quantitative Criminology*, 18(1), 23-43. The weight of a slot is the share of the interval
[from, to) that lies in it.

Weights are whole parts per million that add up to exactly one million per incident, so that sums of them
are exact: a panel kept up to date by adding and subtracting equals a recount to the last digit, in whatever
order the incidents came.
"""

import numpy as np
from numpy.typing import NDArray

ONE_PPM = 1_000_000
MAX_INTERVAL_S = 366 * 86_400  # keeps seconds x ONE_PPM far inside 64 bits


def aoristic_ppm(
    from_s: NDArray[np.int64], to_s: NDArray[np.int64], edges_s: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Spread intervals over slots.

    ``from_s`` and ``to_s`` (n) are half-open intervals in seconds; an empty one counts wholly in the slot of
    its start. ``edges_s`` (m + 1) are increasing slot edges that cover them all. Returns three arrays of equal
    length: the interval's position, the slot, and the weight in parts per million; each interval's weights add
    up to `ONE_PPM`, by rounding the running total down at every edge.

    Raises `ValueError` for an interval that ends before it starts, is longer than a year, or is not covered.

    >>> import numpy as np
    >>> row, slot, weight = aoristic_ppm(np.array([0]), np.array([30]), np.array([0, 10, 100]))
    >>> weight.tolist()
    [333333, 666667]
    """
    length = to_s - from_s
    if np.any(length < 0):
        raise ValueError("an interval ends before it starts")
    if np.any(length > MAX_INTERVAL_S):
        raise ValueError("an interval is longer than a year")
    if len(from_s) and (from_s.min() < edges_s[0] or np.maximum(to_s - 1, from_s).max() >= edges_s[-1]):
        raise ValueError("the slots do not cover every interval")
    first = np.searchsorted(edges_s, from_s, side="right") - 1
    last = np.searchsorted(edges_s, np.maximum(to_s - 1, from_s), side="right") - 1
    count = last - first + 1
    row = np.repeat(np.arange(len(from_s)), count)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + first[row]
    total = np.maximum(length, 1)[row]
    covered_before = np.clip(edges_s[slot] - from_s[row], 0, total)
    covered_after = np.where(slot == last[row], total, np.clip(edges_s[slot + 1] - from_s[row], 0, total))
    weight = covered_after * ONE_PPM // total - covered_before * ONE_PPM // total
    return row, slot, weight
