"""How many clusters chance alone makes: density-based clusters of incidents that were strewn evenly.

DBSCAN, ST-DBSCAN and HDBSCAN describe where incidents lie close together; they test nothing. This simulation says what
they would find in as many incidents without any pattern, so that "three clusters" can be read beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from models.parameter_limits import ParameterError, require_whole

Floats = NDArray[np.float64]
SizesOfClusters = Callable[[Floats, Floats, np.random.Generator], list[int]]


@dataclass(frozen=True, eq=False)
class ClusterChance:
    """Of maps without pattern: mean number of clusters, share with any, and the largest's incidents, ascending.

    ``largest`` (replicates) is 0 where a map has no cluster. A share s of R maps has standard error
    ``sqrt(s (1 - s) / R)``.
    """

    mean_clusters: float
    any_cluster: float
    largest: NDArray[np.int64]

    def p_of(self, incidents: int) -> float:
        """Monte Carlo p of a largest cluster of ``incidents`` or more: ``(1 + maps with one) / (1 + maps)``.

        H0: the incidents fell independently and evenly over where they could. It is a p of the map's largest cluster,
        not of each cluster.
        """
        as_large = len(self.largest) - int(np.searchsorted(self.largest, incidents))
        return (1 + as_large) / (1 + len(self.largest))


def cluster_chance(
    incidents: int,
    where: shapely.Geometry | Floats,
    sizes: SizesOfClusters,
    *,
    replicates: int = 999,
    rng: np.random.Generator,
) -> ClusterChance:
    """Strew ``incidents`` evenly ``replicates`` times and count what ``sizes`` finds.

    ``where``: a polygon in metres, or places (k, 2) in metres that are equally likely; incidents lie at addresses, and
    addresses alone make clusters, so places are the better H0 where they are known. ``sizes`` takes x_m, y_m and a
    generator (for times, where the method needs them) and returns the incidents of each cluster. Each map has a
    generator of its own. Raises `ParameterError`.

    >>> from models.cluster_parameters import ClusterParameters
    >>> from models.clusters import find_clusters
    >>> def sizes(x_m, y_m, rng):
    ...     return [c.incidents for c in find_clusters(x_m, y_m, ClusterParameters())]
    >>> chance = cluster_chance(56, shapely.box(0, 0, 1000, 900), sizes, replicates=99, rng=np.random.default_rng(1))
    >>> bool(0.1 < chance.any_cluster < 0.6)
    True
    """
    require_whole("incidents", incidents, at_least=1)
    require_whole("replicates", replicates, at_least=1)
    found = [sizes(*_strewn(where, incidents, own), own) for own in rng.spawn(replicates)]
    largest = np.sort([max(map_sizes, default=0) for map_sizes in found])
    number = np.array([len(map_sizes) for map_sizes in found])
    return ClusterChance(float(number.mean()), float((number > 0).mean()), largest.astype(np.int64))


def _strewn(where: shapely.Geometry | Floats, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    if not isinstance(where, shapely.Geometry):
        chosen = where[rng.integers(0, len(where), n)]
        return chosen[:, 0], chosen[:, 1]
    if shapely.area(where) <= 0:
        raise ParameterError("where must be a polygon with an area, found one without")
    west, south, east, north = shapely.bounds(where)
    x_m, y_m = np.empty(0), np.empty(0)
    while len(x_m) < n:
        more_x, more_y = rng.uniform(west, east, 2 * n), rng.uniform(south, north, 2 * n)
        inside = shapely.contains_xy(where, more_x, more_y)
        x_m, y_m = np.append(x_m, more_x[inside]), np.append(y_m, more_y[inside])
    return x_m[:n], y_m[:n]
