"""The threshold of the watch within the treated area: as many false alerts a year as its budget allows, by simulation.

Pasts in which nothing moves are drawn from the partnership's own (`models.watch_null`, with shifts or categories as the
strata) and continued, and the watch is run over the continuation. In the drawn years single strata of the treated area
fall or rise for reasons of their own: with the one side certain, little is needed to take the other for moved, and the
budget is to hold then too. That the area falls as a whole needs no part in it: such years have fewer false alerts.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from models.watch_null import WatchNull, drawn_counts
from models.watch_parameters import WATCHED_YEARS
from models.watch_threshold import LEVELS, RUN_UP_DAYS, YEAR, YEAR_DAYS, WatchThreshold, counted
from models.within_parameters import WithinParameters
from models.within_watch import WithinCounts, evidence_from

Floats = NDArray[np.float64]

CHANGES = (0.3, 0.9)  # of a stratum's incidents in T, lost or gained
CHANGE_DAYS = (28, 183)


def within_threshold(
    null: WatchNull, *, parameters: WithinParameters, rng: np.random.Generator, threads: int | None = None
) -> WatchThreshold:
    """The lowest level at which ``null``, of the strata, gives no more than the allowed false alerts per year.

    Evidence and counts are over all pairs of strata together. The result is the same on 1 and on many ``threads``
    (None: one per processor).
    """
    total, first_watched = _continued(null.total, parameters)
    replicates = -(-parameters.years // WATCHED_YEARS)
    first = max(parameters.first_judged, first_watched - RUN_UP_DAYS)

    def simulated(stream: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        counts = drawn_within(null, total, stream, parameters.own_changes_per_year, since=first_watched)
        evidence = evidence_from(counts, null.dispersion[: counts.strata], parameters, first=first)
        return counted(evidence.log_odds[first_watched - first :], LEVELS, parameters)

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        found = list(pool.map(simulated, rng.spawn(replicates)))
    starts, above = (np.sum(column, axis=0) for column in zip(*found, strict=True))
    years = replicates * WATCHED_YEARS * YEAR_DAYS / YEAR
    return WatchThreshold(_crossing(starts / years, parameters.alerts_per_year), years, LEVELS, starts, above)


def drawn_within(
    null: WatchNull, total: NDArray[np.int64], rng: np.random.Generator, changes_per_year: float, *, since: int
) -> WithinCounts:
    """Days with the ``total`` (days, strata) of all areas together, split anew. From position ``since`` on one stratum
    of the treated area falls or rises alone so many times a year, by a size and for a time drawn evenly."""
    split = drawn_counts(null, total, 0, rng)
    strata = total.shape[1]
    treated, together = split.treated[:, :strata].copy(), total.astype(np.float64)
    for _ in range(rng.poisson(changes_per_year * (len(total) - since) / YEAR)):
        start, stratum = int(rng.integers(since, len(total))), int(rng.integers(strata))
        spell = slice(start, start + int(rng.integers(*CHANGE_DAYS))), stratum
        changed = rng.binomial(treated[spell].astype(np.int64), rng.uniform(*CHANGES)) * rng.choice([-1, 1])
        treated[spell] += changed
        together[spell] += changed
    return WithinCounts(treated, together)


def _continued(total: NDArray[np.int64], parameters: WithinParameters) -> tuple[NDArray[np.int64], int]:
    """The end of the past and the days watched after it, which repeat the last year; where they begin."""
    past = total[-(parameters.baseline_days + parameters.guard_days + RUN_UP_DAYS) :]
    repeated = past[-min(YEAR_DAYS, len(past) // 7 * 7) :]
    days = WATCHED_YEARS * YEAR_DAYS
    ahead = np.tile(repeated, (-(-days // len(repeated)), 1))[:days]
    return np.concatenate([past, ahead]), len(past)


def _crossing(rate: Floats, allowed: float) -> float:
    """The lowest level from which on the ``rate`` is no more than allowed."""
    above = np.flatnonzero(rate > allowed)
    return float(LEVELS[min(above[-1] + 1, len(LEVELS) - 1)]) if len(above) else float(LEVELS[0])
