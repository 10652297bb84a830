"""ST-DBSCAN: clusters of incidents that lie close together in space and in time.

Birant, D. & Kut, A. (2007). ST-DBSCAN: an algorithm for clustering spatial-temporal data. *Data & Knowledge
Engineering*, 60(1), 208-221. Their two radii, with time as the second: incidents carry no measured value, so the third
parameter of the paper (how far a value may stray from its cluster's mean) has nothing to act on.

Descriptive: a cluster is a place and time where incidents are dense, not a claim that chance would not do the same
(`models.cluster_chance` says how often it would).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.clusters import Cluster, clusters_of
from models.compiled import compiled
from models.parameter_limits import ParameterError, require_number, require_whole

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Cells of the search grid are wider than the radii by this much, more than the rounding of a division.
WIDER = 1 + 1e-9
RUNS = 15  # rows of three cells around a cell: three in its slab and in two slabs to each side


@dataclass(frozen=True)
class SpaceTimeClusterParameters:
    """At least ``min_incidents`` within ``radius_m`` and ``within_days`` of an incident (itself included)."""

    radius_m: float = 60.0
    within_days: float = 7.0
    min_incidents: int = 5

    def __post_init__(self) -> None:
        require_number("radius_m", self.radius_m, above=0)
        require_number("within_days", self.within_days, above=0)
        require_whole("min_incidents", self.min_incidents, at_least=2)


@dataclass(frozen=True, eq=False)
class SpaceTimeCluster:
    """``place`` as DBSCAN's clusters have it; ``first_day`` and ``last_day`` of its incidents, both included."""

    place: Cluster
    first_day: float
    last_day: float


def find_space_time_clusters(
    x_m: Floats, y_m: Floats, day: Floats, parameters: SpaceTimeClusterParameters
) -> tuple[SpaceTimeCluster, ...]:
    """Clusters of the incidents at ``x_m``, ``y_m`` (n) metres and ``day`` (n; fractions allowed), the largest first.

    Two incidents are neighbours where they are at most ``radius_m`` and at most ``within_days`` apart; incidents at
    one address are at distance zero and count each. Incidents with ``min_incidents`` neighbours or more (themselves
    included) are cores; neighbouring cores share a cluster, and any other neighbour of a core belongs to one of the
    clusters it touches, to the one whose first core is first in order of x, y and day. So nothing depends on the
    order of the input, and with ``within_days`` longer than the record the clusters are `find_clusters`'. A cluster
    left with fewer than ``min_incidents`` is left out.

    Time grows with the pairs of places that are close in space and time, not with the pairs of incidents: all
    incidents of one address within half of ``within_days`` are handled as one. Raises `ParameterError` for columns
    of unequal length or with values that are not finite.

    >>> import numpy as np
    >>> spot = np.zeros(8)
    >>> day = np.array([0.0, 1, 2, 3, 40, 41, 80, 120])
    >>> found = find_space_time_clusters(spot, spot, day, SpaceTimeClusterParameters(min_incidents=3))
    >>> [(c.place.members.tolist(), c.first_day, c.last_day) for c in found]
    [([0, 1, 2, 3], 0.0, 3.0)]
    """
    _refuse_columns(x_m, y_m, day)
    if len(x_m) == 0:
        return ()
    order = np.lexsort((day, y_m, x_m))
    points, when = np.column_stack([x_m, y_m])[order].astype(np.float64), day[order].astype(np.float64)
    label = _labels(points, when, parameters)
    found = clusters_of(points, label, order, at_least=parameters.min_incidents)
    return tuple(
        SpaceTimeCluster(place, float(day[place.members].min()), float(day[place.members].max())) for place in found
    )


def _refuse_columns(x_m: Floats, y_m: Floats, day: Floats) -> None:
    if not len(x_m) == len(y_m) == len(day):
        raise ParameterError(f"x_m, y_m and day must have one length, found {len(x_m)}, {len(y_m)} and {len(day)}")
    for name, column in (("x_m", x_m), ("y_m", y_m), ("day", day)):
        wrong = np.flatnonzero(~np.isfinite(column))
        if len(wrong):
            raise ParameterError(f"{name} must be finite, found {column[wrong[0]]} at position {wrong[0]}")


