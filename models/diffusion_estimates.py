"""What an alert of good effects that spread says: since when, how much T and neighbour j fell, observed and expected.

The posterior is that of `models.watch_posterior` with a neighbour that falls too, from the same days and with the same
weights as for displacement; what is said of intervals in `models.watch_estimates` holds here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.displacement_watch import WatchCounts, WatchEvidence
from models.parameter_limits import require_share
from models.watch_estimates import Interval, ObservedExpected, of_cells, of_days, require_judged
from models.watch_posterior import FALL_EDGES, watch_posterior

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DiffusionEstimates:
    """Of one neighbour and column as known on ``day``, at the given confidence.

    ``onset`` positions of days, the first of the change. ``fall`` of T's usual incidents and ``neighbour_fall`` of the
    neighbour's, when the change is complete, between 0.05 and 0.95.
    """

    day: int
    onset: Interval
    fall: Interval
    neighbour_fall: Interval
    treated: ObservedExpected
    neighbour: ObservedExpected


def diffusion_estimates(
    counts: WatchCounts,
    evidence: WatchEvidence,
    dispersion: Floats,
    *,
    day: int,
    neighbour: int,
    column: int,
    confidence: float = 0.95,
    window_days: int = 364,
) -> DiffusionEstimates:
    """Estimates on position ``day`` for onsets in the ``window_days`` up to it.

    ``dispersion`` (columns) as `models.watch_dispersion.lasting_dispersion` finds it. Expected in an area is its usual
    share beside what the areas other than the two had.

    Raises `models.parameter_limits.ParameterError` for a day, neighbour or column that was not judged.

    >>> days = np.tile([[6.0], [6.0], [8.0]], (400, 1, 1))
    >>> days[340:380, 0], days[340:380, 1] = 2.0, 4.0
    >>> from models.diffusion_parameters import DiffusionParameters
    >>> from models.displacement_watch import watch_evidence
    >>> counts, ones = WatchCounts.of(days, 1), np.ones(1)
    >>> evidence = watch_evidence(counts, ones, DiffusionParameters())
    >>> found = diffusion_estimates(counts, evidence, ones, day=379, neighbour=0, column=0)
    >>> found.onset.estimate, round(found.fall.estimate, 1), round(found.neighbour_fall.estimate, 1)
    (340.0, 0.7, 0.3)
    """
    require_judged(evidence, day, neighbour, column, window_days)
    require_share("confidence", confidence)
    rows = np.arange(max(evidence.first, day - window_days + 1), day + 1)
    at = rows - evidence.first
    n_t, n_j, n = counts.treated[rows, column], counts.neighbour[rows, neighbour, column], counts.total[rows, column]
    usual = evidence.treated_share[at, column], evidence.neighbour_share[at, neighbour, column]
    posterior = watch_posterior(n_t, n_j, n, usual, float(dispersion[column]), neighbour_falls=True)
    onset = of_days(rows, posterior.onset, confidence)
    since = rows >= onset.estimate
    rest = (n - n_t - n_j)[since] / (1 - usual[0] - usual[1])[since]
    return DiffusionEstimates(
        day=day,
        onset=onset,
        fall=of_cells(FALL_EDGES, posterior.fall, confidence),
        neighbour_fall=of_cells(FALL_EDGES, posterior.share, confidence),
        treated=ObservedExpected(float(n_t[since].sum()), float((rest * usual[0][since]).sum())),
        neighbour=ObservedExpected(float(n_j[since].sum()), float((rest * usual[1][since]).sum())),
    )
