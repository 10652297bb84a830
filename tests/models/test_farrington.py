import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from models.calendar import to_day_number
from models.farrington import Farrington, FarringtonError, FarringtonParameters, farrington, weeks_needed
from models.parameter_limits import ParameterError

SERIES = Path(__file__).parents[3] / "shared/data/reference/weekly-counts"
here = pytest.mark.skipif(not SERIES.exists(), reason="the weekly counts of R's surveillance lie beside the repository")

AS_PUBLISHED = FarringtonParameters(estimation_error=False)
FOUR_YEARS = FarringtonParameters(years=4, estimation_error=False)
OTHER = FarringtonParameters(
    years=4, half_window=2, seasons=5, weeks_left_out=20, weights_above=1, level=0.005, estimation_error=False
)
# R surveillance 1.20.3, farringtonFlexible with thresholdMethod nbPlugin and its regressions run to 1e-12 (by default
# they stop at 1e-8, up to 5e-5 away): week from 0, expected, dispersion, slope, upper, p.
FROM_R = {
    ("salmonella_agona_weekly.csv", FOUR_YEARS, None): """
        272 0.8829080 1.531195 -0.005351113 5 0.5074416
        285 2.1096617 1.588020 -0.003926566 8 0.8097251
        291 3.4855871 1.580401 -0.001478596 10 0.2879926
        297 4.8522471 1.404852 0.000222525 12 0.9242548
        303 3.7688425 1.353965 0.000734907 10 0.4962084
        309 2.6563954 1.225811 0.002104658 8 0.7112922""",
    ("salmNewport_weekly.csv", AS_PUBLISHED, None): """
        423 0.9307375 1.130059 -0.002856992 4 0.0055065
        444 2.1119567 1.636609 -0.001166625 8 0.3417553
        459 3.4959556 1.751550 0.000298274 11 0.0700585
        485 1.8216347 1.773337 0.000727321 8 0.2791899
        507 3.1219431 1.627719 0.001052565 10 0.5454395
        523 2.0156628 1.582919 0.000840200 8 0.5355180""",
    ("salmNewport_weekly.csv", AS_PUBLISHED, date(2004, 1, 5)): """
        423 0.9730066 1.177730 -0.003021164 4 0.0076402
        444 1.9586112 1.665732 -0.001341917 8 0.3086769
        459 3.5054348 1.757935 0.000202489 11 0.0708941
        485 1.7361165 1.696408 0.000763801 7 0.2616688
        507 2.9174836 1.582396 0.001041700 9 0.5100011
        523 2.0744885 1.546469 0.000715691 8 0.5525845""",
    ("salmNewport_weekly.csv", OTHER, None): """
        423 0.5602348 1.000000 -0.003044626 3 0.0002893
        426 0.5168693 1.000000 -0.003277649 3 0.0019739
        459 5.5212924 1.478520 0.002265220 15 0.2245760
        485 2.0874882 1.742868 0.002879644 9 0.3345225
        507 2.9420955 1.660592 0.001599824 11 0.5096396
        523 2.3924795 1.549854 0.000739301 9 0.6220059""",
}


def weekly(name: str) -> np.ndarray:
    with (SERIES / name).open(newline="", encoding="utf-8") as file:
        return np.array([float(row["observed"]) for row in csv.DictReader(file)])


def poisson(mean: float | np.ndarray, weeks: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, weeks).astype(np.float64)


def judge(counts: np.ndarray, judged: int = 1, **chosen: object) -> Farrington:
    return farrington(counts, judged=judged, parameters=FarringtonParameters(**chosen))


@here
@pytest.mark.parametrize(("name", "parameters", "first"), FROM_R, ids=["agona", "newport", "calendar", "other"])
def test_equals_surveillance(name, parameters, first):
    counts = weekly(name)
    expected = np.array([line.split() for line in FROM_R[name, parameters, first].split("\n")[1:]], dtype=np.float64)
    judged = len(counts) - int(expected[0, 0])
    found = farrington(counts, judged=judged, first_day=to_day_number(first) if first else None, parameters=parameters)
    at = expected[:, 0].astype(int) - found.week[0]
    np.testing.assert_allclose(found.expected[at], expected[:, 1], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.dispersion[at], expected[:, 2], rtol=0, atol=3e-6)
    np.testing.assert_allclose(found.slope[at], expected[:, 3], rtol=0, atol=1e-8)
    assert found.upper[at].tolist() == expected[:, 4].tolist()
    np.testing.assert_allclose(found.p[at], expected[:, 5], rtol=0, atol=1e-6)
    assert found.alarm[at].tolist() == (counts[found.week[at]] > expected[:, 4]).tolist()


