"""The threshold of the displacement watch: as many false alerts a year as the budget allows, found by simulation.

Pasts without displacement are drawn from the partnership's own (`models.watch_null`) and continued, and the watch is
run over the continuation: what it raises there is false. One budget for all neighbours and categories together.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.displacement_watch import WatchCounts, evidence_from, signals_in
from models.watch_null import WatchNull, drawn_counts
from models.watch_parameters import WATCHED_YEARS, ThresholdParameters, WatchParameters

Floats = NDArray[np.float64]

YEAR_DAYS = 364  # whole weeks, so that a continued day is the weekday it was
YEAR = 365.25
# Recursions forget: days before the longest past needed and this many more change nothing.
RUN_UP_DAYS = 182
LEVELS = np.arange(40, 140) / 10


@dataclass(frozen=True, eq=False)
class WatchThreshold:
    """``threshold`` of the log odds, and what was simulated without displacement: ``years``, and for each of ``levels``
    (L) how many signals began (``starts``) and on how many days some signal was as high (``days_above``)."""

    threshold: float
    years: float
    levels: Floats
    starts: NDArray[np.int64]
    days_above: NDArray[np.int64]

    def recurrence_days(self, log_odds: float) -> float:
        """Chance alone begins a signal that reaches ``log_odds`` once in so many days.

        The simulated stretch counts as one more signal, so that what never happened there is rarer than that stretch
        is long, and no more is claimed.
        """
        return self.years * YEAR / (1 + float(self._at(self.starts, log_odds)))

    def p(self, log_odds: float) -> float:
        """Chance that on a given day some neighbour and column has evidence of at least ``log_odds``.

        H0: nothing moves; the split varies as it did in the past.
        """
        return (1 + float(self._at(self.days_above, log_odds))) / (1 + self.years * YEAR)

    def _at(self, counts: NDArray[np.int64], log_odds: float) -> np.int64:
        """The count of the highest level not above, which is on the safe side."""
        level = np.searchsorted(self.levels, log_odds, side="right") - 1
        return np.int64(counts[max(int(level), 0)])


def watch_threshold(
    null: WatchNull,
    neighbours: int,
    *,
    watch: WatchParameters,
    parameters: ThresholdParameters,
    rng: np.random.Generator,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
    befall: Callable[[WatchCounts, int, np.random.Generator], WatchCounts] | None = None,
) -> WatchThreshold:
    """The lowest level at which ``null`` gives no more than the allowed false alerts per year.

    The result is the same on 1 and on many ``threads`` (None: one per processor). ``advance`` is told how many years
    were finished. ``befall`` says what else may happen in a past drawn, from the position on that it is given.
    """
    total, first_watched = _continued(null.total, watch)
    replicates = parameters.simulated_years // WATCHED_YEARS
    first = max(watch.first_judged, first_watched - RUN_UP_DAYS)

    def simulated(stream: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        counts = drawn_counts(null, total, neighbours, stream)
        if befall is not None:
            counts = befall(counts, first_watched, stream)
        path = evidence_from(counts, null.dispersion, watch, first=first).log_odds[max(first_watched - first, 0) :]
        found = counted(path.max(axis=2), LEVELS, watch)
        if advance is not None:
            advance(WATCHED_YEARS)
        return found

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        found = list(pool.map(simulated, rng.spawn(replicates)))
    starts, above = (np.sum(column, axis=0) for column in zip(*found, strict=True))
    years = replicates * WATCHED_YEARS * YEAR_DAYS / YEAR
    return WatchThreshold(_crossing(starts / years, parameters.alerts_per_year), years, LEVELS, starts, above)


def _continued(total: NDArray[np.int64], watch: WatchParameters) -> tuple[NDArray[np.int64], int]:
    """The end of the past and the days watched after it, which repeat the last year; where they begin."""
    past = total[-(watch.baseline_days + watch.guard_days + RUN_UP_DAYS) :]
    repeated = past[-min(YEAR_DAYS, len(past) // 7 * 7) :]
    days = WATCHED_YEARS * YEAR_DAYS
    ahead = np.tile(repeated, (-(-days // len(repeated)), 1))[:days]
    return np.concatenate([past, ahead]), len(past)


def _crossing(rate: Floats, allowed: float) -> float:
    """Above which no ``rate`` exceeds ``allowed``, between two levels by its logarithm.

    From the highest level down: at the lowest ones few signals begin, as they hardly ever end.
    """
    rate = np.maximum.accumulate(rate[::-1])[::-1]
    above = int(np.count_nonzero(rate > allowed))
    if above == 0:
        return float(LEVELS[0])
    if above == len(rate) or rate[above] == 0:
        return float(LEVELS[min(above, len(rate) - 1)])
    upper, lower = np.log(rate[above - 1]), np.log(rate[above])
    return float(LEVELS[above - 1] + (upper - np.log(allowed)) / (upper - lower) * (LEVELS[above] - LEVELS[above - 1]))


def counted(best: Floats, levels: Floats, watch: WatchParameters) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many signals begin at each of ``levels`` (L), and on how many days some evidence is at least as high (L).

    ``best`` (days, neighbours) is the most evidence of any column.
    """
    starts = [np.count_nonzero(signals_in(best, float(level), watch)[0]) for level in levels]
    return np.array(starts), np.count_nonzero(best.max(axis=1) >= levels[:, np.newaxis], axis=1)
