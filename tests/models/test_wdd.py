from dataclasses import astuple

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from models.dispersion import Dispersion
from models.parameter_limits import ParameterError
from models.wdd import (
    MIN_EFFECTIVE_INCIDENTS,
    WeightedCounts,
    running_wdd,
    wdd,
    wdd_of,
    wdd_parts,
    wdd_shared_control,
    wdd_z,
    with_harm,
)

counts = st.tuples(st.integers(0, 500), st.integers(0, 500))
four = st.tuples(counts, counts, counts, counts)
PUBLISHED = ((207, 110), (308, 318), (178, 157), (150, 140))


def test_published_example():
    """Wheeler & Ratcliffe (2018), table 2."""
    found = wdd(*PUBLISHED)
    assert found.estimate == -118
    assert found.standard_error == pytest.approx(39.598, abs=5e-4)
    assert (round(found.lower), round(found.upper)) == (-196, -40)
    assert found.z == pytest.approx(-2.98, abs=5e-3)
    assert found.p == pytest.approx(0.00288, abs=5e-6)
    assert found.enough


def test_areas_of_unequal_size_as_published():
    """ptools 2.0.0, tests/testthat/test-wdd.R, "Area Weights" (its order is control, treated, …)."""
    found = wdd(*PUBLISHED, area_sizes=(1.2, 0.9, 1.5, 1.6))
    expected = (-99.69444444, 35.4280755, -169.1321965, -30.25669241, -2.813995483)
    assert astuple(found)[:5] == pytest.approx(expected, rel=1e-8)


def test_periods_of_unequal_length_as_published():
    """ptools 2.0.0, tests/testthat/test-wdd.R, "Time Weights": two years before, one after."""
    found = wdd((80, 20), (100, 50), days=(2, 1))
    assert found.estimate == pytest.approx(-20, abs=1e-12)
    assert found.standard_error == pytest.approx(np.sqrt(115))


def test_a_small_published_example():
    """README of ptools: 90 % interval."""
    found = wdd((20, 10), (20, 20), confidence=0.9)
    assert astuple(found)[:5] == pytest.approx((-10, 8.366600, -23.761833, 3.761833, -1.195229), abs=5e-7)


def test_harm_is_the_weighted_sum_of_the_types():
    """The three types of ``wdd_harm`` in the manual of ptools 2.0.0: WDDs -10, -5 and -30 with variances 70, 105
    and 230, harms 10, 5 and 1."""
    types = [WeightedCounts.of(*areas) for areas in (((20, 10), (20, 20)), ((25, 20), (30, 30)), ((70, 20), (80, 60)))]
    found = wdd_of(with_harm(types, (10, 5, 1)))
    assert found.estimate == 10 * -10 + 5 * -5 + -30
    assert found.standard_error == pytest.approx(np.sqrt(100 * 70 + 25 * 105 + 230))


def test_parts_as_published():
    """Wheeler & Ratcliffe (2018), table 2: the halves add up, and so do their variances."""
    parts = wdd_parts(WeightedCounts.of(*PUBLISHED))
    assert (parts.local.estimate, parts.displacement.estimate, parts.total.estimate) == (-107, -11, -118)
    assert parts.local.standard_error**2 + parts.displacement.standard_error**2 == pytest.approx(1568)


@pytest.mark.filterwarnings("ignore:Perfect separation", "ignore:The Identity link")
def test_equals_the_interaction_of_an_identity_link_model():
    """The WDD of two areas is the interaction of a Poisson model with identity link, which is saturated."""
    y = np.array([80, 50, 60, 66.0])
    treated, after = np.array([1, 1, 0, 0.0]), np.array([0, 1, 0, 1.0])
    x = np.column_stack([np.ones(4), treated, after, treated * after])
    family = sm.families.Poisson(sm.families.links.Identity())
    with np.errstate(divide="ignore", invalid="ignore"):
        model = sm.GLM(y, x, family=family).fit(start_params=[60, 20, 5, -30])
    found = wdd((80, 50), (60, 66))
    assert found.estimate == pytest.approx(model.params[3], abs=1e-6)
    assert found.standard_error == pytest.approx(model.bse[3], rel=1e-6)
    assert found.p == pytest.approx(model.pvalues[3], rel=1e-6)


