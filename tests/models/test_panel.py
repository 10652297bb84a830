from datetime import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.partnerships import load_partnership
from models.aoristic import ONE_PPM
from models.calendar import to_day_number
from models.panel import KEY, IncidentColumns, Panel, aggregate, negated, panel_of

CALENDAR = load_partnership(None).calendar
START_S = int(datetime(2026, 3, 20, tzinfo=CALENDAR.timezone).timestamp())  # the clocks change nine days later


def incidents(rows: list[tuple[int, int, int, int, int, int]]) -> IncidentColumns:
    cell, area, category, basis, start, length = (np.array(c) for c in zip(*rows, strict=True))
    n = len(rows)
    return IncidentColumns(
        lon=np.zeros(n),
        lat=np.zeros(n),
        accuracy_m=np.zeros(n),
        cell=cell.astype(np.int64),
        area=area.astype(np.int16),
        edge=np.zeros(n, dtype=bool),
        category=category.astype(np.int16),
        basis=basis.astype(np.int8),
        from_s=START_S + start.astype(np.int64),
        to_s=START_S + start.astype(np.int64) + length,
        known_s=START_S + start.astype(np.int64) + length,
    )


ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(-1, 1),
        st.integers(0, 1),
        st.integers(0, 1),
        st.integers(0, 20 * 86_400),
        st.integers(0, 5 * 86_400),
    ),
    min_size=1,
    max_size=40,
)


def same(a: Panel, b: Panel) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in (*KEY, "weight_ppm"))


def test_one_certain_incident_is_one_row() -> None:
    panel = panel_of(incidents([(7, 0, 1, 0, 12 * 3600, 0)]), CALENDAR)
    assert (panel.cell[0], panel.category[0], panel.weight_ppm[0]) == (7, 1, ONE_PPM)
    assert panel.day[0] == to_day_number(datetime(2026, 3, 20).date())  # noqa: DTZ001 - a date
    assert CALENDAR.shifts[panel.shift[0]].id == "dag"
    assert panel.count.tolist() == [1.0]


def test_no_incidents_are_an_empty_panel() -> None:
    assert len(panel_of(incidents([(1, 0, 0, 0, 0, 0)]).take(np.array([False])), CALENDAR)) == 0
    assert len(aggregate([])) == 0


@given(ROWS, st.randoms(use_true_random=False))
def test_the_panel_does_not_depend_on_order(rows: list, random: object) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert same(panel_of(incidents(rows), CALENDAR), panel_of(incidents(shuffled), CALENDAR))


@given(ROWS, st.integers(0, 40))
def test_adding_and_taking_out_equals_a_recount_to_the_last_digit(rows: list, split: int) -> None:
    split = min(split, len(rows))
    parts = [panel_of(incidents(part), CALENDAR) for part in (rows[:split], rows[split:]) if part]
    whole = panel_of(incidents(rows), CALENDAR)
    assert same(aggregate(parts), whole)
    assert whole.weight_ppm.sum() == len(rows) * ONE_PPM
    if len(parts) == 2:
        assert same(aggregate([whole, negated(parts[0])]), parts[1])
