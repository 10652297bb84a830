"""HDBSCAN: clusters of different densities, without a radius to choose.

Campello, R. J. G. B., Moulavi, D. & Sander, J. (2013). Density-based clustering based on hierarchical density
estimates. *PAKDD 2013*, 160-172. Campello, R. J. G. B., Moulavi, D., Zimek, A. & Sander, J. (2015). Hierarchical
density estimates for data clustering, visualization, and outlier detection. *ACM TKDD*, 10(1), 5.

Written out here, because repeated addresses break the usual implementations: a pile of incidents on one spot has an
infinite density and is torn apart at distance zero. Here

- the incidents of one address are one place with their number as weight, so nothing can tear them apart;
- distances below ``accuracy_m`` count as ``accuracy_m``, so every density is finite;
- links of equal length join at once, as the definition has it, and not one after another in an accidental order.

A pile smaller than ``min_incidents`` belongs to the cluster around it; a larger one may be chosen as a cluster itself.

Descriptive: a cluster is no claim that chance would not do the same (`models.cluster_chance`).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from models.clusters import Cluster, clusters_of
from models.compiled import compiled
from models.parameter_limits import ParameterError, require_number, require_whole

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class HdbscanParameters:
    """``min_incidents`` of a cluster; ``core_incidents`` (itself included) whose distance is an incident's sparsity.

    Other programs call these min_cluster_size and min_samples; R's dbscan has minPts for both at once. ``accuracy_m``:
    how exact places are, see the module.
    """

    min_incidents: int = 5
    core_incidents: int = 5
    accuracy_m: float = 5.0

    def __post_init__(self) -> None:
        require_whole("min_incidents", self.min_incidents, at_least=2)
        require_whole("core_incidents", self.core_incidents, at_least=1)
        require_number("accuracy_m", self.accuracy_m, above=0)


@dataclass
class _Branch:
    """A cluster of the hierarchy: born at density ``birth``; its places, stability and the branches it splits into."""

    birth: float
    places: list[int]
    stability: float = 0.0
    parts: list["_Branch"] = field(default_factory=list)


def find_hdbscan_clusters(x_m: Floats, y_m: Floats, parameters: HdbscanParameters) -> tuple[Cluster, ...]:
    """Clusters of the incidents at ``x_m``, ``y_m`` (n) in metres, the largest first; nothing depends on their order.

    Two incidents are linked at the largest of their distance, their two distances to the ``core_incidents``-th
    incident, and ``accuracy_m``. Cutting the longest links first, a group that falls into two or more of at least
    ``min_incidents`` has split; density is 1 / link. A group's stability is the sum over its incidents of the density
    at which each leaves it minus that at which it was born, and those groups are chosen that together, none inside
    another, have the greatest stability; of equals the larger group.

    The whole of the data is never a cluster: incidents that never split into two groups give none, and neither do
    fewer than ``min_incidents`` or ``core_incidents``. Where one cluster is all there may be, DBSCAN is the method.
    Raises `ParameterError` for columns of unequal length or with values that are not finite.

    >>> import numpy as np
    >>> x = np.array([0.0, 0, 0, 0, 0, 8, 500, 507, 511, 516, 520, 4000])
    >>> [c.members.tolist() for c in find_hdbscan_clusters(x, np.zeros(12), HdbscanParameters())]
    [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]
    """
    _refuse_columns(x_m, y_m)
    if len(x_m) < max(parameters.min_incidents, parameters.core_incidents):
        return ()
    order = np.lexsort((y_m, x_m))
    points = np.column_stack([x_m, y_m])[order].astype(np.float64)
    places, place, weight = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    core_m = np.maximum(_core_distances(places, weight, parameters.core_incidents), parameters.accuracy_m)
    root = _hierarchy(places, weight, core_m, parameters.min_incidents)
    label = np.full(len(places), -1, dtype=np.intp)
    for number, branch in enumerate(_most_stable(root)):
        label[branch.places] = number
    return clusters_of(points, label[place.ravel()], order, at_least=parameters.min_incidents)


def _refuse_columns(x_m: Floats, y_m: Floats) -> None:
    if len(x_m) != len(y_m):
        raise ParameterError(f"x_m and y_m must have one length, found {len(x_m)} and {len(y_m)}")
    for name, column in (("x_m", x_m), ("y_m", y_m)):
        wrong = np.flatnonzero(~np.isfinite(column))
        if len(wrong):
            raise ParameterError(f"{name} must be finite, found {column[wrong[0]]} at position {wrong[0]}")


def _core_distances(places: Floats, weight: Whole, core_incidents: int) -> Floats:
    """Distance from each place to its ``core_incidents``-th incident, those at the place itself included."""
    k = np.arange(1, min(core_incidents, len(places)) + 1)
    distance_m, near = KDTree(places).query(places, k=k)
    enough = np.argmax(np.cumsum(weight[near], axis=1) >= core_incidents, axis=1)
    return np.take_along_axis(np.asarray(distance_m), enough[:, np.newaxis], axis=1)[:, 0]


@compiled
def _spanning_tree(x_m: Floats, y_m: Floats, core_m: Floats) -> tuple[Whole, Whole, Floats]:
    """Prim's minimum spanning tree of the links: both ends and the length of each of its n - 1."""
    n = len(x_m)
    start, end, length = np.empty(n - 1, np.int64), np.empty(n - 1, np.int64), np.empty(n - 1)
    best = np.full(n, np.inf)
    origin = np.zeros(n, np.int64)
    outside = np.ones(n, np.bool_)
    here = 0
    for step in range(n - 1):
        outside[here] = False
        nearest, nearest_m = -1, np.inf
        for i in range(n):
            if outside[i]:
                east_m, north_m = x_m[i] - x_m[here], y_m[i] - y_m[here]
                link_m = max(np.sqrt(east_m * east_m + north_m * north_m), core_m[i], core_m[here])
                if link_m < best[i]:
                    best[i] = link_m
                    origin[i] = here
                if nearest < 0 or best[i] < nearest_m:
                    nearest, nearest_m = i, best[i]
        start[step], end[step], length[step] = origin[nearest], nearest, nearest_m
        here = nearest
    return start, end, length