def test_without_seasons_trend_or_weights_it_is_statsmodels_quasi_poisson():
    """One level: the seven weeks around the same week of each year, in a regression on time alone."""
    counts = poisson(8, 300, 2)
    found = judge(counts, years=4, seasons=1, weights_above=100.0, weeks_left_out=26, estimation_error=False)
    weeks = np.concatenate([np.arange(at - 3, at + 4) for at in (299 - 52 * np.arange(4, 0, -1))])
    design = sm.add_constant((weeks - weeks[0]).astype(float))
    model = sm.GLM(counts[weeks], design, family=sm.families.Poisson()).fit(scale="X2", tol=1e-13)
    assert found.expected[0] == pytest.approx(model.predict([[1.0, 299 - weeks[0]]])[0], abs=1e-8)
    assert found.slope[0] == pytest.approx(model.params[1], abs=1e-9)
    assert found.dispersion[0] == pytest.approx(max(1, model.scale), abs=1e-7)
    # The trend stays where its t-test says so, at just this p.
    slope_p = sm.GLM(counts[weeks], design, family=sm.families.Poisson()).fit(scale="X2", use_t=True).pvalues[1]
    for limit, kept in ((slope_p * 1.001, True), (slope_p * 0.999, False)):
        again = judge(counts, years=4, seasons=1, weights_above=100.0, trend_p=limit)
        assert np.isnan(again.slope[0]) != kept


def test_a_trend_is_left_out_where_it_expects_more_than_was_ever_seen_and_below_three_years():
    steep = np.round(np.exp(np.linspace(0, 4, 330)))
    assert np.isnan(judge(steep).slope[0])
    level = poisson(6, 330, 3)
    assert np.isnan(judge(level, years=2).slope[0])
    assert np.isfinite(judge(level, years=3).slope[0])


def test_an_earlier_outbreak_hardly_raises_what_is_expected():
    calm = poisson(5, 330, 4)
    outbreak = calm.copy()
    outbreak[329 - 104 - 1 : 329 - 104 + 2] = 60
    weighted = judge(outbreak).expected[0] - judge(calm).expected[0]
    plain = judge(outbreak, weights_above=1e6).expected[0] - judge(calm, weights_above=1e6).expected[0]
    assert 0 < weighted < plain / 2


def test_a_rise_under_way_is_not_its_own_expectation_and_alarms():
    counts = poisson(5, 330, 5)
    counts[-10:] += 15
    found = judge(counts, judged=8)
    assert found.alarm.all()
    assert found.expected.max() < 9
    assert (found.p <= 0.01).all()


def test_few_cases_are_not_judged():
    counts = poisson(0.2, 330, 6)
    counts[-4:] = [0, 1, 0, 3]
    found = judge(counts)
    assert np.isnan(found.upper[0])
    assert (found.p[0], found.alarm[0]) == (1.0, False)
    counts[-4:] = [0, 1, 0, 4]
    assert judge(counts).alarm[0]


def test_the_error_of_the_mean_makes_alarms_rarer():
    counts = poisson(5, 330, 7)
    with_error, without = judge(counts, judged=20), judge(counts, judged=20, estimation_error=False)
    assert (with_error.upper >= without.upper).all()
    assert with_error.upper.sum() > without.upper.sum()


def test_the_same_week_of_the_calendar_around_a_leap_day():
    counts = poisson(5, 330, 8)
    for last in (date(2024, 2, 29), date(2024, 12, 30), date(2026, 1, 1)):
        first_day = to_day_number(last) - 7 * 329
        assert np.isfinite(farrington(counts, judged=2, first_day=first_day).upper).all()


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda: farrington(np.ones(200), judged=4),
            FarringtonError,
            "5 years back from 4 weeks need at least 270 weeks of counts, found 200",
        ),
        (lambda: farrington(np.full(300, -1.0), judged=1), ParameterError, "counts must not be negative, found -1"),
        (lambda: farrington(np.full(300, np.nan), judged=1), ParameterError, "counts must hold finite numbers"),
        (lambda: FarringtonParameters(seasons=50), ParameterError, "seasons must be at most 46 with this half_window"),
        (lambda: FarringtonParameters(level=0), ParameterError, "level must be between 0 and 1, found 0"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


def test_the_first_week_needs_no_more_than_is_asked_for():
    counts = poisson(5, 1 + weeks_needed(AS_PUBLISHED), 9)
    for first in range(7):
        assert np.isfinite(farrington(counts, judged=1, first_day=14_000 + 53 * first).upper).all()