def test_a_narrower_confidence_is_a_narrower_interval():
    found = wdd((207, 110), (308, 318), confidence=0.9)
    assert found.upper - found.estimate == pytest.approx(1.6448536269514722 * found.standard_error)


def test_weights_scale_counts_and_their_variance():
    found = wdd((20, 10), (30, 30), (10, 15), (5, 5), weights=(3, 1, 2, 1))
    assert found.estimate == 3 * -10 + 2 * 5
    assert found.standard_error == pytest.approx(np.sqrt(9 * 30 + 60 + 4 * 25 + 10))


def test_dispersion_widens_the_interval_and_takes_students_t():
    plain, wide = wdd(*PUBLISHED), wdd(*PUBLISHED, dispersion=Dispersion(2.25, 11))
    assert wide.estimate == plain.estimate
    assert wide.standard_error == pytest.approx(1.5 * plain.standard_error)
    # The 97.5 % point of t with 11 degrees of freedom, from its tables.
    assert wide.upper - wide.estimate == pytest.approx(2.201 * wide.standard_error, rel=1e-4)
    assert wide.p > 2 * plain.p


def test_no_incidents_at_all():
    found = wdd((0, 0), (0, 0))
    assert (found.estimate, found.standard_error, found.z, found.p) == (0, 0, 0, 1)
    assert not found.enough


def test_incidents_of_equal_weight_are_effective_one_by_one():
    assert wdd(*PUBLISHED).effective_incidents == pytest.approx(1568)
    assert wdd((8, 7), (7, 8)).effective_incidents == pytest.approx(MIN_EFFECTIVE_INCIDENTS)
    # One incident that weighs like 28 outweighs the many.
    assert wdd((56, 50), (1, 1), weights=(1, 28, 1, 1)).effective_incidents < 3


def test_a_short_period_without_incidents_is_not_certain():
    """60 and 20 in a year, none in the week after: chance has it so in one of five weeks."""
    found = wdd((60, 0), (20, 0), days=(364, 7))
    assert found.p < 0.001
    assert found.effective_incidents < 2
    assert not found.enough


@given(areas=four, size=st.floats(0.1, 20), length=st.floats(0.1, 20))
def test_units_of_area_and_time_do_not_change_what_is_found(areas, size, length):
    plain = wdd(*areas)
    scaled = wdd(*areas, area_sizes=(size, size, size, size), days=(length, length))
    assert scaled.estimate == pytest.approx(plain.estimate / size, abs=1e-9)
    assert scaled.z == pytest.approx(plain.z, abs=1e-9)
    assert scaled.effective_incidents == pytest.approx(plain.effective_incidents)


@given(areas=four)
def test_swapping_area_and_control_turns_the_sign(areas):
    treated, control, displaced, displaced_control = areas
    found, turned = wdd(*areas), wdd(control, treated, displaced_control, displaced)
    assert turned.estimate == -found.estimate
    assert turned.p == pytest.approx(found.p)


@given(areas=four, more=st.integers(0, 200))
def test_an_equal_change_of_area_and_control_is_no_change(areas, more):
    (b, a), (cb, ca), *rest = areas
    assert wdd((b, a + more), (cb, ca + more), *rest).estimate == wdd(*areas).estimate


@given(areas=four, more=st.integers(1, 200))
def test_more_incidents_after_raise_the_difference(areas, more):
    (b, a), *rest = areas
    assert wdd((b, a + more), *rest).estimate == wdd(*areas).estimate + more


