"""All pairs of points that are close to one another, listed once and sorted into bands of distance."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.compiled import compiled

Floats = NDArray[np.float64]
Index = NDArray[np.int32]
Counts = NDArray[np.int64]
Metric = Literal["manhattan", "euclidean"]

METRICS: tuple[Metric, ...] = ("manhattan", "euclidean")
# Two lists of 4 bytes a pair: 400 MB. Beyond it the bands are no longer near.
MOST_PAIRS = 50_000_000
# Distances measured before a pair is listed or not; about a second per thousand million.
MOST_CANDIDATES = 5_000_000_000
MOST_STRIPS = 1_024
# Cells are a hair wider than the reach: a quotient rounded up must not put two close points two cells apart.
HAIR = 1e-9


class TooManyPairsError(PlainError, ValueError):
    """More close pairs than can be listed."""


@dataclass(frozen=True, eq=False)
class ClosePairs:
    """Pairs grouped by band; those of band b are ``first[start[b]:start[b + 1]]`` and ``second`` likewise.

    ``first`` and ``second``, int32 (pairs), number the points as ``order``, intp (n), arranges them: point
    ``order[first[k]]`` of the input. Neighbours in space are neighbours in that order, so that whoever walks
    through the pairs reads memory in sequence. ``start`` is int64 (bands + 1).
    """

    order: NDArray[np.intp]
    first: Index
    second: Index
    start: Counts

    @property
    def per_band(self) -> Counts:
        return np.diff(self.start)


def close_pairs(
    x_m: Floats, y_m: Floats, edges_m: Floats, *, metric: Metric = "manhattan", same_place_m: float = -1.0
) -> ClosePairs:
    """Unordered pairs of the points ``x_m``, ``y_m`` (n), every pair once, also those at distance zero.

    Band 0 holds the pairs at most ``same_place_m`` apart (none where it is negative), band b the others with
    ``edges_m[b - 1] <= distance < edges_m[b]``; ``edges_m`` rises and is finite. Raises `TooManyPairsError` beyond
    `MOST_PAIRS` before anything is listed.

    >>> import numpy as np
    >>> x = np.array([0.0, 0.0, 60.0, 100.0])
    >>> pairs = close_pairs(x, np.zeros(4), np.array([0.0, 50.0, 100.0]), same_place_m=0.0)
    >>> pairs.per_band.tolist()
    [1, 1, 2]
    """
    order, rows = _candidates(x_m, y_m, max(float(edges_m[-1]), same_place_m))
    candidates = int(_lengths(*rows).sum())
    if candidates > MOST_CANDIDATES:
        raise TooManyPairsError(_too_many(f"{candidates:,} pairs of points lie in reach", MOST_CANDIDATES))
    place = np.zeros(len(edges_m), dtype=np.int64)
    empty = np.empty(0, dtype=np.int32)
    given = x_m[order], y_m[order], *rows, metric == "euclidean", float(same_place_m), edges_m
    _visit(*given, place, empty, empty)
    start = np.concatenate(([0], np.cumsum(place)))
    if start[-1] > MOST_PAIRS:
        raise TooManyPairsError(_too_many(f"{start[-1]:,} pairs of points lie within the bands", MOST_PAIRS))
    first, second = np.empty(start[-1], dtype=np.int32), np.empty(start[-1], dtype=np.int32)
    _visit(*given, start[:-1].copy(), first, second)
    return ClosePairs(order, first, second, start)


def _too_many(found: str, most: int) -> str:
    return f"{found}, more than {most:,}: take narrower bands, a shorter period or a smaller area"


def _candidates(x_m: Floats, y_m: Floats, reach_m: float) -> tuple[NDArray[np.intp], tuple[Counts, Counts, Counts]]:
    """An order of the points by square cells as wide as the reach, row by row, and where each point's partners lie.

    A point's partners after it are the rest of its own cell and the next one (up to ``stop``), and three cells of
    the row above (``above`` to ``above_stop``).
    """
    column, columns = _strips(x_m, reach_m)
    row, rows = _strips(y_m, reach_m)
    cell = row * columns + column
    order = np.argsort(cell, kind="stable")
    cell = cell[order]
    start = np.searchsorted(cell, np.arange(columns * rows + 1))
    column, row = column[order], row[order]
    last, first = column == columns - 1, column == 0
    top = row == rows - 1
    up = np.where(top, 0, cell + columns)
    stop = start[cell + np.where(last, 1, 2)]
    above = np.where(top, 0, start[up - np.where(first | top, 0, 1)])
    above_stop = np.where(top, 0, start[up + np.where(last, 1, 2)])
    return order, (stop, above, above_stop)


def _strips(values: Floats, reach_m: float) -> tuple[Counts, int]:
    if len(values) == 0:
        return np.empty(0, dtype=np.int64), 1
    width = max(reach_m, float(np.ptp(values)) / MOST_STRIPS) * (1 + HAIR)
    # No reach and no extent: all points stand in one place.
    strip = ((values - values.min()) / (width or 1.0)).astype(np.int64)
    return strip, int(strip.max()) + 1


def _lengths(stop: Counts, above: Counts, above_stop: Counts) -> Counts:
    return stop - np.arange(1, len(stop) + 1) + above_stop - above


@compiled
def _visit(  # noqa: PLR0917 - compiled functions take no keywords
    x: Floats,
    y: Floats,
    stop: Counts,
    above: Counts,
    above_stop: Counts,
    euclidean: bool,  # noqa: FBT001
    same_place: float,
    edges: Floats,
    place: Counts,
    first: Index,
    second: Index,
) -> None:
    """Add the pairs of each band to ``place``; where there is room, write each pair to where ``place`` stood."""
    write = len(first) > 0
    reach = edges[-1]
    for a in range(len(x)):
        for part in range(2):
            begin = a + 1 if part == 0 else above[a]
            end = stop[a] if part == 0 else above_stop[a]
            for b in range(begin, end):
                dx, dy = abs(x[a] - x[b]), abs(y[a] - y[b])
                distance = np.sqrt(dx * dx + dy * dy) if euclidean else dx + dy
                if distance <= same_place:
                    band = 0
                elif edges[0] <= distance < reach:
                    band = 1
                    while distance >= edges[band]:
                        band += 1
                else:
                    continue
                if write:
                    first[place[band]] = a
                    second[place[band]] = b
                place[band] += 1
