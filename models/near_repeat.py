"""Near repeats: do incidents close in space come close in time more often than chance would bring them?

Knox, E. G. (1964). The detection of space-time interactions. *Applied Statistics*, 13(1), 25-30. As a table of bands:
Ratcliffe, J. H. & Rengert, G. F. (2008). Near-repeat patterns in Philadelphia shootings. *Security Journal*, 21,
58-76, and the Near Repeat Calculator. Family-wise p: Westfall, P. H. & Young, S. S. (1993). *Resampling-based
multiple testing*. Wiley, chapter 2.
"""

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from geo.errors import PlainError
from models.close_pairs import METRICS, ClosePairs, Index, Metric, close_pairs
from models.compiled import compiled
from models.parameter_limits import ParameterError, require_number, require_whole

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Days = NDArray[np.int16]
Words = NDArray[np.uint64]

# Permutations that go through the list of pairs together: their days of one event, 16 bits each, fill a cache line.
LANES = 32
WORDS = np.uint64(LANES // 4)
# Pairs whose differences lie in the nearest cache together.
STRETCH = 64
# A tally of 16 bits, signed, holds no more.
MOST_STRETCHES = 32_000
LONGEST_DAYS = 32_000
# Every count of every permutation is kept until the end: 400 MB.
MOST_COUNTS = 50_000_000
FEWEST_EVENTS = 3


class NearRepeatError(PlainError, ValueError):
    """Too little data to look for near repeats."""


@dataclass(frozen=True)
class NearRepeatParameters:
    """Bands are half-open: ``space_edges_m`` (0, 100, 200) are [0, 100) and [100, 200) metres.

    The last edge may be infinite: everything farther, or later. ``time_edges_days`` are whole days. Pairs at most
    ``same_place_m`` apart have a band of their own and are in no other; None for no such band. ``metric`` is
    "manhattan" (|dx| + |dy|, in a city of blocks nearer to the way on foot) or "euclidean".
    """

    space_edges_m: tuple[float, ...] = (0, 100, 200, 300, 400)
    time_edges_days: tuple[float, ...] = (0, 7, 14, 21, 28)
    same_place_m: float | None = 0.0
    metric: Metric = "manhattan"
    permutations: int = 999

    def __post_init__(self) -> None:
        _require_edges("space_edges_m", self.space_edges_m)
        _require_edges("time_edges_days", self.time_edges_days)
        if any(edge != math.floor(edge) for edge in self.time_edges_days if math.isfinite(edge)):
            raise ParameterError(f"time_edges_days must be whole days, found {self.time_edges_days!r}")
        if self.same_place_m is not None:
            require_number("same_place_m", self.same_place_m, at_least=0)
            if self.same_place_m >= self.space_edges_m[1]:
                limit = f"less than {self.space_edges_m[1]:g}, where the first band ends"
                raise ParameterError(f"same_place_m must be {limit}, found {self.same_place_m!r}")
        if self.metric not in METRICS:
            raise ParameterError(f"metric must be manhattan or euclidean, found {self.metric!r}")
        require_whole("permutations", self.permutations, at_least=1)
        cells = len(self.space_edges_m) * (len(self.time_edges_days) - 1)
        if self.permutations * cells > MOST_COUNTS:
            limit = f"at most {MOST_COUNTS // cells:,} for {cells} fields"
            raise ParameterError(f"permutations must be {limit}, found {self.permutations:,}")


def _require_edges(name: str, edges: tuple[float, ...]) -> None:
    numbers = all(isinstance(edge, int | float) and not math.isnan(edge) for edge in edges)
    rising = numbers and len(edges) > 1 and all(a < b for a, b in pairwise(edges))
    if not rising or edges[0] < 0:
        raise ParameterError(f"{name} must be at least two rising numbers from 0 up, found {edges!r}")


@dataclass(frozen=True, eq=False)
class NearRepeat:
    """Pairs of events by band of distance (rows) and of time (columns); every table has that shape.

    Row 0 is the same place where ``parameters.same_place_m`` is not None. ``observed`` counts each pair once.
    ``expected`` is the exact mean over all orders of the days: pairs of the row x pairs of the column / all pairs.
    ``median`` is that of the permutations drawn. ``p`` is (permutations with a count >= observed, + 1) /
    (permutations + 1), each cell by itself; ``p_table`` (`permutation_p`) holds for all cells of the table together. A
    row without an end is what the near ones leave of all pairs: it is no near repeat, and its ``p_table`` is NaN.
    """

    parameters: NearRepeatParameters
    events: int
    observed: Counts
    expected: Floats
    median: Floats
    p: Floats
    p_table: Floats

    @property
    def ratio(self) -> Floats:
        """Knox ratio, observed / expected; NaN where no pair can be."""
        return _ratio(self.observed, self.expected)

    @property
    def ratio_of_median(self) -> Floats:
        """Observed / median of the permutations; NaN where the median is 0, as it is in sparse cells."""
        return _ratio(self.observed, self.median)


def _ratio(observed: Counts, expected: Floats) -> Floats:
    ratio = np.full(observed.shape, np.nan)
    np.divide(observed, expected, out=ratio, where=expected > 0)
    return ratio


def near_repeat(
    x_m: Floats,
    y_m: Floats,
    day: Counts,
    rng: np.random.Generator,
    parameters: NearRepeatParameters | None = None,
    *,
    threads: int | None = None,
    done: Callable[[int], object] | None = None,
) -> NearRepeat:
    """Knox test in a table of bands for whole events at ``x_m``, ``y_m`` (n, metres) on whole days ``day`` (n).

    H0 of every p: which event has which day is arbitrary (all n! orders alike), given the places and the days, so
    neither crowded places nor busy weeks by themselves make a near repeat. One-sided: more pairs than that. Counts of
    neighbouring bands hang together; read ``p_table`` before picking the smallest p of a table.

    The same ``rng`` gives the same bits on any number of ``threads`` (default: one per processor); ``done`` is told
    how many permutations have come in. Raises `NearRepeatError` for fewer than three events or events of a single
    day, `models.close_pairs.TooManyPairsError`, and `ParameterError` for columns that do not fit.

    >>> import numpy as np
    >>> x = np.array([0.0, 10, 2000, 2010, 4000, 4010])
    >>> bands = NearRepeatParameters((0, 100), (0, 2), same_place_m=None, permutations=99)
    >>> found = near_repeat(x, np.zeros(6), np.array([1, 2, 41, 42, 81, 82]), np.random.default_rng(1), bands)
    >>> found.observed.tolist(), found.expected.round(3).tolist(), found.ratio.round(3).tolist()
    ([[3]], [[0.6]], [[5.0]])
    """
    parameters = parameters or NearRepeatParameters()
    _refuse_columns(x_m, y_m, day)
    _refuse_too_little(day)
    space = np.array(parameters.space_edges_m, dtype=np.float64)
    # A band that never ends is what the bands inside it leave of all pairs: they must then begin at 0.
    inner = np.concatenate(([0.0] if space[0] > 0 and np.isinf(space[-1]) else [], space[np.isfinite(space)]))
    same = -1.0 if parameters.same_place_m is None else float(parameters.same_place_m)
    pairs = close_pairs(x_m, y_m, inner, metric=parameters.metric, same_place_m=same)
    table = _Table(parameters, day - day.min(), pairs)
    observed = table.counts(np.repeat(table.elapsed[:, None], LANES, axis=1))[0]
    drawn = np.empty((parameters.permutations, *observed.shape), dtype=np.int64)
    for begin, counts in _permuted(table, parameters.permutations, rng, threads):
        drawn[begin : begin + len(counts)] = counts
        if done:
            done(len(counts))
    everything = np.concatenate((observed[None], drawn))
    p, p_table = permutation_p(everything)
    if table.open_ended:
        near = permutation_p(everything[:, :-1])[1] if len(observed) > 1 else np.empty((0, observed.shape[1]))
        p_table = np.concatenate((near, np.full((1, observed.shape[1]), np.nan)))
    return NearRepeat(parameters, len(day), observed, table.expected, np.median(drawn, axis=0), p, p_table)


def _refuse_columns(x_m: Floats, y_m: Floats, day: Counts) -> None:
    if not len(x_m) == len(y_m) == len(day):
        found = f"{len(x_m)}, {len(y_m)} and {len(day)}"
        raise ParameterError(f"x_m, y_m and day must have the same length, found {found}")
    if not np.issubdtype(day.dtype, np.integer):
        raise ParameterError(f"day must be whole days, found numbers of type {day.dtype}")
    if not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise ParameterError("x_m and y_m must be finite numbers of metres")


def _refuse_too_little(day: Counts) -> None:
    if len(day) < FEWEST_EVENTS:
        raise NearRepeatError(f"near repeats need at least {FEWEST_EVENTS} events, found {len(day)}")
    span = int(np.ptp(day))
    if span == 0:
        raise NearRepeatError(f"near repeats need events of at least two days, found {len(day)} events on one day")
    if span > LONGEST_DAYS:
        raise NearRepeatError(f"the events must lie within {LONGEST_DAYS:,} days, found {span:,}")


class _Table:
    """What stays the same under every order of the days."""

    def __init__(self, parameters: NearRepeatParameters, elapsed: Counts, pairs: ClosePairs) -> None:
        self.pairs = pairs
        self.elapsed = elapsed[pairs.order].astype(np.int16)
        self.beyond = int(elapsed.max()) + 1
        self.time_edges = np.minimum(parameters.time_edges_days, self.beyond).astype(np.int16)
        self.open_ended = math.isinf(parameters.space_edges_m[-1])
        self.has_same = parameters.same_place_m is not None
        self.first_band = 1 + int(self.open_ended and parameters.space_edges_m[0] > 0)
        n = len(elapsed)
        self.all_pairs = n * (n - 1) // 2
        self.within = _pairs_within(np.sort(elapsed), self.time_edges)
        self.expected = self._rows(pairs.per_band[None, :, None], self.all_pairs)[0] * (
            np.diff(self.within) / self.all_pairs
        )

    def counts(self, lanes: Days) -> Counts:
        """Pairs (LANES, rows, columns) for the days in ``lanes`` (n, LANES)."""
        words = lanes.reshape(-1).view(np.uint64)
        inside = (self.time_edges > 0) & (self.time_edges < self.beyond)
        found = np.zeros((len(self.pairs.per_band), int(inside.sum()), LANES), dtype=np.int64)
        _count(self.pairs.first, self.pairs.second, self.pairs.start, words, self.time_edges[inside], found)
        within = np.where(self.time_edges > 0, self.pairs.per_band[:, None], 0)[:, :, None].repeat(LANES, axis=2)
        within[:, inside] = found
        by_band = np.diff(np.moveaxis(within, 2, 0), axis=2)
        return self._rows(by_band, np.diff(self.within))

    def _rows(self, by_band: Counts, everything: Counts | int) -> Counts:
        """Rows of the table from counts (…, bands, columns), given how many pairs there are of any distance."""
        named = by_band[:, self.first_band :]
        parts = [by_band[:, :1]] if self.has_same else []
        parts.append(named)
        if self.open_ended:
            parts.append(everything - by_band.sum(axis=1, keepdims=True))
        return np.concatenate(parts, axis=1)


def _pairs_within(ordered: Counts, edges: Days) -> Counts:
    """Pairs of the rising days ``ordered`` that are less than each edge apart."""
    before = np.arange(1, len(ordered) + 1)
    return np.array([np.maximum(np.searchsorted(ordered, ordered + edge) - before, 0).sum() for edge in edges])


def _permuted(
    table: _Table, permutations: int, rng: np.random.Generator, threads: int | None
) -> Iterator[tuple[int, Counts]]:
    """Counts of every permutation, ``LANES`` at a time, each such block with a generator of its own."""
    begins = range(0, permutations, LANES)

    def block(begin: int, stream: np.random.Generator) -> tuple[int, Counts]:
        lanes = np.empty((LANES, len(table.elapsed)), dtype=np.int16)
        for lane in lanes:
            _shuffle(table.elapsed, stream.random(len(lane)), lane)
        return begin, table.counts(_interleaved(lanes))[: permutations - begin]

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        yield from pool.map(block, begins, rng.spawn(len(begins)))


@compiled
def _shuffle(days: Days, uniform: Floats, out: Days) -> None:
    """Fisher and Yates, inside out; 53 random bits a step make each order as likely as the next to 1 in 10^11."""
    for k in range(len(days)):
        other = int(uniform[k] * (k + 1))
        out[k] = out[other]
        out[other] = days[k]


@compiled
def _interleaved(lanes: Days) -> Days:
    out = np.empty((lanes.shape[1], LANES), dtype=np.int16)
    for event in range(len(out)):
        for lane in range(LANES):
            out[event, lane] = lanes[lane, event]
    return out


@compiled
def _count(  # noqa: PLR0917 - compiled functions take no keywords
    first: Index, second: Index, start: Counts, words: Words, edges: Days, within: Counts
) -> None:
    """Add to ``within`` (bands, edges, LANES) the pairs of each band that are less than each edge apart.

    ``words`` are the days (n, LANES) as machine words, WORDS of them for each event.
    """
    one, other = np.empty(STRETCH * WORDS, dtype=np.uint64), np.empty(STRETCH * WORDS, dtype=np.uint64)
    apart = np.empty(STRETCH * LANES, dtype=np.int16)
    tally = np.zeros((len(edges), STRETCH * LANES), dtype=np.int16)
    for band in range(len(start) - 1):
        stretches = 0
        for begin in range(start[band], start[band + 1], STRETCH):
            size = min(STRETCH, start[band + 1] - begin)
            _gather(first, begin, size, words, one)
            _gather(second, begin, size, words, other)
            _differences(one.view(np.int16), other.view(np.int16), size * LANES, apart)
            for e in range(len(edges)):
                _tally(apart, size * LANES, edges[e], tally[e])
            stretches += 1
            if stretches == MOST_STRETCHES or begin + size == start[band + 1]:
                _collect(tally, within[band])
                stretches = 0


@compiled
def _gather(events: Index, begin: int, size: int, words: Words, out: Words) -> None:
    # Unsigned positions: signed ones would be checked for counting from the end, word by word.
    for pair in range(size):
        source, target = np.uint64(events[begin + pair]) * WORDS, np.uint64(pair) * WORDS
        for word in range(WORDS):
            out[target + word] = words[source + word]


@compiled
def _differences(one: Days, other: Days, size: int, apart: Days) -> None:
    for k in range(size):
        # Cast back to 16 bits at once: only so do sixteen of them fit one instruction.
        difference = np.int16(one[k] - other[k])
        apart[k] = difference if difference >= 0 else np.int16(-difference)


@compiled
def _tally(apart: Days, size: int, edge: np.int16, tally: Days) -> None:
    for k in range(size):
        tally[k] = np.int16(tally[k] + np.int16(apart[k] < edge))


@compiled
def _collect(tally: Days, within: Counts) -> None:
    for e in range(len(tally)):
        for k in range(tally.shape[1]):
            within[e, k % LANES] += tally[e, k]
    tally[:] = 0


def permutation_p(counts: Counts) -> tuple[Floats, Floats]:
    """p of each cell and p over the whole table, from counts (1 + permutations, rows, columns), the observed first.

    A cell's p: the share of arrangements, the observed among them, with as many pairs or more. For the table, how far
    a count sticks out is put on one scale for all cells, the upper tail of a gamma distribution with the cell's mean
    and variance over all arrangements; counted are the arrangements in which any cell sticks out as far (Westfall &
    Young, single step). The gamma is a yardstick only: as every arrangement is measured alike, both p are at or below
    a in at most a share a of data sets under H0, the second for the smallest of the table too. ``p_table >= p``.

    >>> import numpy as np
    >>> p, p_table = permutation_p(np.array([[[9, 2]], [[3, 2]], [[4, 0]], [[1, 5]]]))
    >>> p.tolist(), p_table.tolist()
    ([[0.25, 0.75]], [[0.25, 1.0]])
    """
    flat = counts.reshape(len(counts), -1)
    shape = counts.shape[1:]
    mean, variance = flat.mean(axis=0), flat.var(axis=0)
    scale = np.divide(variance, mean, out=np.ones(len(mean)), where=variance > 0)
    # No variance: all arrangements have the same count, and none sticks out.
    tail = np.where((flat > 0) & (variance > 0), gammaincc(mean / scale, np.maximum(flat - 0.5, 0) / scale), 1.0)
    smallest = np.sort(tail.min(axis=1))
    p_table = np.searchsorted(smallest, tail[0], side="right") / len(flat)
    return (flat >= flat[0]).mean(axis=0).reshape(shape), p_table.reshape(shape)
