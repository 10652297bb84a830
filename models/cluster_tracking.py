"""Clusters followed over days: which of today's clusters is yesterday's, and what became of the others.

Spiliopoulou, M., Ntoutsi, I., Theodoridis, Y. & Schult, R. (2006). MONIC: modeling and monitoring cluster transitions.
*KDD-06*, 706-711. As there, clusters are compared by the incidents they share, not by where they lie, and incidents
that have left the window since count no longer: an incident weighs 1 while it is in the window and 0 after.

``share(X, Y)`` of yesterday's cluster X in today's cluster Y is the part of X's incidents still in today's window that
are in Y. X goes on in the clusters that hold at least ``part_share`` of it, if these hold at least ``match_share`` of
it together; else X has died. (MONIC looks for a split only where no cluster holds ``match_share`` of X; here a cluster
that keeps 60 % and loses 40 % to another has split as well.)

Everything follows from the shared incidents and, where these tie, from how old a cluster is, how large, and where it
lies: neither the numbering nor the order of clusters or incidents changes an identity.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import shapely
from numpy.typing import NDArray

from models.clusters import Cluster
from models.parameter_limits import ParameterError, require_number, require_share

Whole = NDArray[np.int64]


class ChangeKind(Enum):
    """``BIRTH`` follows no earlier cluster; ``DEATH`` is followed by none. See `Change` for the others."""

    BIRTH = "birth"
    DEATH = "death"
    SPLIT = "split"
    MERGE = "merge"
    GROW = "grow"
    SHRINK = "shrink"
    MOVE = "move"


class Direction(Enum):
    """How a movement crosses the boundary of a polygon."""

    OUTWARD = "outward"
    INWARD = "inward"


@dataclass(frozen=True)
class TrackingParameters:
    """Shares of a cluster's incidents as the module says; a centre has moved from ``moved_m`` metres on."""

    match_share: float = 0.5
    part_share: float = 0.25
    moved_m: float = 10.0

    def __post_init__(self) -> None:
        require_share("match_share", self.match_share)
        require_share("part_share", self.part_share)
        require_number("moved_m", self.moved_m, above=0)
        if self.part_share > self.match_share:
            raise ParameterError(
                f"part_share must be at most match_share ({self.match_share:g}), found {self.part_share:g}"
            )


@dataclass(frozen=True, eq=False)
class ClusterDay:
    """The clusters of one ``day``.

    ``incident`` (n) holds the unique identity of every incident in the window, in clusters or not; the clusters'
    ``members`` are positions in it.
    """

    day: int
    incident: Whole
    clusters: tuple[Cluster, ...]

    def __post_init__(self) -> None:
        if len(np.unique(self.incident)) != len(self.incident):
            raise ParameterError(f"incident must hold each identity once, day {self.day} has one twice")


@dataclass(frozen=True)
class Crossing:
    """Where a movement leaves a polygon for good (outward) or enters it for good (inward)."""

    direction: Direction
    x_m: float
    y_m: float


@dataclass(frozen=True)
class Movement:
    """The way of a centre, in metres of the clusters' CRS."""

    from_x_m: float
    from_y_m: float
    to_x_m: float
    to_y_m: float

    @property
    def vector_m(self) -> tuple[float, float]:
        """East and north."""
        return self.to_x_m - self.from_x_m, self.to_y_m - self.from_y_m

    @property
    def length_m(self) -> float:
        return float(np.hypot(*self.vector_m))

    def crosses(self, boundary: shapely.Geometry) -> Crossing | None:
        """Whether the straight way starts on one side of the polygon's ``boundary`` and ends on the other.

        The boundary itself is inside. Where the way crosses more than once, the last crossing counts.

        >>> square = shapely.box(0, 0, 100, 100)
        >>> Movement(90, 50, 120, 50).crosses(square)
        Crossing(direction=<Direction.OUTWARD: 'outward'>, x_m=100.0, y_m=50.0)
        >>> Movement(90, 50, 95, 50).crosses(square) is None
        True
        """
        start, end = shapely.Point(self.from_x_m, self.from_y_m), shapely.Point(self.to_x_m, self.to_y_m)
        was_inside, is_inside = bool(shapely.covers(boundary, start)), bool(shapely.covers(boundary, end))
        if was_inside == is_inside:
            return None
        met = shapely.intersection(shapely.LineString([start, end]), shapely.boundary(boundary))
        at = shapely.get_coordinates(met)
        # The end lies beside the boundary by no more than rounding where the way and the boundary do not meet.
        x_m, y_m = at[np.argmin(np.hypot(*(at - shapely.get_coordinates(end)).T))] if len(at) else (end.x, end.y)
        return Crossing(Direction.INWARD if is_inside else Direction.OUTWARD, float(x_m), float(y_m))


