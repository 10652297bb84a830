"""The threshold of the watch for good effects that spread: as many false alerts a year as its budget allows.

As in `models.watch_threshold`, pasts in which nothing spreads are drawn from the partnership's own. In the drawn years
the treated area falls alone: that is what an effort is for, and with the one side certain little is needed to take
another for fallen too. The budget is to hold then as well. Neighbours that fall alone need no part in it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.diffusion_parameters import DiffusionParameters
from models.displacement_watch import WatchCounts
from models.watch_null import Floats, WatchNull
from models.watch_threshold import YEAR, WatchThreshold, watch_threshold

FALLS = (0.3, 0.9)  # of an area's incidents
FALL_DAYS = (28, 365)


def diffusion_threshold(
    null: WatchNull,
    neighbours: int,
    *,
    parameters: DiffusionParameters,
    rng: np.random.Generator,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> WatchThreshold:
    """The lowest level at which ``null``, with falls of the treated area, gives no more than the allowed false alerts.

    The result is the same on 1 and on many ``threads`` (None: one per processor). ``advance`` is told how many years
    were finished.
    """
    return watch_threshold(
        null,
        neighbours,
        watch=parameters,
        parameters=parameters.budget,
        rng=rng,
        threads=threads,
        advance=advance,
        befall=OwnFalls(null.share.shape[1], parameters.own_falls_per_year),
    )


@dataclass(frozen=True)
class OwnFalls:
    """The treated area falls ``per_year`` times a year, by a part and for a time drawn evenly, in every category."""

    categories: int
    per_year: float

    def __call__(self, counts: WatchCounts, since: int, rng: np.random.Generator) -> WatchCounts:
        """``counts`` with such falls from position ``since`` on."""
        treated, total = counts.treated.copy(), counts.total.copy()
        for _ in range(rng.poisson(self.per_year * (counts.days - since) / YEAR)):
            start = int(rng.integers(since, counts.days))
            spell = slice(start, start + int(rng.integers(*FALL_DAYS)))
            lost = self._lost(treated[spell], rng.uniform(*FALLS), rng)
            treated[spell] -= lost
            total[spell] -= lost
        return WatchCounts(treated, counts.neighbour, total)

    def _lost(self, area: Floats, part: float, rng: np.random.Generator) -> Floats:
        """Incidents of ``area`` (days, columns) that do not happen."""
        lost = rng.binomial(area[:, : self.categories].astype(np.int64), part).astype(np.float64)
        return np.column_stack([lost, lost.sum(axis=1)]) if area.shape[1] > self.categories else lost
