"""Snapshots of months and the bodies of releases about them, for tests."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from models.release_cells import ReleaseCell
from models.release_period import ReleasePeriod, month_number, release_period
from models.release_snapshot import MonthCounts
from models.release_table import Months, Released, ReleaseTable, TableKind, release_table
from tests.disclosure_attacker import Attacker, months_of, sum_of

SMALL = 5


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


def small_counts(archive: Archive) -> Iterator[tuple[str, dict[Any, float]]]:
    """Every count below five that a fixed period, area, category and cell has, seen or not, in its last version."""
    months = archive.newest
    any_month = next(iter(months.values()))
    areas, categories = any_month.counts.shape
    body = {"areas": range(areas), "categories": range(categories)}
    version = {text_of(m): v for m, v in archive.version.items()}
    periods = [text_of(m) for m in months]
    periods += ["2026-H1"] * (len(months) >= 6) + ["2026-H2", "2026"] * (len(months) == 12)
    for period in periods:
        total = sum(months[m].counts for m in months if text_of(m) in months_of(period))
        with_totals = np.pad(total, ((0, 1), (0, 1)))
        with_totals[-1] = with_totals.sum(axis=0)
        with_totals[:, -1] = with_totals.sum(axis=1)
        for a, c in np.argwhere(with_totals < SMALL).tolist():
            place = None if a == areas else a, None if c == categories else c
            yield f"{period} {place}", sum_of({**body, "period": period}, *place, version.__getitem__)
        if "H" in period:
            inside = sum(months[m].cell_counts for m in months if text_of(m) in months_of(period))
            about = tuple(version[m] for m in months_of(period))
            for i in np.flatnonzero(inside < SMALL).tolist():
                yield f"{period} cell {i}", {("cell", period, about, i): 1.0}


def exposed(archive: Archive, attacker: Attacker) -> list[str]:
    """The small counts that the attacker can tell from zero, or from four."""
    found = []
    for name, count in small_counts(archive):
        least, greatest = attacker.seen(count)
        if least > 0 or greatest < SMALL - 1:
            least, greatest = attacker.interval(count)
        if least > 0 or greatest < SMALL - 1:
            found.append(f"{name}: {least:g} to {greatest:g}")
    return found


def attacked(archive: Archive) -> list[str]:
    return exposed(archive, attacker_of(archive))


def attacker_of(archive: Archive, changes: dict[Any, int] | None = None) -> Attacker:
    categories = next(iter(archive.newest.values())).counts.shape[1]
    return Attacker(archive.bodies, [seen.__getitem__ for seen in archive.versions], changes, categories=categories)
