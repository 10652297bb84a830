from math import log, sqrt

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from models.net_rate_ratio import Tables, net_rate_ratios
from models.parameter_limits import ParameterError
from models.poisson_did import DidError, did_z, poisson_did

TWO = np.array([True, False])
positive = st.integers(1, 200)
tables = st.tuples(positive, positive, positive, positive).map(lambda t: np.array(t, dtype=float).reshape(2, 2))


def glm(counts, treated, periods_before, **scale):
    """Areas, periods and their interaction as dummies; the last coefficient is that of treatment."""
    areas, periods = counts.shape
    area = np.repeat(np.eye(areas), periods, axis=0)
    period = np.tile(np.eye(periods)[:, 1:], (areas, 1))
    after = np.tile(np.arange(periods) >= periods_before, areas)
    x = np.column_stack([area, period, np.repeat(treated, periods) & after]).astype(float)
    # A saturated model leaves no residuals, of which statsmodels divides the sum by zero.
    with np.errstate(divide="ignore", invalid="ignore"):
        return sm.GLM(counts.ravel(), x, family=sm.families.Poisson()).fit(tol=1e-12, **scale)


def panel(seed, factor, areas=5, periods=9):
    rng = np.random.default_rng(seed)
    mean = np.outer(rng.uniform(3, 20, areas), rng.uniform(0.6, 1.6, periods))
    rates = rng.gamma(mean / (factor - 1), factor - 1) if factor > 1 else mean
    return rng.poisson(rates).astype(np.float64)


@pytest.mark.filterwarnings("ignore:Perfect separation")
@settings(max_examples=30)
@given(counts=tables)
def test_two_by_two_equals_the_interaction_of_statsmodels(counts):
    model, found = glm(counts, TWO, 1), poisson_did(counts, treated=TWO, periods_before=1)
    assert log(found.ratio) == pytest.approx(model.params[-1], abs=1e-6)
    assert found.standard_error == pytest.approx(model.bse[-1], rel=1e-6)
    assert [log(found.lower), log(found.upper)] == pytest.approx(model.conf_int()[-1], abs=1e-6)
    assert found.p == pytest.approx(model.pvalues[-1], abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("treated", [[1, 0, 0, 0, 0], [1, 0, 1, 0, 1]])
def test_a_panel_equals_the_model_with_all_effects(seed, treated):
    counts, which = panel(seed, 1.0), np.array(treated, dtype=bool)
    model, found = glm(counts, which, 6), poisson_did(counts, treated=which, periods_before=6)
    assert log(found.ratio) == pytest.approx(model.params[-1], abs=1e-6)
    assert found.standard_error == pytest.approx(model.bse[-1], rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_dispersion_equals_quasi_poisson_of_statsmodels(seed):
    counts, which = panel(seed, 3.0), np.array([True, False, True, False, False])
    model = glm(counts, which, 6, scale="X2")
    found = poisson_did(counts, treated=which, periods_before=6, overdispersed=True)
    assert found.dispersion.factor == pytest.approx(model.scale, rel=1e-6)
    assert found.dispersion.factor > 1
    assert found.dispersion.degrees_of_freedom == model.df_resid
    assert found.standard_error == pytest.approx(model.bse[-1], rel=1e-6)
    assert found.z == pytest.approx(model.tvalues[-1], rel=1e-6)


def test_counts_nearer_to_the_model_than_chance_count_as_chance():
    counts = np.outer([8.0, 4, 4], [5, 6, 5, 7])
    found = poisson_did(counts, treated=np.array([True, False, False]), periods_before=2, overdispersed=True)
    assert found.dispersion.factor == 1
    assert found.ratio == pytest.approx(1)


@settings(max_examples=30)
@given(counts=tables)
def test_same_ratio_as_the_exact_one(counts):
    (before, after), (control_before, control_after) = counts
    [exact] = net_rate_ratios(Tables(*np.array([[before], [after], [control_before], [control_after]])))
    assert poisson_did(counts, treated=TWO, periods_before=1).ratio == pytest.approx(exact.ratio)


@given(counts=tables)
def test_swapping_treated_and_control_turns_the_ratio_over(counts):
    found, turned = (poisson_did(counts, treated=who, periods_before=1) for who in (TWO, ~TWO))
    assert turned.ratio == pytest.approx(1 / found.ratio)
    assert turned.p == pytest.approx(found.p)


@given(counts=tables, factor=st.integers(2, 9))
def test_an_equal_change_of_all_areas_is_no_change(counts, factor):
    changed = counts * [1, factor]
    found, other = (poisson_did(c, treated=TWO, periods_before=1) for c in (counts, changed))
    assert other.ratio == pytest.approx(found.ratio)


@given(counts=tables, more=st.integers(1, 50))
def test_more_incidents_after_raise_the_ratio(counts, more):
    raised = counts + np.array([[0, more], [0, 0]])
    low, high = (poisson_did(c, treated=TWO, periods_before=1).ratio for c in (counts, raised))
    assert high > low


@given(counts=st.lists(st.lists(st.integers(1, 40), min_size=6, max_size=6), min_size=3, max_size=3))
def test_splitting_of_areas_and_periods_adds_up(counts):
    table, which = np.array(counts, dtype=float), np.array([True, False, False])
    joined = np.add.reduceat(np.add.reduceat(table, [0, 1], axis=0), [0, 4], axis=1)
    found = poisson_did(table, treated=which, periods_before=4)
    whole = poisson_did(joined, treated=TWO, periods_before=1)
    assert (found.ratio, found.standard_error) == pytest.approx((whole.ratio, whole.standard_error))


def test_z_for_placebos_is_defined_at_zero_counts():
    assert did_z(np.zeros(2), np.zeros(2)) == 0
    assert did_z(np.array([9, 5, 4]), np.array([0, 5, 4])) < -1.5
    by_hand = log(50.5 / 90.5) / sqrt(1 / 90.5 + 3 / 50.5)
    assert did_z(np.array([90, 50]), np.array([50, 50])) == pytest.approx(by_hand)


@pytest.mark.parametrize("place", range(4))
def test_refuses_a_sum_of_zero(place):
    counts = np.full(4, 5.0)
    counts[place] = 0
    where = ("the treated areas before", "the treated areas after", "the controls before", "the controls after")
    with pytest.raises(DidError, match=f"found none of {where[place]}"):
        poisson_did(counts.reshape(2, 2), treated=TWO, periods_before=1)


def test_refuses_a_dispersion_of_too_little():
    with pytest.raises(DidError, match="more than two areas or periods, found 2 areas and 2 periods"):
        poisson_did(np.full((2, 2), 5.0), treated=TWO, periods_before=1, overdispersed=True)
    with pytest.raises(DidError, match=r"1 incident per area and period on average, found 0\.5: take longer periods"):
        poisson_did(np.tile([1.0, 0.0], (2, 4)), treated=TWO, periods_before=4, overdispersed=True)


@pytest.mark.parametrize(
    ("counts", "treated", "periods_before", "sentence"),
    [
        (np.ones((2, 2)), TWO, 2, "periods_before must be less than the 2 periods given, found 2"),
        (np.ones((2, 2)), np.array([True]), 1, r"treated must have shape \(2,\)"),
        (np.ones((2, 2)), np.array([True, True]), 1, "some as controls"),
        (np.array([[1, -1.0], [1, 1]]), TWO, 1, "counts must not be negative, found -1"),
    ],
)
def test_refuses_shapes_that_do_not_fit(counts, treated, periods_before, sentence):
    with pytest.raises(ParameterError, match=sentence):
        poisson_did(counts, treated=treated, periods_before=periods_before)
