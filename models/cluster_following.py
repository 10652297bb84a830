"""The clusters of a partnership followed over the last weeks: since when each is there, and which left the area.

Every day's clusters are those of the incidents that ended in the window before the day's first shift, as far as they
are known now. They are followed in every category and in all together (`models.cluster_tracking`).

Identities are stable from one run to the next: following starts anew once in seven days, not each day, and a cluster
born since is named by its category, its day of birth and its place among the births of that day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.areas import NO_AREA
from geo.projection import project, to_degrees
from models.calendar import ShiftCalendar, to_date
from models.cluster_crossings import BoundaryCrossing, Centre, boundary_crossings
from models.cluster_history import ClusterLife, cluster_lives
from models.cluster_parameters import ClusterParameters
from models.cluster_tracking import ClusterDay, Direction, TrackedCluster, TrackedDay, track_clusters
from models.clusters import Cluster, find_clusters
from models.disclosure import MINIMUM_COUNT
from models.panel import ALL_CATEGORIES, REPORTED, IncidentColumns
from models.partnership import Partnership

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Positions = NDArray[np.intp]
DAY_S = 86_400
ANEW_DAYS = 7
ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Window:
    """Incidents that ended in [``start_s``, ``stop_s``), seconds since the epoch, make the clusters of ``day``."""

    day: int
    start_s: int
    stop_s: int


@dataclass(frozen=True)
class Place:
    """A cluster's centre on ``day`` in degrees, and its incidents."""

    day: int
    lon: float
    lat: float
    incidents: int


@dataclass(frozen=True)
class ClusterCrossing:
    """Cluster ``id`` went between the treated area and a neighbour; on ``day`` it had arrived in ``to_area``.

    ``category`` is a position in the partnership's categories, or `ALL_CATEGORIES`. ``start`` is the first day of its
    stay before, ``end`` the last day of its stay after, as far as it was followed.
    """

    id: str
    category: int
    day: int
    direction: Direction
    from_area: int
    to_area: int
    start: Place
    end: Place


@dataclass(frozen=True, eq=False)
class StandingCluster:
    """A cluster of the last day with its identity; ``born_day`` None where it was there when following started.

    ``incident`` holds the positions of its incidents among those that were given.
    """

    id: str
    born_day: int | None
    cluster: Cluster
    incident: Positions


@dataclass(frozen=True, eq=False)
class FollowedClusters:
    """What following from ``first_day`` to ``last_day``, both included, has found.

    ``standing`` are the last day's clusters of all categories together, the largest first; ``crossings`` those of
    every category and of all together, by day; ``lives`` what became of each cluster, by category position
    (`ALL_CATEGORIES` for all together).
    """

    first_day: int
    last_day: int
    standing: tuple[StandingCluster, ...]
    crossings: tuple[ClusterCrossing, ...]
    lives: Mapping[int, tuple[ClusterLife, ...]] = field(default_factory=dict)


def followed_days(partnership: Partnership) -> int:
    """How far back, in days, the incidents for `follow_clusters` must reach."""
    return partnership.crossings.followed_days + ANEW_DAYS - 1 + partnership.clusters.window_days


def follow_clusters(partnership: Partnership, incidents: IncidentColumns, *, day: int) -> FollowedClusters:
    """Follow the clusters of the reported ``incidents`` up to ``day`` (since 1970-01-01): the run's date."""
    first_day = (day - partnership.crossings.followed_days) // ANEW_DAYS * ANEW_DAYS
    crossings: list[ClusterCrossing] = []
    standing: tuple[StandingCluster, ...] = ()
    lives: dict[int, tuple[ClusterLife, ...]] = {}
    for category, days, position in tracked_categories(partnership, incidents, first_day=first_day, last_day=day):
        names = lasting_names(days, "all" if category == ALL_CATEGORIES else partnership.categories[category].id)
        crossings.extend(_crossings(partnership, days, category, names))
        lives[category] = cluster_lives(days, names)
        if category == ALL_CATEGORIES:
            standing = tuple(_standing(one, names, first_day, position) for one in _largest_first(days[-1]))
    ordered = sorted(crossings, key=lambda crossing: (crossing.day, crossing.category, crossing.id))
    return FollowedClusters(first_day, day, standing, tuple(ordered), lives)


def released_crossings(
    crossings: Sequence[ClusterCrossing], *, minimum_count: int = MINIMUM_COUNT
) -> tuple[ClusterCrossing, ...]:
    """Those of clusters that had ``minimum_count`` incidents at both ends; of the others nothing is said."""
    return tuple(c for c in crossings if min(c.start.incidents, c.end.incidents) >= minimum_count)


