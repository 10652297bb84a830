"""Incidents for tests of the store: columns, keys and blocks from a seeded generator."""

import hashlib
from datetime import datetime

import numpy as np

from data.intake.block import IntakeBlock, Reject
from geo.grid import cells_at
from models.panel import IncidentColumns
from models.partnership import Partnership


def some_incidents(partnership: Partnership, n: int, *, seed: int = 1, year: int = 2026) -> IncidentColumns:
    """``n`` incidents in and around the areas within the first half of ``year``, some with uncertain times."""
    rng = np.random.default_rng(seed)
    west, south, east, north = partnership.areas.bounds
    lon, lat = rng.uniform(west, east, n), rng.uniform(south, north, n)
    accuracy_m = rng.choice([5.0, 20.0], n)
    located = partnership.areas.locate(lon, lat)
    start_s = int(datetime(year, 1, 2, tzinfo=partnership.calendar.timezone).timestamp())
    from_s = start_s + rng.integers(0, 180 * 86_400, n)
    to_s = from_s + rng.choice([0, 7_200, 100_000], n)
    return IncidentColumns(
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        cell=cells_at(lon, lat, partnership.resolutions.stored),
        area=located.area,
        edge=located.boundary_distance_m < accuracy_m,
        category=rng.integers(0, len(partnership.categories), n).astype(np.int16),
        basis=rng.integers(0, 2, n).astype(np.int8),
        from_s=from_s,
        to_s=to_s,
        known_s=to_s + rng.integers(0, 3 * 86_400, n),
    )


def block_of(
    incidents: IncidentColumns, *, names: list[str] | None = None, rejects: tuple[Reject, ...] = ()
) -> IntakeBlock:
    """A block of all ``incidents`` under the keys that ``names`` (default 0, 1, 2, …) give."""
    names = names if names is not None else [str(i) for i in range(len(incidents))]
    return IntakeBlock(
        read=len(incidents) + len(rejects),
        incidents=incidents,
        line=np.arange(len(incidents)),
        key=tuple(hashlib.sha256(name.encode()).digest() for name in names),
        geocode_method=("coordinate",) * len(incidents),
        without_end=incidents.to_s == incidents.from_s,
        rejects=rejects,
    )