class _Groups:
    """Places joined from the shortest link to the longest; all links of one length at once."""

    def __init__(self, core_m: Floats, weight: Whole) -> None:
        n = len(weight)
        self.parts: list[list[int]] = [[] for _ in range(n)]
        self.density: list[float] = (1 / core_m).tolist()
        self.weight: list[int] = weight.tolist()
        self.top = list(range(n))  # the group a group has become part of
        self.places = n

    def top_of(self, group: int) -> int:
        while self.top[group] != group:
            self.top[group] = self.top[self.top[group]]
            group = self.top[group]
        return group

    def join(self, pairs: Whole, length_m: float) -> None:
        """Join the groups that ``pairs`` of places link; each set of linked groups becomes one group."""
        first = len(self.top)
        for a, b in pairs.tolist():
            one, other = self.top_of(a), self.top_of(b)
            # Groups made by this very call grow; older ones become parts of a new one.
            grown = min(g for g in (one, other) if g >= first) if max(one, other) >= first else self._new(length_m)
            for group in {one, other} - {grown}:
                self._absorb(grown, group, same_length=group >= first)

    def _new(self, length_m: float) -> int:
        self.parts.append([])
        self.density.append(1 / length_m)
        self.weight.append(0)
        self.top.append(len(self.top))
        return len(self.top) - 1

    def _absorb(self, grown: int, group: int, *, same_length: bool) -> None:
        self.top[group] = grown
        self.weight[grown] += self.weight[group]
        self.parts[grown].extend(self.parts[group] if same_length else [group])

    def places_in(self, group: int) -> list[int]:
        found, waiting = [], [group]
        while waiting:
            current = waiting.pop()
            waiting.extend(self.parts[current])
            if current < self.places:
                found.append(current)
        return found


def _hierarchy(places: Floats, weight: Whole, core_m: Floats, min_incidents: int) -> _Branch:
    """The tree of clusters of at least ``min_incidents``; its root is the whole of the data."""
    groups = _Groups(core_m, weight)
    if len(places) > 1:
        start, end, length_m = _spanning_tree(places[:, 0].copy(), places[:, 1].copy(), core_m)
        order = np.argsort(length_m, kind="stable")
        cuts = np.flatnonzero(np.diff(length_m[order])) + 1
        for links in np.split(order, cuts):
            groups.join(np.column_stack([start[links], end[links]]), float(length_m[links[0]]))
    whole = len(groups.top) - 1
    root = _Branch(0.0, list(range(len(places))))
    waiting = [(root, whole)]
    while waiting:
        branch, group = waiting.pop()
        waiting.extend(_follow(branch, group, groups, min_incidents))
    return root


def _follow(branch: _Branch, group: int, groups: _Groups, min_incidents: int) -> list[tuple[_Branch, int]]:
    """Cut ``group``'s links, the longest first, until it splits or ends; the branches it splits into."""
    while True:
        above_birth = groups.density[group] - branch.birth
        large = [part for part in groups.parts[group] if groups.weight[part] >= min_incidents]
        # The incidents of one address are linked too: where these links are no shorter, they are cut with the others.
        large = [part for part in large if groups.density[part] > groups.density[group]]
        if len(large) != 1:
            branch.stability += groups.weight[group] * above_birth
            break
        branch.stability += (groups.weight[group] - groups.weight[large[0]]) * above_birth
        group = large[0]
    branch.parts = [_Branch(groups.density[group], groups.places_in(part)) for part in large]
    return list(zip(branch.parts, large, strict=True))


def _most_stable(root: _Branch) -> list[_Branch]:
    """The branches below ``root``, none inside another, of the greatest total stability."""
    in_order, waiting = [], [root]
    while waiting:
        branch = waiting.pop()
        in_order.append(branch)
        waiting.extend(branch.parts)
    best: dict[int, tuple[float, list[_Branch]]] = {}
    for branch in reversed(in_order):  # parts come before what they are parts of
        below = [best[id(part)] for part in branch.parts]
        total = float(np.sum(np.sort([stability for stability, _ in below])))
        if branch is root or total > branch.stability:
            best[id(branch)] = total, [chosen for _, found in below for chosen in found]
        else:
            best[id(branch)] = branch.stability, [branch]
    return best[id(root)][1]