def tracked_categories(
    partnership: Partnership, incidents: IncidentColumns, *, first_day: int, last_day: int
) -> Iterator[tuple[int, tuple[TrackedDay, ...], Positions]]:
    """Each category, all together first, with its tracked days; their identities are positions in the third.

    The third holds the positions in ``incidents`` of those that can come into a cluster.
    """
    parameters = partnership.clusters
    windows = _windows(partnership.calendar, first_day, last_day, parameters.window_days)
    reported = np.flatnonzero((incidents.basis == REPORTED) & (incidents.to_s >= windows[0].start_s))
    x_m, y_m = project(incidents.lon[reported], incidents.lat[reported], partnership.areas.metric_crs)
    for category in (ALL_CATEGORIES, *range(len(partnership.categories))):
        chosen = np.flatnonzero((incidents.category[reported] == category) | (category == ALL_CATEGORIES))
        chosen = chosen[dense(x_m[chosen], y_m[chosen], parameters)]
        position = reported[chosen]
        days = cluster_days(x_m[chosen], y_m[chosen], incidents.to_s[position], windows, parameters)
        yield category, track_clusters(days), position


def cluster_days(
    x_m: Floats, y_m: Floats, to_s: Whole, windows: Sequence[Window], parameters: ClusterParameters
) -> Iterator[ClusterDay]:
    """The clusters of each window of incidents that ended at ``to_s``; their identities are their positions."""
    before = np.array([-1], dtype=np.intp)
    clusters: tuple[Cluster, ...] = ()
    for window in windows:
        inside = np.flatnonzero((to_s >= window.start_s) & (to_s < window.stop_s))
        if not np.array_equal(inside, before):
            x, y = x_m[inside], y_m[inside]
            before, clusters = inside, find_clusters(x, y, parameters) if len(dense(x, y, parameters)) else ()
        yield ClusterDay(window.day, inside.astype(np.int64), clusters)


def dense(x_m: Floats, y_m: Floats, parameters: ClusterParameters) -> Positions:
    """Positions of the points that some choice of them could put into a cluster; without the others nothing changes."""
    if len(x_m) < parameters.min_incidents:
        return np.empty(0, dtype=np.intp)
    points = np.column_stack([x_m, y_m])
    tree, reach = cKDTree(points), parameters.radius_m * ROUNDING
    cores = points[tree.query_ball_point(points, reach, return_length=True) >= parameters.min_incidents]
    if len(cores) == 0:
        return np.empty(0, dtype=np.intp)
    distance_m, _ = cKDTree(cores).query(points)
    return np.flatnonzero(distance_m <= reach)


def lasting_names(days: Sequence[TrackedDay], prefix: str) -> Mapping[int, str]:
    """A name for each identity that does not depend on how many came before it: ``hash-2026-10-03-1``.

    >>> from models.cluster_tracking import ClusterDay, track_clusters
    >>> cluster = Cluster(0.0, 0.0, 5, 0.0, np.zeros((1, 2)), np.arange(5))
    >>> days = track_clusters([ClusterDay(20_729, np.arange(5), (cluster,))])
    >>> dict(lasting_names(days, "hash"))
    {1: 'hash-2026-10-03-1'}
    """
    born = {one.id: one.born_day for day in days for one in day.clusters}
    names: dict[int, str] = {}
    births: dict[int, int] = {}
    for number, day in sorted(born.items()):
        births[day] = births.get(day, 0) + 1
        names[number] = f"{prefix}-{to_date(day)}-{births[day]}"
    return names


def _windows(calendar: ShiftCalendar, first_day: int, last_day: int, window_days: int) -> list[Window]:
    stops = [(day, int(calendar.start_of(to_date(day)).timestamp())) for day in range(first_day, last_day + 1)]
    return [Window(day, stop_s - window_days * DAY_S, stop_s) for day, stop_s in stops]


def _crossings(
    partnership: Partnership, days: Sequence[TrackedDay], category: int, names: Mapping[int, str]
) -> Iterator[ClusterCrossing]:
    areas = partnership.areas
    found = boundary_crossings(days, areas.area_in_metres, areas.treated_in_metres, partnership.crossings)
    for crossing in found:
        beyond = crossing.to_area if crossing.direction is Direction.OUTWARD else crossing.from_area
        if beyond != NO_AREA and areas.areas[beyond].role == "neighbour":
            yield _in_degrees(crossing, category, names[crossing.id], areas.metric_crs)


def _in_degrees(crossing: BoundaryCrossing, category: int, name: str, crs: str) -> ClusterCrossing:
    start, end = (_place(centre, crs) for centre in (crossing.path[0], crossing.path[-1]))
    return ClusterCrossing(
        name, category, crossing.day, crossing.direction, crossing.from_area, crossing.to_area, start, end
    )


def _place(centre: Centre, crs: str) -> Place:
    lon, lat = to_degrees(np.array([centre.x_m]), np.array([centre.y_m]), crs)
    return Place(centre.day, float(lon[0]), float(lat[0]), centre.incidents)


def _largest_first(day: TrackedDay) -> list[TrackedCluster]:
    return sorted(day.clusters, key=lambda one: (-one.cluster.incidents, one.cluster.x_m, one.cluster.y_m))


def _standing(one: TrackedCluster, names: Mapping[int, str], first_day: int, position: Positions) -> StandingCluster:
    born_day = one.born_day if one.born_day > first_day else None
    return StandingCluster(names[one.id], born_day, one.cluster, position[one.incident])
