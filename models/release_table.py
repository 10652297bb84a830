"""Releases: one table of counts about a fixed period as an audience may see it, beside all that were released before.

Whatever was released stays known, also where it was withdrawn or replaced. So every new table is made against all that
was released about its year to any audience, and against knowing by how much each count was corrected since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.cell_suppression import suppression
from models.disclosure import MINIMUM_COUNT
from models.release_lattice import ReleaseLattice, release_lattice
from models.release_period import PeriodError, PeriodKind, ReleasePeriod
from models.release_snapshot import MonthCounts, require_alike
from models.viewer import Role

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Positions = NDArray[np.intp]
TableKind = Literal["areas", "cells"]
Audience = Literal["partner", "public"]
Months = Mapping[int, MonthCounts]

RULE_VERSION = 1
TABLES: tuple[TableKind, ...] = ("areas", "cells")
AUDIENCES: tuple[Audience, ...] = ("partner", "public")
SEEN_BY: Mapping[Role, tuple[Audience, ...]] = {
    Role.STEERING: AUDIENCES,
    Role.PLANNER: AUDIENCES,
    Role.ANALYST: AUDIENCES,
    Role.GUEST: ("public",),
}
"""What each role may see of releases; a role that is not here sees none."""
# A total says more than what it is the sum of.
TOTAL_WEIGHT = 4.0


@dataclass(frozen=True, eq=False)
class Released:
    """``shown`` (figures of its table) of one release, and the ``months`` it counted with."""

    period: ReleasePeriod
    table: TableKind
    shown: Bools
    months: Months


@dataclass(frozen=True, eq=False)
class ReleaseTable:
    """``counts`` and ``shown``: (areas + 1, categories + 1), all of them last, or (cells). What is not ``shown`` is not
    to leave; ``optimal`` where no other choice hides less."""

    period: ReleasePeriod
    table: TableKind
    counts: Ints
    shown: Bools
    optimal: bool


def release_table(period: ReleasePeriod, table: TableKind, newest: Months, earlier: Sequence[Released]) -> ReleaseTable:
    """The next release: ``table`` of ``period`` from the ``newest`` snapshots, safe beside the ``earlier`` ones.

    ``newest`` has every month of the period and of every earlier release about its year. Raises `PeriodError` for
    cells of another period than a half-year, and `models.release_snapshot.SnapshotError`.
    """
    if table == "cells" and period.kind != "half-year":
        raise PeriodError(f"cells are released for half-years, not for a {period.kind}")
    linked = [one for one in earlier if one.period.within("year") == period.within("year")]
    scope = period.within(_scope(period, linked))
    linked = [one for one in linked if one.period.first_month in scope.months]
    versions: list[Months] = [newest, *({**newest, **one.months} for one in linked)]
    require_alike([version[month] for version in versions for month in scope.months])
    lattice = _lattice(scope, newest)
    floor = np.min([_atoms(lattice, version) for version in versions], axis=0)
    least = np.min([lattice.sums @ _atoms(lattice, version) for version in versions], axis=0)
    new = _figures(lattice, period, table)
    counts = (lattice.sums[new.ravel()] @ _atoms(lattice, newest)).astype(np.int64)
    found = suppression(
        lattice,
        new=new.ravel(),
        values=counts,
        floor=floor,
        protected=np.flatnonzero(least < MINIMUM_COUNT),
        before=_shown_before(lattice, linked),
        weight=_weight(counts, new.shape),
    )
    return ReleaseTable(period, table, counts.reshape(new.shape), found.shown.reshape(new.shape), found.optimal)


def _scope(period: ReleasePeriod, linked: Sequence[Released]) -> PeriodKind:
    """The shortest period whose figures nothing released adds up with others: what is said of it stays within it."""
    if any(one.period.kind == "year" for one in linked) or period.kind == "year":
        return "year"
    half = period.within("half-year")
    halves = any(one.period == half for one in linked)
    return "half-year" if halves or period.kind == "half-year" else "month"


def _lattice(scope: ReleasePeriod, newest: Months) -> ReleaseLattice:
    first = newest[scope.first_month]
    at = {area: i for i, area in enumerate(first.areas)}
    return release_lattice(
        scope.months,
        areas=len(first.areas),
        categories=len(first.categories),
        cell_area=[at[cell.area] for cell in first.cells],
    )


def _atoms(lattice: ReleaseLattice, months: Months) -> Ints:
    counts = np.array([months[month].counts for month in lattice.months])
    return lattice.atoms(counts, np.array([months[month].cell_counts for month in lattice.months]))


def _figures(lattice: ReleaseLattice, period: ReleasePeriod, table: TableKind) -> Positions:
    return lattice.area_figures(period) if table == "areas" else lattice.cell_figures(period)


def _shown_before(lattice: ReleaseLattice, linked: Sequence[Released]) -> Positions:
    found = [_figures(lattice, one.period, one.table).ravel()[one.shown.ravel()] for one in linked]
    return np.unique(np.concatenate([np.empty(0, dtype=np.intp), *found]))


def _weight(counts: Ints, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """What hiding each figure costs: the binary digits it has, a total's four times, all together sixteen times."""
    weight = 1 + np.log2(1.0 + counts.reshape(shape))
    if len(shape) == 2:
        weight[-1] *= TOTAL_WEIGHT
        weight[:, -1] *= TOTAL_WEIGHT
    found: NDArray[np.float64] = weight.ravel()
    return found
