"""What an alert of good effects that spread says: since when, how much T and neighbour j fell, observed and expected.

The posterior is that of `models.watch_posterior` with a neighbour that falls too, from the same days and with the same
weights as for displacement; what is said of intervals in `models.watch_estimates` holds here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.displacement_watch import WatchCounts, WatchEvidence
from models.parameter_limits import require_share
from models.watch_estimates import ChangeEstimates, Interval, change_window, of_cells, of_days
from models.watch_posterior import FALL_EDGES

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DiffusionEstimates(ChangeEstimates):
    """``share`` is what the neighbour lost of its own usual incidents; it and ``fall`` lie between 0.05 and 0.95."""

    @property
    def neighbour_fall(self) -> Interval:
        """The share under the name that people know it by."""
        return self.share


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
    require_share("confidence", confidence)
    window = change_window(
        counts, evidence, dispersion, day=day, neighbour=neighbour, column=column, window_days=window_days
    )
    posterior = window.posterior(neighbour_falls=True)
    onset = of_days(window.rows, posterior.onset, confidence)
    treated, beside = window.observed_expected(onset)
    return DiffusionEstimates(
        day=day,
        onset=onset,
        fall=of_cells(FALL_EDGES, posterior.fall, confidence),
        share=of_cells(FALL_EDGES, posterior.share, confidence),
        treated=treated,
        neighbour=beside,
        kind="diffusion-of-benefit",
    )