class _Bunches(NamedTuple):
    """Incidents of one address and one slab of half of ``days``: all of them neighbours of each other.

    Bunch i holds the incidents ``start[i]`` to ``start[i + 1]`` in order of day and lies in ``cell[i]`` of a search
    grid whose cells are as wide as ``radius_m`` and as long as a slab. Every bunch near one in cell c is in one of the
    15 runs of bunches ``low[c, run]`` to ``high[c, run]``: rows of three cells.
    """

    start: Whole
    slab: Whole
    x_m: Floats
    y_m: Floats
    cell: Whole
    low: Whole
    high: Whole
    radius_m: float
    days: float


class _Cores(NamedTuple):
    """Which incidents are cores, and of each bunch the days of its first and last core; NaN without one."""

    core: Flags
    first: Floats
    last: Floats


def _labels(points: Floats, when: Floats, parameters: SpaceTimeClusterParameters) -> NDArray[np.intp]:
    """Cluster of each incident, -1 for noise; input in order of x, y and day."""
    order, bunches = _bunched(points, when, float(parameters.radius_m), float(parameters.within_days))
    moment = when[order]
    core = _core_incidents(bunches, moment, parameters.min_incidents)
    cores, lead = _core_span(bunches, moment, core, order)
    found = _assigned(bunches, moment, cores, _linked(bunches, cores, lead))
    label = np.empty(len(order), dtype=np.intp)
    label[order] = found
    names = np.unique(found[found >= 0])
    return np.where(label >= 0, np.searchsorted(names, label), -1)


def _bunched(points: Floats, when: Floats, radius_m: float, days: float) -> tuple[Whole, _Bunches]:
    """Order of the incidents by bunch, and the bunches."""
    cell = np.floor((points - points.min(axis=0)) / (radius_m * WIDER)).astype(np.int64) + 1
    width, rows = int(cell[:, 0].max()) + 2, int(cell[:, 1].max()) + 2
    slab = np.floor((when - when.min()) / (days / 2 * WIDER)).astype(np.int64)
    if (int(slab.max()) + 3) * rows * width > np.iinfo(np.int64).max:
        raise ParameterError("radius_m and within_days are too small for how far apart the incidents lie")
    key = (slab * rows + cell[:, 1]) * width + cell[:, 0]
    order = np.argsort(key, kind="stable")  # inside a cell x, y and day are in order already
    same = (np.diff(key[order]) == 0) & np.all(np.diff(points[order], axis=0) == 0, axis=1)
    start = np.concatenate([[0], np.flatnonzero(~same) + 1])
    at = order[start]
    x_m, y_m = points[at, 0].copy(), points[at, 1].copy()
    cell, low, high = _search_runs(key[at], width, rows)
    return order, _Bunches(np.append(start, len(order)), slab[at], x_m, y_m, cell, low, high, radius_m, days)


def _search_runs(key: Whole, width: int, rows: int) -> tuple[Whole, Whole, Whole]:
    """The cell of each bunch, and where the bunches of the cells around each cell lie: its own slab first."""
    cells, cell = np.unique(key, return_inverse=True)
    steps = np.array([(slab * rows + row) * width for slab in (0, -1, 1, -2, 2) for row in (0, -1, 1)])
    middle = cells[:, np.newaxis] + steps
    return cell, np.searchsorted(key, middle - 1), np.searchsorted(key, middle + 1, side="right")


@compiled
def _core_incidents(bunches: _Bunches, moment: Floats, min_incidents: int) -> Flags:
    """Whether each incident has ``min_incidents`` neighbours; counting ends where it has."""
    counted = np.zeros(len(moment), dtype=np.int64)
    for a in range(len(bunches.cell)):
        c, fewest = bunches.cell[a], 0
        for run in range(RUNS):
            for b in range(bunches.low[c, run], bunches.high[c, run]):
                if fewest < min_incidents and _near(bunches, a, b):
                    fewest = _count(bunches, moment, a, b, counted)
    return counted >= min_incidents


@compiled
def _near(bunches: _Bunches, a: int, b: int) -> bool:
    east_m, north_m = bunches.x_m[a] - bunches.x_m[b], bunches.y_m[a] - bunches.y_m[b]
    return bool(east_m * east_m + north_m * north_m <= bunches.radius_m * bunches.radius_m)


