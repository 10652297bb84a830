from datetime import date

import numpy as np
import pytest

from models.calendar import to_day_number
from models.count_periods import CountSeries
from models.dispersion import dispersion
from models.farrington import FarringtonParameters, farrington
from models.mann_kendall import mann_kendall, seasonal_mann_kendall
from models.poisson_e_test import poisson_e_test
from models.rate_ratio import rate_ratio
from models.series_trend import SeriesTrendError, SeriesTrendParameters, days_of, series_trend

MONDAY = to_day_number(date(2019, 1, 7))


def weekly(counts) -> CountSeries:
    values = np.asarray(counts, dtype=np.float64)
    return CountSeries("week", MONDAY + 7 * np.arange(len(values), dtype=np.int64), values)


def monthly(counts, year=2020) -> CountSeries:
    firsts = [to_day_number(date(year + m // 12, m % 12 + 1, 1)) for m in range(len(counts))]
    return CountSeries("month", np.array(firsts, dtype=np.int64), np.asarray(counts, dtype=np.float64))


def poisson(mean, n, seed=1):
    return np.random.default_rng(seed).poisson(mean, n)


def test_compares_with_just_before_and_a_year_earlier():
    counts = poisson(10, 130)
    found = series_trend(weekly(counts))
    before, year = found.comparisons
    assert (before.periods_back, year.periods_back) == (13, 52)
    assert (before.before, before.after) == (counts[-26:-13].sum(), counts[-13:].sum())
    assert year.before == counts[-65:-52].sum()
    factor = found.spread.factor
    expected = rate_ratio(before.before / factor, before.after / factor, before_exposure=91, after_exposure=91)
    assert before.ratio == expected
    assert before.e_test == poisson_e_test(before.before, before.after, before_exposure=91, after_exposure=91)


def test_months_have_their_lengths():
    found = series_trend(monthly([5] * 14), SeriesTrendParameters(last=2))
    assert days_of(found.series).tolist()[:3] == [31, 29, 31]
    assert days_of(found.series)[-2:].tolist() == [31, 28]
    before, year = found.comparisons
    assert (before.before_days, before.after_days) == (30 + 31, 31 + 28)
    assert (year.before_days, year.after_days) == (31 + 29, 31 + 28)
    assert year.ratio.ratio == pytest.approx(60 / 59)


def test_a_span_longer_than_a_year_goes_back_as_many_years_as_it_needs():
    (only,) = series_trend(weekly(poisson(3, 200)), SeriesTrendParameters(last=60)).comparisons
    assert only.periods_back == 104


@pytest.mark.parametrize(("late", "trend"), [(20, "stigning"), (4, "fald"), (10, "ingen klar ændring"), (0.2, "fald")])
def test_classes_go_by_the_interval(late, trend):
    found = series_trend(weekly([*poisson(10, 117), *poisson(late, 13, 3)]))
    assert [c.trend for c in found.comparisons] == [trend, trend]
    sides = [c.ratio.lower > 1 or c.ratio.upper < 1 for c in found.comparisons]
    assert all(sides) == (trend in {"fald", "stigning"})


def test_few_incidents_say_nothing_and_parts_of_incidents_have_no_e_test():
    few = series_trend(weekly([0, 0, 1, 0] * 30), SeriesTrendParameters(last=13))
    assert {c.trend for c in few.comparisons} == {"for få data"}
    parts = series_trend(weekly(poisson(4, 60) + 0.25))
    assert parts.comparisons[0].e_test is None
    assert parts.comparisons[0].ratio.p <= 1


def test_bursts_are_no_news():
    rng = np.random.default_rng(5)
    bursts = rng.poisson(rng.gamma(10 / 3, 3, 143))
    found = series_trend(weekly(bursts))
    assert found.spread.factor > 2
    calm = series_trend(weekly(poisson(10, 143, 5)))
    widths = [s.comparisons[0].ratio.upper / s.comparisons[0].ratio.lower for s in (found, calm)]
    assert widths[0] > 1.5 * widths[1]


def test_dispersion_is_that_of_blocks_as_long_as_the_periods_where_there_are_enough():
    # Runs of good and bad quarters that single weeks hardly show.
    quarters = np.repeat([6.0, 14.0, 9.0, 4.0, 15.0, 7.0, 12.0, 5.0, 13.0], 13)
    found = series_trend(weekly(quarters))
    history = quarters[:-13]
    assert found.spread == dispersion(history.reshape(8, 13).sum(axis=1)[None])
    assert found.period_spread == dispersion(history[None])
    assert found.spread.factor > 5 * found.period_spread.factor


def test_trend_is_seasonal_from_two_years_and_serial_from_ten():
    wave = np.tile([3, 5, 9, 4], 50)
    short = series_trend(weekly(wave[:90]))
    assert (short.seasons, short.mann_kendall) == (1, mann_kendall(wave[:90].astype(float)))
    two = series_trend(weekly(wave[:110]))
    assert (two.seasons, two.mann_kendall) == (52, seasonal_mann_kendall(wave[:110].astype(float), seasons=52))
    counts = poisson(20, 125)
    ten = series_trend(monthly(counts))
    expected = seasonal_mann_kendall(counts[5:].astype(float), seasons=12, serial=True)
    assert (ten.seasons, ten.mann_kendall) == (12, expected)


def test_cusum_finds_a_shift_and_since_when():
    found = series_trend(weekly([*poisson(6, 104), *poisson(6, 5, 2), *poisson(14, 8, 3)]))
    rise, fall = found.watches
    assert (rise.side, fall.side, rise.history) == ("rise", "fall", 104)
    assert not fall.cusum.alarm.any()
    first = int(np.flatnonzero(rise.cusum.alarm)[0])
    assert 5 <= first <= 8
    assert abs(int(rise.cusum.since[first]) - 5) <= 3
    falling = series_trend(weekly([*poisson(8, 104), *poisson(2, 13, 3)]))
    assert falling.watches[1].cusum.alarm.any()
    assert not falling.watches[0].cusum.alarm.any()


def test_farrington_takes_as_many_years_as_there_are_and_the_calendar():
    counts = poisson(6, 240, 4)
    counts[-3] = 25
    found = series_trend(weekly(counts))
    expected = farrington(counts.astype(float), judged=13, first_day=MONDAY, parameters=FarringtonParameters(years=4))
    assert found.farrington is not None
    assert found.farrington.upper.tolist() == expected.upper.tolist()
    assert found.farrington.alarm[-3]


def test_says_what_a_series_is_too_short_or_sparse_for():
    found = series_trend(monthly([0, 0, 0, 1, 0, 0, 0]))
    assert found.comparisons[0].trend == "for få data"
    assert found.farrington is None
    assert found.watches == ()
    said = " ".join(found.reasons)
    assert "the dispersion needs an area with 1 incident per period, found at most 0.25" in said
    assert "no comparison with a year earlier: it needs 15 months, found 7" in said
    assert "no CUSUM: it needs 8 months of history, found 4" in said
    assert "it needs counts per week, found them per month" in said
    empty = series_trend(weekly(np.zeros(200)))
    assert "no CUSUM: a CUSUM needs a history with an incident, found none in 156 periods" in empty.reasons
    assert "no Farrington test: no week had five incidents in it and the three before" in empty.reasons
    with pytest.raises(SeriesTrendError, match="the last 13 weeks needs as many before them, found 20 in all"):
        series_trend(weekly(np.ones(20)))
