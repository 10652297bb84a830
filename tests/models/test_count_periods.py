from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import to_date, to_day_number
from models.count_periods import CountPeriodsError, CountSeries, count_series, summed

starts = st.dates(date(2019, 1, 1), date(2027, 12, 31))


def daily(first, days, seed=1):
    counts = np.random.default_rng(seed).poisson(2, days).astype(np.float64)
    return CountSeries("day", to_day_number(first) + np.arange(days, dtype=np.int64), counts)


@given(first=starts, days=st.integers(70, 500))
def test_weeks_and_months_hold_the_days_of_whole_ones(first, days):
    series = daily(first, days)
    by_day = dict(zip(series.first_day.tolist(), series.counts.tolist(), strict=True))
    for period in ("week", "month"):
        found = summed(series, period)
        for start, count in zip(found.first_day.tolist(), found.counts.tolist(), strict=True):
            began = to_date(start)
            if period == "week":
                assert began.weekday() == 0
                inside = range(start, start + 7)
            else:
                assert began.day == 1
                inside = range(start, to_day_number((began + timedelta(days=31)).replace(day=1)))
            assert count == sum(by_day[day] for day in inside)
        left_out = found.first_day[0] - series.first_day[0]
        assert 0 <= left_out < (7 if period == "week" else 31)


@given(first=starts, n=st.integers(3, 40), step=st.sampled_from([1, 7]), seed=st.integers(0, 9))
def test_any_order_gives_the_series_and_a_gap_is_named(first, n, step, seed):
    rng = np.random.default_rng(seed)
    days = to_day_number(first) + step * np.arange(n, dtype=np.int64)
    counts, order = rng.poisson(3, n).astype(np.float64), rng.permutation(n)
    found = count_series(days[order], counts[order])
    assert (found.period, found.counts.tolist()) == ({1: "day", 7: "week"}[step], counts.tolist())
    if n >= 5:
        kept = np.delete(np.arange(n), 2)
        with pytest.raises(CountPeriodsError, match=f"no row for {to_date(int(days[2]))}"):
            count_series(days[kept], counts[kept])
        filled = count_series(days[kept], counts[kept], missing_as_zero=True)
        assert filled.counts.tolist() == [*counts[:2].tolist(), 0.0, *counts[3:].tolist()]


def test_months_begin_on_the_first_and_may_be_missing():
    months = np.array([to_day_number(date(2024, m, 1)) for m in (1, 2, 4, 5)])
    with pytest.raises(CountPeriodsError, match="the counts per month have no row for 2024-03-01"):
        count_series(months, np.ones(4))
    assert count_series(months, np.ones(4), missing_as_zero=True).counts.tolist() == [1, 1, 0, 1, 1]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: count_series(np.array([5]), np.ones(1)), "more than one period, found 1"),
        (lambda: count_series(np.array([0, 14, 28]), np.ones(3)), "found periods 14 days apart"),
        (lambda: count_series(np.array([0, 3, 6]), np.ones(3)), "found periods 3 days apart"),
        (lambda: count_series(np.array([0, 7, 15]), np.ones(3)), "found periods 7 days apart"),
        (lambda: summed(daily(date(2026, 3, 3), 9), "week"), "the 9 days from 2026-03-03 on hold no whole week"),
        (
            lambda: summed(count_series(np.array([0, 7]), np.ones(2)), "day"),
            "counts per week cannot be counted per day",
        ),
    ],
)
def test_what_cannot_be_used_is_one_sentence(call, sentence):
    with pytest.raises(CountPeriodsError, match=sentence):
        call()