@compiled
def _count(bunches: _Bunches, moment: Floats, a: int, b: int, counted: Whole) -> int:
    """Add to each incident of bunch ``a`` those of ``b`` that are near in time; returns the least count in ``a``."""
    end = bunches.start[b + 1]
    low = stop = bunches.start[b]
    fewest = len(moment)
    for i in range(bunches.start[a], bunches.start[a + 1]):  # both bunches rise in time, and so do low and stop
        while low < end and moment[i] - moment[low] > bunches.days:
            low += 1
        while stop < end and moment[stop] - moment[i] <= bunches.days:
            stop += 1
        counted[i] += stop - low
        fewest = min(fewest, counted[i])
    return fewest


@compiled
def _core_span(bunches: _Bunches, moment: Floats, core: Flags, position: Whole) -> tuple[_Cores, Whole]:
    """The cores of each bunch, and the lowest ``position`` of them."""
    n = len(bunches.cell)
    first, last = np.full(n, np.nan), np.full(n, np.nan)
    lead = np.full(n, len(moment), dtype=np.int64)
    for a in range(n):
        for i in range(bunches.start[a], bunches.start[a + 1]):
            if core[i]:
                if np.isnan(first[a]):
                    first[a] = moment[i]
                last[a] = moment[i]
                lead[a] = min(lead[a], position[i])
    return _Cores(core, first, last), lead


@compiled
def _linked(bunches: _Bunches, cores: _Cores, lead: Whole) -> Whole:
    """Of each bunch the lowest position of a core in its cluster: bunches of neighbouring cores are one.

    Between two slabs the nearest cores in time are the earlier bunch's last and the later bunch's first.
    """
    n = len(bunches.cell)
    parent = np.arange(n)
    for a in range(n):
        if np.isnan(cores.first[a]):
            continue
        c = bunches.cell[a]
        for run in range(RUNS):
            for b in range(bunches.low[c, run], min(bunches.high[c, run], a)):
                apart = bunches.slab[b] < bunches.slab[a] and cores.first[a] - cores.last[b] > bunches.days
                if not np.isnan(cores.first[b]) and not apart and _near(bunches, a, b):
                    _join(parent, a, b)
    for a in range(n):
        top = _top(parent, a)
        lead[top] = min(lead[top], lead[a])
    for a in range(n):
        lead[a] = lead[_top(parent, a)]
    return lead


@compiled
def _top(parent: Whole, a: int) -> int:
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@compiled
def _join(parent: Whole, a: int, b: int) -> None:
    top_a, top_b = _top(parent, a), _top(parent, b)
    if top_a < top_b:
        parent[top_b] = top_a
    else:
        parent[top_a] = top_b


@compiled
def _assigned(bunches: _Bunches, moment: Floats, cores: _Cores, root: Whole) -> Whole:
    """Cluster of each incident, named by the lowest position of its cores; -1 where no core is near."""
    label = np.full(len(moment), -1, dtype=np.int64)
    for a in range(len(bunches.cell)):
        others = False
        for i in range(bunches.start[a], bunches.start[a + 1]):
            if cores.core[i]:
                label[i] = root[a]
            else:
                others = True
        if not others:
            continue
        c = bunches.cell[a]
        for run in range(RUNS):
            for b in range(bunches.low[c, run], bunches.high[c, run]):
                if not np.isnan(cores.first[b]) and _near(bunches, a, b):
                    _touch(bunches, moment, cores, root, a, b, label)
    return label


@compiled
def _touch(  # noqa: PLR0917 - a loop's whole state
    bunches: _Bunches, moment: Floats, cores: _Cores, root: Whole, a: int, b: int, label: Whole
) -> None:
    """Give the incidents of bunch ``a`` that are no cores to the cluster of ``b`` where it is near and comes first."""
    for i in range(bunches.start[a], bunches.start[a + 1]):
        late = bunches.slab[b] > bunches.slab[a] and cores.first[b] - moment[i] > bunches.days
        early = bunches.slab[b] < bunches.slab[a] and moment[i] - cores.last[b] > bunches.days
        first = label[i] < 0 or root[b] < label[i]
        if first and not cores.core[i] and not late and not early:
            label[i] = root[b]
