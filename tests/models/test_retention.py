from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.panel import Panel, aggregate
from models.parameter_limits import ParameterError
from models.retention import NAMELESS, TIERS, Hold, RetentionError, RetentionParameters, cut_offs, named, without_cells


def panel(rows: list[tuple[int, int, int]]) -> Panel:
    cell, day, weight = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    zero = np.zeros(len(cell), dtype=np.int16)
    part = Panel(NAMELESS + cell, zero, day.astype(np.int32), zero, zero, zero.astype(np.int8), weight)
    return aggregate([part])


ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(1, 1_000_000)), min_size=1)


@given(ROWS, st.integers(0, 10))
def test_without_cells_weights_stay_apart_and_places_are_gone(rows: list[tuple[int, int, int]], before: int) -> None:
    whole = panel(rows)
    found = without_cells(whole, before)
    assert sorted(zip(found.day, found.weight_ppm, strict=True)) == sorted(
        zip(whole.day, whole.weight_ppm, strict=True)
    )
    assert (named(found).day >= before).all()
    assert len(named(found)) == (whole.day >= before).sum()
    again = without_cells(found, before)
    assert all((getattr(found, name) == getattr(again, name)).all() for name in vars(found))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_cut_offs_never_go_back_and_coarser_tiers_last_longer(day: date) -> None:
    today, tomorrow = (cut_offs(RetentionParameters(), d) for d in (day, day + timedelta(days=1)))
    assert all(today[tier] <= tomorrow[tier] for tier in TIERS)
    assert today["area-months"] <= today["area-days"] <= today["cells"] <= today["points"] < day


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"points_days": 0}, "points_days must be a whole number of at least 1, found 0"),
        ({"cells_days": 30}, "cells_days must be a whole number of at least 90, found 30"),
        ({"area_months": 36}, "area_months must be at least 66, no less than area_days, found 36"),
    ],
)
def test_periods_that_cannot_be_are_refused(settings: dict[str, int], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        RetentionParameters(**settings)


def test_a_hold_for_another_reason_is_refused() -> None:
    with pytest.raises(RetentionError, match="a hold's reason must be one of court-case, "):
        Hold(date(2026, 1, 1), date(2026, 2, 1), "because")  # type: ignore[arg-type]