@given(parts=st.lists(four, min_size=2, max_size=4))
def test_splitting_the_periods_adds_up(parts):
    whole = np.array(parts).sum(axis=0)
    found = wdd(*(tuple(pair) for pair in whole.tolist()))
    each = [wdd(*part) for part in parts]
    assert found.estimate == pytest.approx(sum(part.estimate for part in each))
    assert found.standard_error**2 == pytest.approx(sum(part.standard_error**2 for part in each))


@given(parts=st.lists(four, min_size=1, max_size=4), factor=st.floats(0.1, 10))
def test_types_of_equal_harm_are_one_type(parts, factor):
    types = [WeightedCounts.of(*part) for part in parts]
    whole = wdd(*(tuple(pair) for pair in np.array(parts).sum(axis=0).tolist()))
    harmed = wdd_of(with_harm(types, [factor] * len(types)))
    assert harmed.estimate == pytest.approx(factor * whole.estimate, abs=1e-9)
    assert harmed.z == pytest.approx(whole.z, abs=1e-9)


@given(treated=counts, displaced=counts, control=counts, a=st.floats(0, 3), b=st.floats(0, 3))
def test_a_shared_control_is_one_control_of_both_weights(treated, displaced, control, a, b):
    shared = wdd_shared_control(treated, displaced, control, treated_scale=a, displaced_scale=b)
    plain = wdd(treated, control, displaced, weights=(1, a + b, 1, 1))
    assert shared.estimate == pytest.approx(plain.estimate, abs=1e-9)
    assert shared.standard_error == pytest.approx(plain.standard_error)
    assert shared.lower <= shared.estimate <= shared.upper


@given(treated=counts, displaced=counts, control=counts)
def test_without_scale_the_control_plays_no_part(treated, displaced, control):
    found = wdd_shared_control(treated, displaced, control, treated_scale=0, displaced_scale=0)
    assert found == wdd(treated, (0, 0), displaced)


def test_interval_of_a_shared_control_covers_as_it_says():
    rng = np.random.default_rng(8)
    treated_rate, displaced_rate, control_rate, periods = 16.0, 5.0, 12.0, 4
    scales = {"treated_scale": treated_rate / control_rate, "displaced_scale": displaced_rate / control_rate}
    covered = 0
    for _ in range(2_000):
        before = rng.poisson(np.array([treated_rate, displaced_rate, control_rate]) * periods)
        after = rng.poisson([treated_rate - 10, displaced_rate + 10, control_rate])
        pairs = [(int(b), int(a)) for b, a in zip(before, after, strict=True)]
        found = wdd_shared_control(*pairs, **scales, before_periods=periods)
        covered += found.lower <= 0 <= found.upper
    assert 0.94 < covered / 2_000 < 0.965


series = st.lists(four.map(lambda pairs: [pair[0] for pair in pairs]), min_size=3, max_size=12)


@settings(max_examples=25)
@given(periods=series, data=st.data())
def test_a_running_wdd_is_the_wdd_of_each_length(periods, data):
    rows = np.array(periods, dtype=np.float64).T
    m = data.draw(st.integers(1, rows.shape[1] - 1))
    running = running_wdd(*rows, periods_before=m, rng=np.random.default_rng(1), dispersion=Dispersion(1.5, 9))
    for k in range(1, rows.shape[1] - m + 1):
        pairs = [(row[:m].sum(), row[m : m + k].sum()) for row in rows]
        found = wdd(*pairs, days=(m, k), dispersion=Dispersion(1.5, 9))
        names = ("estimate", "standard_error", "lower", "upper", "effective_incidents")
        expected = [getattr(found, name) for name in names]
        assert [getattr(running, name)[k - 1] for name in names] == pytest.approx(expected, abs=1e-8)
        assert running.enough[k - 1] == (running.effective_incidents[k - 1] >= MIN_EFFECTIVE_INCIDENTS)
        assert running.band_lower[k - 1] <= running.lower[k - 1] + 1e-8
        assert running.band_upper[k - 1] >= running.upper[k - 1] - 1e-8


