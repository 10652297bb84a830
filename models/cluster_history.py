"""What became of clusters over days: when each was born, where it went, what it took in or lost, and its end.

Read from tracked days (`models.cluster_tracking`); growing and shrinking are left to the number of incidents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.cluster_tracking import ChangeKind, TrackedDay

TOLD = (ChangeKind.BIRTH, ChangeKind.SPLIT, ChangeKind.MERGE, ChangeKind.DEATH)


@dataclass(frozen=True)
class ClusterEvent:
    """``others``: of a split the new parts, of a merge what came in, of a death what it went into."""

    day: int
    kind: ChangeKind
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterSeen:
    """A cluster's centre in metres and its incidents on a day."""

    day: int
    x_m: float
    y_m: float
    incidents: int


@dataclass(frozen=True)
class ClusterLife:
    """One cluster from the first to the last day it was seen; ``died`` where it ended before following did.

    ``born`` is False where it was there when following started; a part of a split is born too. ``path`` has every day
    from first to last.
    """

    id: str
    born: bool
    died: bool
    path: tuple[ClusterSeen, ...]
    events: tuple[ClusterEvent, ...]

    @property
    def first_day(self) -> int:
        return self.path[0].day

    @property
    def last_day(self) -> int:
        return self.path[-1].day

    @property
    def most(self) -> int:
        return max(seen.incidents for seen in self.path)

    @property
    def moved_m(self) -> float:
        """How far the centre of the last day lies from that of the first."""
        first, last = self.path[0], self.path[-1]
        return float(((last.x_m - first.x_m) ** 2 + (last.y_m - first.y_m) ** 2) ** 0.5)


def cluster_lives(days: Sequence[TrackedDay], names: Mapping[int, str]) -> tuple[ClusterLife, ...]:
    """The life of every cluster of ``days``, by first day and name; ``names`` of its lasting identity."""
    paths: dict[int, list[ClusterSeen]] = {}
    events: dict[int, list[ClusterEvent]] = {}
    for number, day in enumerate(days):
        for one in day.clusters:
            seen = ClusterSeen(day.day, one.cluster.x_m, one.cluster.y_m, one.cluster.incidents)
            paths.setdefault(one.id, []).append(seen)
        # On the first day everything is born, because nobody looked before.
        for change in day.changes if number else ():
            if change.kind in TOLD:
                others = tuple(names[other] for other in change.others)
                events.setdefault(change.id, []).append(ClusterEvent(day.day, change.kind, others))
    first_day = days[0].day if days else 0
    lives = [
        ClusterLife(
            id=names[number],
            born=path[0].day > first_day,
            died=any(event.kind is ChangeKind.DEATH for event in events.get(number, [])),
            path=tuple(path),
            events=tuple(events.get(number, [])),
        )
        for number, path in paths.items()
    ]
    return tuple(sorted(lives, key=lambda life: (life.first_day, life.id)))
