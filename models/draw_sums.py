"""Sums of values drawn without replacement: their exact distribution, for whole numbers.

With m_v copies of each value v, the coefficient of ``y^k z^s`` in ``prod_v sum_t C(m_v, t) y^t z^(t v)`` counts the
ways in which k of the n values add up to s. The product is formed value by value. Every term is positive, so nothing
cancels; y is scaled by k / n, which keeps the coefficients of y^k below e^k whatever n is.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.parameter_limits import ParameterError, require_number

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]

MOST_STEPS = 500_000_000
MOST_ENTRIES = 4_000_000
# Coefficients of up to e^500 are still far from the largest float.
MOST_DRAWN = 500
ROUNDING = 1e-6


class SumsTooLargeError(PlainError, ValueError):
    """An exact distribution that would take too long or too much memory."""


def distributions(values: Wholes, most: int) -> Floats:
    """Chance of every sum of j of the whole ``values`` (n, none below 0), for every j up to ``most``.

    Shape (most + 1, S + 1) with S the sum of the ``most`` largest; entry (j, s) is the chance that j values drawn
    without replacement add up to s. Rows that cannot be drawn (j > n) are 0. Relative error below 1e-12. Raises
    `SumsTooLargeError`.

    >>> import numpy as np
    >>> distributions(np.array([0, 0, 1, 2]), 2).round(3).tolist()
    [[1.0, 0.0, 0.0, 0.0], [0.5, 0.25, 0.25, 0.0], [0.167, 0.333, 0.333, 0.167]]
    """
    each, copies = np.unique(values, return_counts=True)
    _refuse_too_large(values, most, left_out=False)
    return _chances(_with_values(_nothing_drawn(values, most), each, copies, _rate(values, most)))


def distributions_without_one(values: Wholes, most: int) -> Iterator[tuple[int, Floats]]:
    """For each distinct value: the value, and `distributions` of all ``values`` but one copy of it.

    Halving the set of distinct values again and again gives all of them in D log D products instead of D².
    """
    each, copies = np.unique(values, return_counts=True)
    _refuse_too_large(values, most, left_out=True)
    for value, found in _each_left_out(_nothing_drawn(values, most), each, copies, _rate(values, most)):
        yield value, _chances(found)


def at_least_and_at_most(chances: Floats) -> tuple[Floats, Floats]:
    """Both tails of each row of ``chances``, each with the sum itself; added up from the end where they are small."""
    at_least = np.minimum(1.0, np.cumsum(chances[:, ::-1], axis=1)[:, ::-1])
    return at_least, np.minimum(1.0, np.cumsum(chances, axis=1))


def whole_units(x: Floats, unit: float) -> Wholes:
    """``x`` in units; raises `ParameterError` for a value that is negative or no whole multiple of ``unit``."""
    require_number("unit", unit, above=0)
    units = x / unit
    wrong = np.flatnonzero(~((units >= 0) & (np.abs(units - np.rint(units)) <= ROUNDING)))
    if len(wrong):
        raise ParameterError(
            f"exact sums need values of at least 0 in whole multiples of {unit:g}, found {x[wrong[0]]:g}: name "
            "another unit, round, or draw random permutations"
        )
    return np.rint(units).astype(np.int64)


def fits(values: Wholes, most: int, *, left_out: bool) -> bool:
    """Whether the exact distributions of ``values`` are within the limits."""
    try:
        _refuse_too_large(values, most, left_out=left_out)
    except SumsTooLargeError:
        return False
    return True


def _refuse_too_large(values: Wholes, most: int, *, left_out: bool) -> None:
    if most > MOST_DRAWN:
        raise SumsTooLargeError(
            f"exact sums are of at most {MOST_DRAWN} values, found neighbourhoods of {most}: draw random permutations"
        )
    largest, distinct = _largest(values, most), len(np.unique(values))
    products = distinct * math.ceil(math.log2(distinct + 1)) if left_out else distinct
    entries = (most + 1) * (largest + 1)
    if entries > MOST_ENTRIES or products * most * entries // 2 > MOST_STEPS:
        raise SumsTooLargeError(
            f"the exact distribution of sums of up to {most} of {distinct} distinct values would hold {entries:,} "
            f"chances and take {products * most * entries // 2:,} steps, more than {MOST_ENTRIES:,} or "
            f"{MOST_STEPS:,}: draw random permutations, or count in a larger unit"
        )


def _largest(values: Wholes, most: int) -> int:
    """The largest sum of ``most`` values."""
    return int(np.sort(values)[::-1][:most].sum())


def _nothing_drawn(values: Wholes, most: int) -> Floats:
    table = np.zeros((most + 1, _largest(values, most) + 1))
    table[0, 0] = 1.0
    return table


def _rate(values: Wholes, most: int) -> float:
    return max(most, 1) / max(len(values), 1)


def _with_values(table: Floats, each: Wholes, copies: Wholes, rate: float) -> Floats:
    for value, count in zip(each.tolist(), copies.tolist(), strict=True):
        table = _with_copies(table, value, count, rate)
    return table


def _with_copies(table: Floats, value: int, copies: int, rate: float) -> Floats:
    """The product with one factor: up to ``copies`` of ``value`` may be among the values drawn."""
    most, width = len(table) - 1, table.shape[1]
    grown = table.copy()
    ways = 1.0
    for taken in range(1, min(copies, most) + 1):
        ways *= rate * (copies - taken + 1) / taken
        shift = taken * value
        grown[taken:, shift:] += ways * table[: most + 1 - taken, : width - shift]
    return grown


def _each_left_out(table: Floats, each: Wholes, copies: Wholes, rate: float) -> Iterator[tuple[int, Floats]]:
    if len(each) == 1:
        yield int(each[0]), _with_copies(table, int(each[0]), int(copies[0]) - 1, rate)
    elif len(each) > 1:
        half = len(each) // 2
        yield from _each_left_out(
            _with_values(table, each[half:], copies[half:], rate), each[:half], copies[:half], rate
        )
        yield from _each_left_out(
            _with_values(table, each[:half], copies[:half], rate), each[half:], copies[half:], rate
        )


def _chances(table: Floats) -> Floats:
    total = table.sum(axis=1, keepdims=True)
    chances: Floats = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    return chances
