"""The oracle: a bank of CUSUMs of the log likelihood ratio, one per neighbour and category, that know what they seek.

It knows the fall and the share of the displacement and the true usual shares of the areas; only where and when is
unknown to it. Each chart signals by itself. Moustakides, G. V. (1986). Optimal stopping times for detecting changes in
distributions. *The Annals of Statistics*, 14(4), 1379-1387: for a known change in one series nothing detects faster at
the same false-alarm rate.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.displacement.partnership import Effect, Partnership
from models.compiled import compiled
from models.displacement_watch import WatchCounts

Floats = NDArray[np.float64]


def oracle_paths(counts: WatchCounts, partnership: Partnership, effect: Effect) -> Floats:
    """CUSUMs (days, neighbours, columns) of the fall and share of ``effect``, in every category and all together."""
    rate = partnership.rate
    columns = np.column_stack([rate, rate.sum(axis=1)])
    share = columns / columns.sum(axis=0)
    lost = effect.fall * share[0]
    gained = effect.share * lost
    neighbour = share[1 : partnership.neighbours + 1]
    fallen = counts.treated * np.log1p(-effect.fall) - counts.total * np.log1p(gained - lost)
    ratio = fallen[:, np.newaxis] + counts.neighbour * np.log1p(gained / neighbour)
    paths = np.empty_like(ratio)
    cusum(ratio, paths)
    return paths


@compiled
def cusum(ratio: Floats, paths: Floats) -> None:
    days, neighbours, columns = ratio.shape
    now = np.zeros((neighbours, columns))
    for day in range(days):
        for j in range(neighbours):
            for c in range(columns):
                now[j, c] = max(0.0, now[j, c] + ratio[day, j, c])
                paths[day, j, c] = now[j, c]