@dataclass(frozen=True, eq=False)
class TrackedCluster:
    """A cluster with its lasting identity ``id`` and the day it was born."""

    id: int
    born_day: int
    cluster: Cluster
    incident: Whole


@dataclass(frozen=True)
class Change:
    """What happened to cluster ``id`` between the day before and ``day``.

    ``others`` of a split: the ids of its other parts, today's; of a merge: the ids of the clusters that came in,
    yesterday's; of a death: the id of the cluster it went into, if any. ``incidents`` before and after, and the
    ``movement`` of the centre, where the cluster was there on both days.
    """

    day: int
    kind: ChangeKind
    id: int
    others: tuple[int, ...] = ()
    incidents: tuple[int, int] | None = None
    movement: Movement | None = None


@dataclass(frozen=True, eq=False)
class TrackedDay:
    """The clusters of a day in the order of their ids, what changed, and the next id to be given."""

    day: int
    clusters: tuple[TrackedCluster, ...]
    changes: tuple[Change, ...]
    next_id: int

    def movements(self) -> dict[int, Movement]:
        """Of the clusters that were there the day before and whose centre has moved: by id."""
        return {c.id: c.movement for c in self.changes if c.kind is ChangeKind.MOVE and c.movement}


def track_clusters(days: Iterable[ClusterDay], parameters: TrackingParameters | None = None) -> tuple[TrackedDay, ...]:
    """Follow clusters over ``days`` in rising order; ids are 1, 2, 3 … in order of birth, the larger first.

    The first day's clusters are born on it. Raises `ParameterError` where days do not rise.

    >>> import numpy as np
    >>> def cluster(members, x_m):
    ...     return Cluster(x_m, 0.0, len(members), 0.0, np.zeros((1, 2)), np.array(members))
    >>> first = ClusterDay(1, np.arange(8), (cluster([0, 1, 2, 3, 4], 10.0),))
    >>> second = ClusterDay(2, np.arange(2, 10), (cluster([0, 1, 2, 6, 7], 40.0),))
    >>> for change in track_clusters([first, second])[1].changes:
    ...     print(change.kind.value, change.id, change.movement.vector_m)
    move 1 (30.0, 0.0)
    """
    tracked: list[TrackedDay] = []
    for today in days:
        tracked.append(follow(tracked[-1] if tracked else None, today, parameters or TrackingParameters()))
    return tuple(tracked)


def follow(before: TrackedDay | None, today: ClusterDay, parameters: TrackingParameters) -> TrackedDay:
    """One day more: identities of ``today``'s clusters, from the day ``before`` (None at the start)."""
    if before and today.day <= before.day:
        raise ParameterError(f"days must rise, found {today.day} after {before.day}")
    old = before.clusters if before else ()
    new = _in_order(today)
    shared, goes_on = _transitions(old, new, today.incident, parameters)
    heir = _heirs(old, shared, goes_on)
    next_id = before.next_id if before else 1
    tracked = []
    for j, (cluster, incident) in enumerate(new):
        if j in heir:
            tracked.append(TrackedCluster(old[heir[j]].id, old[heir[j]].born_day, cluster, incident))
        else:
            tracked.append(TrackedCluster(next_id, today.day, cluster, incident))
            next_id += 1
    changes = _changes(today.day, old, tracked, goes_on, shared, parameters.moved_m)
    return TrackedDay(today.day, tuple(sorted(tracked, key=lambda c: c.id)), changes, next_id)


def movement_between(days: Sequence[TrackedDay], cluster_id: int) -> Movement | None:
    """From the centre on the first of ``days`` that has the cluster to that on the last; None where it is on one."""
    centres = [(c.cluster.x_m, c.cluster.y_m) for day in days for c in day.clusters if c.id == cluster_id]
    return Movement(*centres[0], *centres[-1]) if len(centres) > 1 else None


