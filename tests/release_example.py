"""Snapshots of months and the bodies of releases about them, for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from models.release_cells import ReleaseCell
from models.release_period import ReleasePeriod, month_number, release_period
from models.release_snapshot import MonthCounts
from models.release_table import Months, Released, ReleaseTable, TableKind, release_table

AS_OF = datetime(2026, 11, 2, 7, tzinfo=UTC)


def drawn(
    rng: np.random.Generator, *, areas: int, categories: int, cells: int, rate: float, months: range
) -> dict[int, MonthCounts]:
    """Counts of uneven areas, categories and cells."""
    mean = rng.gamma(0.7, rate / 0.7, (areas, categories))
    where = tuple(ReleaseCell(f"a{i % areas}", 9, (f"{i:x}",)) for i in range(cells))
    spread = [rng.dirichlet(np.full(len(range(a, cells, areas)), 0.7)) for a in range(areas)]
    return {m: month_of(m, rng.poisson(mean), where, spread, rng) for m in months}


def month_of(
    month: int,
    counts: np.ndarray,
    cells: Sequence[ReleaseCell],
    spread: Sequence[np.ndarray],
    rng: np.random.Generator,
) -> MonthCounts:
    areas, categories = counts.shape
    inside = np.zeros(len(cells), dtype=np.int64)
    for a in range(areas):
        inside[a::areas] = rng.multinomial(counts[a].sum(), spread[a])
    names = tuple(f"a{i}" for i in range(areas)), tuple(f"c{i}" for i in range(categories))
    return MonthCounts(month, *names, tuple(cells), counts.astype(np.int64), inside)


def body_of(made: ReleaseTable, counted: MonthCounts) -> dict[str, Any]:
    """What is shown, without a partnership's names."""
    figures = np.where(made.shown, made.counts, -1).tolist()
    areas = [{"id": area} for area in counted.areas]
    body = {"table": made.table, "period": str(made.period), "areas": areas}
    if made.table == "cells":
        return body | {
            "cells": [
                {"area": cell.area, "count": None if x < 0 else x}
                for cell, x in zip(counted.cells, figures, strict=True)
            ]
        }
    shown = [[None if x < 0 else x for x in row] for row in figures]
    return body | {"categories": [{"id": c} for c in counted.categories], "figures": shown}


class Archive:
    """What was released, in order, and the bodies an audience has seen."""

    def __init__(self, newest: Months) -> None:
        self.newest = dict(newest)
        self.released: list[Released] = []
        self.bodies: list[dict[str, Any]] = []
        self.versions: list[dict[str, int]] = []
        self.version = dict.fromkeys(newest, 0)

    def release(self, period: str | ReleasePeriod, table: TableKind = "areas") -> ReleaseTable:
        about = release_period(period) if isinstance(period, str) else period
        made = release_table(about, table, self.newest, self.released)
        months = {m: self.newest[m] for m in about.months}
        self.released.append(Released(about, table, made.shown, months))
        self.bodies.append(body_of(made, self.newest[about.first_month]))
        self.versions.append({text_of(m): self.version[m] for m in about.months})
        return made

    def correct(self, found: MonthCounts) -> None:
        self.newest[found.month] = found
        self.version[found.month] += 1


def text_of(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


JANUARY = month_number(datetime(2026, 1, 1, tzinfo=UTC).date())