def test_the_band_of_one_look_is_its_interval():
    found = running_wdd(np.array([9.0, 5]), np.array([7.0, 8]), periods_before=1, rng=np.random.default_rng(2))
    assert found.band_lower == pytest.approx(found.lower, rel=0.05)


def test_the_band_holds_for_a_whole_series():
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(300):
        found = running_wdd(*rng.poisson(14.0, (2, 24)).astype(np.float64), periods_before=12, rng=rng)
        inside += bool(np.all((found.band_lower <= 0) & (found.band_upper >= 0)))
    assert 0.91 < inside / 300 < 0.985


def test_the_band_of_quiet_areas_waits_for_enough_incidents():
    rng = np.random.default_rng(2)
    outside = np.zeros(2)
    for _ in range(300):
        found = running_wdd(*rng.poisson([[4.0], [1.0]], (2, 24)).astype(np.float64), periods_before=12, rng=rng)
        outside += [np.any((found.band_lower > 0) | (found.band_upper < 0)), found.outside.any()]
    assert outside[0] / 300 > 0.06
    assert outside[1] / 300 <= 0.06


def test_a_running_wdd_without_incidents_says_nothing():
    found = running_wdd(np.zeros(4), np.zeros(4), periods_before=2, rng=np.random.default_rng(1))
    assert found.estimate.tolist() == found.band_upper.tolist() == [0, 0]
    assert not found.enough.any()


def test_z_for_placebos_scales_the_controls_to_the_area():
    assert wdd_z(np.array([30, 60, 30]), np.array([30, 60, 30])) == 0
    assert wdd_z(np.array([30, 60, 30]), np.array([15, 60, 30])) < -1.9
    assert wdd_z(np.array([5, 0]), np.array([5, 0])) == 0


def test_refuses_what_cannot_be_counted():
    with pytest.raises(ParameterError, match="must not be negative, found -3"):
        wdd((10, 5), (7, -3))
    with pytest.raises(ParameterError, match="must be finite and must not be negative, found nan"):
        wdd((10, 5), (float("nan"), 3))
    with pytest.raises(ParameterError, match="confidence must be between 0 and 1, found 95"):
        wdd((10, 5), (7, 3), confidence=95)
    with pytest.raises(ParameterError, match="days must be a number greater than 0, found 0"):
        wdd((10, 5), (7, 3), days=(0, 28))
    with pytest.raises(ParameterError, match="area_sizes must be a number greater than 0, found -1"):
        wdd((10, 5), (7, 3), area_sizes=(1, -1, 1, 1))
    with pytest.raises(ParameterError, match="weights must be a number at least 0, found -1"):
        wdd((10, 5), (7, 3), weights=(1, -1, 1, 1))
    with pytest.raises(ParameterError, match="before_periods must be a whole number of at least 1, found 0"):
        wdd_shared_control((1, 1), (1, 1), (1, 1), treated_scale=1, displaced_scale=1, before_periods=0)
    with pytest.raises(ParameterError, match="harm needs one number for each of 1 crime types, found 2"):
        with_harm([WeightedCounts.of((1, 1), (1, 1))], (1, 2))
    with pytest.raises(ParameterError, match="harm needs one number"):
        with_harm([], ())


@pytest.mark.parametrize(
    ("treated", "control", "periods_before", "sentence"),
    [
        ([1, 2], [1, 2, 3], 1, "all areas need as many periods, found 2 and 3"),
        ([1, 2], [1, 2], 2, "periods_before must be less than the 2 periods given, found 2"),
        ([1, 2], [1, -2], 1, "counts must not be negative, found -2"),
        ([1, 2], [1, 2], 0, "periods_before must be a whole number of at least 1, found 0"),
    ],
)
def test_refuses_series_that_do_not_fit(treated, control, periods_before, sentence):
    with pytest.raises(ParameterError, match=sentence):
        running_wdd(
            np.array(treated, dtype=float),
            np.array(control, dtype=float),
            periods_before=periods_before,
            rng=np.random.default_rng(1),
        )