def _in_order(today: ClusterDay) -> list[tuple[Cluster, Whole]]:
    """Clusters with the identities of their incidents: the largest first, then by place."""
    pairs = [(c, np.sort(today.incident[c.members])) for c in today.clusters]
    return sorted(pairs, key=lambda pair: (-pair[0].incidents, pair[0].x_m, pair[0].y_m, pair[1].tolist()))


def _transitions(
    old: Sequence[TrackedCluster],
    new: Sequence[tuple[Cluster, Whole]],
    in_window: Whole,
    parameters: TrackingParameters,
) -> tuple[Whole, NDArray[np.bool_]]:
    """Shared incidents, and whether an old cluster goes on in a new one; both (old, new)."""
    shared = np.zeros((len(old), len(new)), dtype=np.int64)
    goes_on = np.zeros(shared.shape, dtype=np.bool_)
    for i, cluster in enumerate(old):
        left = np.intersect1d(cluster.incident, in_window, assume_unique=True)
        shared[i] = [len(np.intersect1d(left, incident, assume_unique=True)) for _, incident in new]
        part = (shared[i] > 0) & (shared[i] >= parameters.part_share * len(left))
        goes_on[i] = part & (shared[i][part].sum() >= parameters.match_share * len(left))
    return shared, goes_on


def _heirs(old: Sequence[TrackedCluster], shared: Whole, goes_on: NDArray[np.bool_]) -> dict[int, int]:
    """Which old cluster's identity each new cluster carries on: most shared incidents first, then the older id."""
    pairs = sorted((-int(shared[i, j]), old[i].id, int(j), int(i)) for i, j in np.argwhere(goes_on))
    heir: dict[int, int] = {}
    for _, _, j, i in pairs:
        if j not in heir and i not in heir.values():
            heir[j] = i
    return heir


def _changes(  # noqa: PLR0917 - both days and what joins them
    day: int,
    old: Sequence[TrackedCluster],
    new: Sequence[TrackedCluster],
    goes_on: NDArray[np.bool_],
    shared: Whole,
    moved_m: float,
) -> tuple[Change, ...]:
    """In order of id, and for one id in the order of `ChangeKind`."""
    before, after = {c.id: c for c in old}, {c.id: c for c in new}
    changes: list[Change] = []
    for i, cluster in enumerate(old):
        parts: list[int] = np.flatnonzero(goes_on[i]).tolist()
        if cluster.id not in after:
            into = (new[max(parts, key=lambda j: shared[i, j])].id,) if parts else ()
            changes.append(Change(day, ChangeKind.DEATH, cluster.id, into))
        if len(parts) > 1:
            others = sorted(new[j].id for j in parts if new[j].id != cluster.id)
            changes.append(Change(day, ChangeKind.SPLIT, cluster.id, tuple(others)))
    for j, cluster in enumerate(new):
        sources: list[int] = np.flatnonzero(goes_on[:, j]).tolist()
        if not sources:
            changes.append(Change(day, ChangeKind.BIRTH, cluster.id))
        if len(sources) > 1:
            others = sorted(old[i].id for i in sources if old[i].id != cluster.id)
            changes.append(Change(day, ChangeKind.MERGE, cluster.id, tuple(others)))
        if cluster.id in before:
            changes.extend(_inner_changes(day, before[cluster.id], cluster, moved_m))
    order = list(ChangeKind)
    return tuple(sorted(changes, key=lambda change: (change.id, order.index(change.kind))))


def _inner_changes(day: int, was: TrackedCluster, now: TrackedCluster, moved_m: float) -> list[Change]:
    """Growing, shrinking and moving of one cluster."""
    size = was.cluster.incidents, now.cluster.incidents
    movement = Movement(was.cluster.x_m, was.cluster.y_m, now.cluster.x_m, now.cluster.y_m)
    kinds = [ChangeKind.GROW] * (size[1] > size[0]) + [ChangeKind.SHRINK] * (size[1] < size[0])
    kinds += [ChangeKind.MOVE] * (movement.length_m >= moved_m)
    return [Change(day, kind, now.id, (), size, movement) for kind in kinds]
