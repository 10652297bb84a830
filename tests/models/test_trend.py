from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.multiple_testing import benjamini_hochberg
from models.panel import ALL_CATEGORIES
from models.parameter_limits import ParameterError
from models.rate_ratio import rate_ratio
from models.trend import TrendParameters, trend_table

FIRST_DAY = 18_000
DAYS = 2 * 364
UNTIL = FIRST_DAY + DAYS


def daily(*areas):
    """Areas x days x categories from (first year, second year) incidents per day of each category."""
    per_day = np.array(areas, dtype=np.float64)  # areas, categories, years
    return np.repeat(per_day.transpose(0, 2, 1), 364, axis=1)


def trends_of(counts, *, until=UNTIL, **parameters):
    return trend_table(counts, first_day=FIRST_DAY, complete_until_day=until, parameters=TrendParameters(**parameters))


def row(table, area, category, days):
    (found,) = [t for t in table.trends if (t.area, t.category, t.window_days) == (area, category, days)]
    return found


def test_windows_are_the_same_weeks_a_year_before():
    table = trends_of(daily([(1, 1)]))
    assert table.windows == (
        ((UNTIL - 91 - 364, UNTIL - 364), (UNTIL - 91, UNTIL)),
        ((UNTIL - 728, UNTIL - 364), (UNTIL - 364, UNTIL)),
    )
    assert trends_of(daily([(1, 1)]), windows_days=(400,)).windows == (
        ((UNTIL - 400 - 728, UNTIL - 728), (UNTIL - 400, UNTIL)),
    )


def test_classes():
    table = trends_of(daily([(1, 0.5), (0.3, 0.31)], [(1, 1.6), (0.01, 0.01)]))
    assert row(table, 0, 0, 364).trend == "fald"
    assert row(table, 0, 1, 364).trend == "ingen klar ændring"
    assert row(table, 1, 0, 364).trend == "stigning"
    assert row(table, 1, 1, 364).trend == "for få data"
    assert row(table, 1, ALL_CATEGORIES, 364).trend == "stigning"


def test_figures_of_a_row():
    table = trends_of(daily([(1, 0.5), (0.25, 0.25)], [(2, 2), (0.5, 1)]))
    found = row(table, 0, 0, 91)
    assert (found.before, found.after) == (91, 45.5)
    assert found.ratio == rate_ratio(91, 45.5)
    total = row(table, 0, ALL_CATEGORIES, 91)
    assert (total.before, total.after) == (91 * 1.25, 91 * 0.75)


def test_q_is_adjusted_over_the_rows_of_one_window_length():
    rng = np.random.default_rng(2)
    table = trends_of(rng.poisson(0.3, (4, DAYS, 3)).astype(np.float64))
    for days in (91, 364):
        rows = [t for t in table.trends if t.window_days == days]
        assert len(rows) == 4 * 4
        expected = benjamini_hochberg(np.array([t.ratio.p for t in rows]))
        np.testing.assert_allclose([t.q for t in rows], expected)


def test_rows_come_by_window_area_and_category():
    table = trends_of(daily([(1, 1), (1, 1)], [(1, 1), (1, 1)]))
    assert [(t.window_days, t.area, t.category) for t in table.trends] == [
        (days, area, category) for days in (91, 364) for area in (0, 1) for category in (ALL_CATEGORIES, 0, 1)
    ]


def test_a_window_that_reaches_back_before_the_data_says_nothing():
    table = trends_of(daily([(1, 0.1)])[:, :-1], until=UNTIL - 1)
    assert row(table, 0, 0, 91).trend == "fald"
    uncovered = row(table, 0, 0, 364)
    assert uncovered.trend == "for få data"
    assert isnan(uncovered.ratio.ratio)
    assert uncovered.q == 1


def test_data_younger_than_their_delay_say_nothing():
    table = trends_of(daily([(1, 1)])[:, :2], until=FIRST_DAY - 1)
    assert {t.trend for t in table.trends} == {"for få data"}


def test_one_large_count_is_enough_to_say_something():
    assert row(trends_of(daily([(0, 0.1)])), 0, 0, 364).trend == "stigning"
    assert row(trends_of(daily([(0, 0.01)])), 0, 0, 364).trend == "for få data"


def test_chance_alone_rarely_gives_a_trend():
    rng = np.random.default_rng(6)
    tables = [trends_of(rng.poisson(0.2, (6, DAYS, 3)).astype(np.float64), windows_days=(91,)) for _ in range(500)]
    wrong = [any(t.trend in ("fald", "stigning") for t in table.trends) for table in tables]
    assert np.mean(wrong) <= 0.05


@given(st.integers(0, 2**32 - 1))
def test_a_trend_points_where_its_interval_lies(seed):
    rng = np.random.default_rng(seed)
    rates = rng.gamma(0.5, 1.0, (3, 1, 2)) * np.repeat(rng.gamma(2, 0.5, (3, 2, 2)), 364, axis=1)
    for trend in trends_of(rng.poisson(rates).astype(np.float64)).trends:
        assert trend.q >= trend.ratio.p - 1e-12
        if trend.trend == "fald":
            assert trend.ratio.upper < 1
        if trend.trend == "stigning":
            assert trend.ratio.lower > 1


def test_refuses_what_cannot_be_used():
    with pytest.raises(ParameterError, match="complete_until_day must be at most 18728, found 18729"):
        trends_of(daily([(1, 1)]), until=UNTIL + 1)
    with pytest.raises(ParameterError, match=r"windows_days must be a list of whole numbers, found \(\)"):
        TrendParameters(windows_days=())
    with pytest.raises(ParameterError, match="windows_days must be a whole number of at least 1, found 0"):
        TrendParameters(windows_days=(91, 0))
