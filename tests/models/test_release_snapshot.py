from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.grid import cells_at, parents, to_text
from models.aoristic import ONE_PPM
from models.calendar import to_day_number
from models.panel import Panel
from models.release_cells import ReleaseCell
from models.release_period import month_start
from models.release_snapshot import SnapshotError, month_counts, packed_month, require_alike, unpacked_month
from tests.release_example import JANUARY

HERE = int(cells_at(np.array([12.55]), np.array([55.69]), 11)[0])
ELSEWHERE = int(cells_at(np.array([12.56]), np.array([55.69]), 11)[0])
NINE = to_text(parents(np.array([HERE, ELSEWHERE]), 9))
CELLS = (ReleaseCell("a", 9, (NINE[0],)), ReleaseCell("a", 0, ()))
NAMES = {"areas": ("a",), "categories": ("x", "y"), "cells": CELLS}


def panel(*rows: tuple[int, int, int, float], basis: int = 0, area: int = 0) -> Panel:
    """Rows of cell, day of 2026, category, weight."""
    cell, day, category, weight = (np.array(column) for column in zip(*rows, strict=True))
    n = len(rows)
    return Panel(
        cell=cell.astype(np.int64),
        area=np.full(n, area, dtype=np.int16),
        day=(to_day_number(month_start(JANUARY)) + day).astype(np.int32),
        shift=np.zeros(n, dtype=np.int16),
        category=category.astype(np.int16),
        basis=np.full(n, basis, dtype=np.int8),
        weight_ppm=np.round(weight * ONE_PPM).astype(np.int64),
    )


@given(parts=st.lists(st.tuples(st.integers(-40, 80), st.floats(0.01, 0.99)), min_size=1, max_size=20))
def test_every_incident_counts_once_and_no_count_is_off_by_more_than_a_half(parts: list[tuple[int, float]]) -> None:
    # Each incident in two parts, the second up to a month later.
    rows = [(HERE, day + 30 * later, 0, share if later else 1 - share) for day, share in parts for later in (0, 1)]
    found = panel(*rows)
    months = range(JANUARY - 3, JANUARY + 5)
    counts = [int(month_counts(found, m, **NAMES).counts[0, 0]) for m in months]
    assert sum(counts) == len(parts)
    assert min(counts) >= 0
    edges = [to_day_number(month_start(m)) for m in (*months, months.stop)]
    for m, count in zip(range(len(months)), counts, strict=True):
        inside = (found.day >= edges[m]) & (found.day < edges[m + 1])
        assert abs(count - found.weight_ppm[inside].sum() / ONE_PPM) <= 1


def test_cells_add_up_to_their_area_and_only_reports_inside_count() -> None:
    rows = [(HERE, 3, 0, 1.0), (HERE, 4, 1, 1.0), (ELSEWHERE, 5, 1, 1.0), (HERE, 40, 1, 1.0)]
    found = month_counts(panel(*rows), JANUARY, **NAMES)
    assert (found.counts.tolist(), found.cell_counts.tolist()) == ([[1, 2]], [2, 1])
    for other in (panel(*rows, basis=1), panel(*rows, area=-1)):
        assert month_counts(other, JANUARY, **NAMES).counts.sum() == 0
    again = unpacked_month(packed_month(found))
    assert (again.counts.tolist(), again.cells, again.month) == (found.counts.tolist(), found.cells, JANUARY)


def test_months_that_count_in_other_areas_are_not_added_up() -> None:
    one = month_counts(panel((HERE, 3, 0, 1.0)), JANUARY, **NAMES)
    other = replace(one, areas=("b",))
    with pytest.raises(SnapshotError, match="the areas were changed"):
        require_alike([one, other])
