"""The lives of a run's clusters as data, and back: what a run keeps for the history that analysts look at."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from geo.projection import to_degrees
from maps.page import rounded
from models.calendar import to_date
from models.cluster_following import FollowedClusters
from models.cluster_history import ClusterLife
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership

CLUSTER_HISTORY = "cluster-history.json"  # the product of a run; no route hands it out as it is
ALL = "all"


@dataclass(frozen=True)
class KeptSeen:
    """Where a cluster's centre lay on a day, and its incidents."""

    day: date
    lon: float
    lat: float
    incidents: int


@dataclass(frozen=True)
class KeptEvent:
    """``kind`` as `models.cluster_tracking.ChangeKind` has it."""

    day: date
    kind: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class KeptLife:
    """One cluster as the run knew it; ``category`` is an id or `ALL`, ``moved_m`` how far it went in all."""

    id: str
    category: str
    born: bool
    died: bool
    moved_m: float
    path: tuple[KeptSeen, ...]
    events: tuple[KeptEvent, ...]

    @property
    def first(self) -> KeptSeen:
        return self.path[0]

    @property
    def last(self) -> KeptSeen:
        return self.path[-1]

    @property
    def most(self) -> int:
        return max(seen.incidents for seen in self.path)


@dataclass(frozen=True)
class ClusterHistory:
    """Clusters followed from ``first`` to ``last``, both days included."""

    first: date
    last: date
    lives: tuple[KeptLife, ...]


def history_json(followed: FollowedClusters, partnership: Partnership) -> dict[str, Any]:
    """The lives of all clusters of ``followed``, by category, all together first."""
    return {
        "followed_from": to_date(followed.first_day).isoformat(),
        "followed_to": to_date(followed.last_day).isoformat(),
        "lives": [
            _life(life, ALL if category == ALL_CATEGORIES else partnership.categories[category].id, partnership)
            for category, lives in followed.lives.items()
            for life in lives
        ],
    }


def history_read(body: bytes) -> ClusterHistory:
    """What `history_json` said."""
    found = json.loads(body)
    return ClusterHistory(
        date.fromisoformat(found["followed_from"]),
        date.fromisoformat(found["followed_to"]),
        tuple(_kept(life) for life in found["lives"]),
    )


def _life(life: ClusterLife, category: str, partnership: Partnership) -> dict[str, Any]:
    x_m, y_m = (np.array([getattr(seen, name) for seen in life.path]) for name in ("x_m", "y_m"))
    lon, lat = to_degrees(x_m, y_m, partnership.areas.metric_crs)
    places = zip(life.path, lon.tolist(), lat.tolist(), strict=True)
    return {
        "id": life.id,
        "category": category,
        "born": life.born,
        "died": life.died,
        "moved_m": round(life.moved_m, 1),
        "path": [[to_date(seen.day).isoformat(), rounded(x), rounded(y), seen.incidents] for seen, x, y in places],
        "events": [[to_date(e.day).isoformat(), e.kind.value, list(e.others)] for e in life.events],
    }


def _kept(life: Mapping[str, Any]) -> KeptLife:
    path: Sequence[Sequence[Any]] = life["path"]
    return KeptLife(
        id=life["id"],
        category=life["category"],
        born=life["born"],
        died=life["died"],
        moved_m=life["moved_m"],
        path=tuple(KeptSeen(date.fromisoformat(day), lon, lat, n) for day, lon, lat, n in path),
        events=tuple(KeptEvent(date.fromisoformat(day), kind, tuple(others)) for day, kind, others in life["events"]),
    )
