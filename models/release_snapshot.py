"""Snapshots: the whole-number counts of a month as they were when it was first released.

Every released figure about a month comes from its snapshot, so that months add up to half-years and years to the last
incident, however many reports came in between. A correction is a new snapshot; the old one stays.
"""

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from geo.grid import from_text, parents
from models.aoristic import ONE_PPM
from models.calendar import to_day_number
from models.panel import REPORTED, Panel
from models.release_cells import CELL_RESOLUTION, ReleaseCell
from models.release_period import month_start

Ints = NDArray[np.int64]


class SnapshotError(PlainError, ValueError):
    """Snapshots that cannot be added up: areas, categories or cells are not the same."""


@dataclass(frozen=True, eq=False)
class MonthCounts:
    """``counts`` (areas, categories) and ``cell_counts`` (cells) of one month, counted since January of year 0."""

    month: int
    areas: tuple[str, ...]
    categories: tuple[str, ...]
    cells: tuple[ReleaseCell, ...]
    counts: Ints
    cell_counts: Ints


def month_counts(
    panel: Panel, month: int, *, areas: tuple[str, ...], categories: tuple[str, ...], cells: tuple[ReleaseCell, ...]
) -> MonthCounts:
    """Whole incidents of ``month`` from ``panel``: those by citizens, inside an area.

    An incident of uncertain time lies in parts in several shifts, and maybe months. Within each stored cell, area and
    category the parts are added up from the first day on, and a month has as many incidents as whole numbers the sum,
    rounded to the nearest, goes through in it. So every incident counts once, no count is off by more than a half,
    and months add up.
    """
    used = (panel.basis == REPORTED) & (panel.area >= 0)
    rows = panel.take(used)
    stratum = np.column_stack([rows.area.astype(np.int64), rows.category.astype(np.int64), rows.cell])
    strata, inverse = np.unique(stratum, axis=0, return_inverse=True)
    edges = [_whole(rows, inverse.ravel(), len(strata), month_start(month + i)) for i in (0, 1)]
    whole = edges[1] - edges[0]
    counts = np.zeros((len(areas), len(categories)), dtype=np.int64)
    np.add.at(counts, (strata[:, 0], strata[:, 1]), whole)
    cell_counts = np.zeros(len(cells), dtype=np.int64)
    np.add.at(cell_counts, _cell_positions(strata, areas, cells), whole)
    return MonthCounts(month, areas, categories, cells, counts, cell_counts)


def packed_month(found: MonthCounts) -> bytes:
    """A snapshot as bytes that read back as it was."""
    value = {
        "month": found.month,
        "areas": found.areas,
        "categories": found.categories,
        "cells": [[cell.area, cell.resolution, list(cell.cells)] for cell in found.cells],
        "counts": found.counts.tolist(),
        "cell_counts": found.cell_counts.tolist(),
    }
    return json.dumps(value, separators=(",", ":")).encode()


def unpacked_month(body: bytes) -> MonthCounts:
    """What `packed_month` was given."""
    value = json.loads(body)
    return MonthCounts(
        value["month"],
        tuple(value["areas"]),
        tuple(value["categories"]),
        tuple(ReleaseCell(area, resolution, tuple(cells)) for area, resolution, cells in value["cells"]),
        np.array(value["counts"], dtype=np.int64).reshape(len(value["areas"]), len(value["categories"])),
        np.array(value["cell_counts"], dtype=np.int64),
    )


def require_alike(months: list[MonthCounts]) -> None:
    """Raises `SnapshotError` where the months do not count in the same areas, categories and cells."""
    for what in ("areas", "categories", "cells"):
        if len({getattr(found, what) for found in months}) > 1:
            raise SnapshotError(
                f"the {what} were changed after a month of the year had been released; only months whose snapshot "
                f"counts in the same {what} can be added up"
            )


def _whole(rows: Panel, stratum: NDArray[np.intp], strata: int, stop: date) -> Ints:
    """Whole incidents of each stratum before ``stop``."""
    before = rows.day < to_day_number(stop)
    total = np.zeros(strata, dtype=np.int64)
    np.add.at(total, stratum[before], rows.weight_ppm[before])
    return (total + ONE_PPM // 2) // ONE_PPM


def _cell_positions(strata: Ints, areas: tuple[str, ...], cells: tuple[ReleaseCell, ...]) -> NDArray[np.intp]:
    """The cell each stratum counts in; what lies in none of an area's cells counts in its last."""
    position: dict[tuple[int, int], int] = {}
    last: dict[int, int] = {}
    for i, cell in enumerate(cells):
        area = areas.index(cell.area)
        last[area] = i
        position.update({(area, int(one)): i for one in from_text(cell.cells)})
    above = parents(strata[:, 2], CELL_RESOLUTION) if len(strata) else strata[:, 2]
    return np.array(
        [position.get((int(a), int(c)), last[int(a)]) for a, c in zip(strata[:, 0], above, strict=True)], dtype=np.intp
    )
