from dataclasses import astuple
from math import inf

import numpy as np
import pytest

from models.displacement import DisplacementParameters, displacement_table
from models.net_rate_ratio import Tables, net_rate_ratios
from models.panel import ALL_CATEGORIES
from models.parameter_limits import ParameterError
from models.rate_ratio import rate_ratio

FIRST_DAY = 18_000
DAYS = 5 * 364
UNTIL = FIRST_DAY + DAYS - 4
TREATED, NEIGHBOURS, CONTROLS = 0, (1, 2), (3, 4)


def history(*, planted):
    """Areas x days x categories: every area the same from day to day, a move from area 0 to 1 in category 0
    over the last 28 complete days."""
    counts = np.zeros((5, DAYS, 2))
    for area, (per_week, other) in enumerate([(5, 2), (1, 2), (3, 3), (3, 1), (2, 2)]):
        counts[area, :, 0] = np.resize([1] * per_week + [0] * (7 - per_week), DAYS)
        counts[area, :, 1] = np.resize([1] * other + [0] * (7 - other), DAYS)
    if planted:
        late = slice(UNTIL - FIRST_DAY - 28, UNTIL - FIRST_DAY)
        counts[1, late, 0] += counts[0, late, 0]
        counts[0, late, 0] = 0
    counts[:, UNTIL - FIRST_DAY :] = 50  # days that are not complete must not count
    return counts


def table_of(counts, *, first_day=FIRST_DAY, until=UNTIL, controls=CONTROLS, **parameters):
    return displacement_table(
        counts,
        first_day=first_day,
        complete_until_day=until,
        treated=TREATED,
        neighbours=NEIGHBOURS,
        controls=controls,
        parameters=DisplacementParameters(**parameters),
    )


def row(table, neighbour, category, comparison):
    (found,) = [
        e for e in table.estimates if (e.neighbour, e.category, e.comparison) == (neighbour, category, comparison)
    ]
    return found


def test_windows_end_at_the_last_complete_day_and_keep_the_weekday():
    table = table_of(history(planted=False))
    assert table.after == (UNTIL - 28, UNTIL)
    assert table.before == (UNTIL - 56, UNTIL - 28)
    assert table.earlier == tuple((UNTIL - 28 - 364 * i, UNTIL - 364 * i) for i in (1, 2, 3, 4))


def test_earlier_years_count_only_where_they_lie_wholly_in_the_data():
    first_day = UNTIL - 28 - 2 * 364
    counts = history(planted=False)[:, first_day - FIRST_DAY :]
    assert len(table_of(counts, first_day=first_day).earlier) == 2
    assert len(table_of(counts[:, 1:], first_day=first_day + 1).earlier) == 1
    young = table_of(counts[:, -100:], first_day=FIRST_DAY + DAYS - 100)
    assert young.earlier == ()
    assert {e.comparison for e in young.estimates} == {"before"}


def test_a_row_for_each_neighbour_category_and_comparison():
    table = table_of(history(planted=False))
    rows = [(e.comparison, e.neighbour, e.category) for e in table.estimates]
    assert rows == [
        (comparison, neighbour, category)
        for comparison in ("before", "earlier-years")
        for neighbour in NEIGHBOURS
        for category in (ALL_CATEGORIES, 0, 1)
    ]


def test_finds_the_planted_move_and_nothing_else():
    table = table_of(history(planted=True))
    claimed = {(e.neighbour, e.category) for e in table.estimates if e.verdict == "displacement"}
    assert (1, 0) in claimed
    assert {neighbour for neighbour, _ in claimed} == {1}
    assert all(e.verdict == "no-claim" for e in table_of(history(planted=False)).estimates)


def test_figures_of_a_row():
    found = row(table_of(history(planted=True)), 1, 0, "earlier-years")
    assert found.periods == 4
    assert (found.treated.before, found.treated.after) == (20, 0)
    assert (found.neighbour_change.before, found.neighbour_change.after) == (4, 24)
    assert (found.control.before, found.control.after) == (20, 20)
    assert found.wdd.estimate == pytest.approx(-20 + 20)
    # Scales: 5 and 1 a week beside the controls' 5; "before" is the mean of four periods.
    scale = 5 / 5 + 1 / 5
    variance = 0 + 24 + scale**2 * 20 + (80 + 16 + scale**2 * 80) / 16
    assert found.wdd.standard_error == pytest.approx(np.sqrt(variance), rel=1e-3)
    (treated, neighbour) = net_rate_ratios(Tables(*np.array([[80, 0, 80, 20], [16, 24, 80, 20.0]]).T))
    assert astuple(found.treated_ratio) == pytest.approx(astuple(treated))
    assert astuple(found.neighbour_ratio) == pytest.approx(astuple(neighbour))


def test_all_categories_are_the_sum_of_the_categories():
    table = table_of(history(planted=True))
    for neighbour in NEIGHBOURS:
        total, *parts = (row(table, neighbour, c, "before") for c in (ALL_CATEGORIES, 0, 1))
        assert total.treated.after == sum(part.treated.after for part in parts)
        assert total.neighbour_change.before == sum(part.neighbour_change.before for part in parts)


def test_without_controls_the_ratios_are_plain():
    found = row(table_of(history(planted=True), controls=()), 1, 0, "earlier-years")
    assert found.control.after == 0
    assert found.neighbour_ratio == rate_ratio(16, 24, before_exposure=4)
    assert found.wdd.estimate == 0
    assert found.wdd.standard_error == pytest.approx(np.sqrt(24 + 96 / 16))
    assert found.verdict == "displacement"


def test_too_few_incidents_in_the_treated_area_say_nothing():
    table = table_of(history(planted=True), min_expected=20.5)
    assert {e.verdict for e in table.estimates if e.category != ALL_CATEGORIES} == {"too-little-data"}


def test_a_window_before_the_data_begin_says_nothing():
    short = history(planted=True)[:, -50:]
    first_day = FIRST_DAY + DAYS - 50
    for until in (UNTIL, first_day - 1):
        table = table_of(short, first_day=first_day, until=until)
        assert {e.verdict for e in table.estimates} == {"too-little-data"}


def test_fractional_counts_do_not_suffer_from_summing():
    counts = history(planted=True)
    counts[:, :, 0] *= 0.1
    found = row(table_of(counts), 1, 0, "earlier-years")
    assert found.treated.before == 2.0
    assert found.neighbour_change.after == 2.4


def test_a_category_without_incidents():
    counts = history(planted=False)
    counts[:, :, 1] = 0
    found = row(table_of(counts), 2, 1, "before")
    assert (found.wdd.estimate, found.wdd.p, found.p) == (0, 1, 1)
    assert (found.treated_ratio.lower, found.treated_ratio.upper) == (0, inf)
    assert found.verdict == "too-little-data"


def test_no_neighbours():
    table = displacement_table(
        history(planted=True),
        first_day=FIRST_DAY,
        complete_until_day=UNTIL,
        treated=0,
        neighbours=(),
        controls=(3,),
        parameters=DisplacementParameters(),
    )
    assert table.estimates == ()


def test_refuses_what_cannot_be_used():
    with pytest.raises(ParameterError, match="complete_until_day must be at most 19820, found 19821"):
        table_of(history(planted=False), until=FIRST_DAY + DAYS + 1)
    with pytest.raises(ParameterError, match=r"alpha must be between 0 and 1, found 0"):
        DisplacementParameters(alpha=0)
