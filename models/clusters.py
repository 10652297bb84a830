"""Clusters: places where recent incidents lie close together.

DBSCAN: Ester, M., Kriegel, H.-P., Sander, J. & Xu, X. (1996). A density-based algorithm for discovering
clusters in large spatial databases with noise. *KDD-96*, 226-231.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN

from models.cluster_parameters import ClusterParameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cluster:
    """One cluster, in metres of the CRS of the points.

    ``x_m``, ``y_m`` mean of its incidents; ``radius_m`` from there to the farthest; ``hull_xy`` (k, 2) convex
    hull, counter-clockwise and not closed: one point where all lie on one spot, two where they lie on a line;
    ``members`` positions of the incidents in the input, ascending.
    """

    x_m: float
    y_m: float
    incidents: int
    radius_m: float
    hull_xy: Floats
    members: NDArray[np.intp]


def find_clusters(x_m: Floats, y_m: Floats, parameters: ClusterParameters) -> tuple[Cluster, ...]:
    """Clusters of the points ``x_m``, ``y_m`` (n) in metres, the largest first.

    Repeated addresses count: points at distance zero are neighbours. The result does not depend on the order
    of the input. A point between two clusters belongs to one of them; a cluster that keeps fewer than
    ``min_incidents`` that way is left out.
    """
    if len(x_m) == 0:
        return ()
    order = np.lexsort((y_m, x_m))  # DBSCAN gives a point between two clusters to the one it meets first
    points = np.column_stack([x_m, y_m])[order]
    scan = DBSCAN(eps=parameters.radius_m, min_samples=parameters.min_incidents, algorithm="kd_tree")
    return clusters_of(points, scan.fit(points).labels_, order, at_least=parameters.min_incidents)


def clusters_of(
    points: Floats, label: NDArray[np.intp], position: NDArray[np.intp], *, at_least: int
) -> tuple[Cluster, ...]:
    """The groups of ``points`` (n, 2) with equal ``label`` (n; -1 is noise), the largest first.

    ``position`` (n) of each point in the caller's input becomes ``members``. Points must come sorted by x and y, so
    that sums do not depend on the order of the input. Groups of fewer than ``at_least`` are left out.
    """
    by_label = np.argsort(label, kind="stable")
    cuts = np.searchsorted(label[by_label], np.arange(label.max(initial=-1) + 2))
    groups = [by_label[start:stop] for start, stop in pairwise(cuts)]
    clusters = [_cluster(points[g], position[g]) for g in groups if len(g) >= at_least]
    return tuple(sorted(clusters, key=lambda c: (-c.incidents, c.x_m, c.y_m)))


def _cluster(points: Floats, members: NDArray[np.intp]) -> Cluster:
    x_m, y_m = points.mean(axis=0)
    distance_m = np.hypot(points[:, 0] - x_m, points[:, 1] - y_m)
    return Cluster(float(x_m), float(y_m), len(points), float(distance_m.max()), _convex_hull(points), np.sort(members))


def _convex_hull(points: Floats) -> Floats:
    """Andrew's monotone chain over points sorted by x and y: it takes points on one spot or one line as they are."""
    corners: Floats = points[np.append(True, np.any(np.diff(points, axis=0) != 0, axis=1))]
    if len(corners) <= 2:
        return corners
    rising = corners.tolist()  # plain numbers: arrays of two cost many times more to look into
    lower, upper = _chain(rising), _chain(rising[::-1])
    return np.array([*lower[:-1], *upper[:-1]])


def _chain(points: list[list[float]]) -> list[list[float]]:
    chain: list[list[float]] = []
    for point in points:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: list[float], b: list[float], c: list[float]) -> float:
    """Positive where the way from ``a`` over ``b`` to ``c`` turns left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
