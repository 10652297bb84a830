import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.empirical_bayes import empirical_bayes
from models.parameter_limits import ParameterError

PER_KM_AND_YEAR, SHAPE_PER_KM, KM = 2.41, 2.05, 1.8


@pytest.mark.parametrize(("counts", "per_km_year", "error"), [([12], 4.71, 1.19), ([12, 7, 8], 4.43, 0.80)])
def test_the_worked_examples_of_hauer_and_others_2002(counts, per_km_year, error):
    """A road of 1.8 km with 4,000 vehicles a day, one year and three years of accidents."""
    years = len(counts)
    factor = 1 + PER_KM_AND_YEAR * years / SHAPE_PER_KM
    found = empirical_bayes(sum(counts), PER_KM_AND_YEAR * KM * years, factor=factor)
    assert found.estimate / KM / years == pytest.approx(per_km_year, abs=0.005)
    assert found.standard_deviation / KM / years == pytest.approx(error, abs=0.005)


def test_it_is_the_posterior_of_gamma_levels():
    """Levels are gamma with the mean expected and variance (factor - 1) expected; counts Poisson."""
    rng, expected, factor = np.random.default_rng(1), 12.0, 1.6
    level = rng.gamma(expected / (factor - 1), factor - 1, 400_000)
    count = rng.poisson(level)
    for observed in (8, 12, 20):
        found = empirical_bayes(observed, expected, factor=factor)
        such = level[count == observed]
        assert such.mean() == pytest.approx(found.estimate, rel=0.01)
        assert such.std() == pytest.approx(found.standard_deviation, rel=0.03)


@given(st.floats(0, 1e4), st.floats(1e-3, 1e4), st.floats(1, 100))
def test_it_lies_between_the_count_and_what_was_expected(observed, expected, factor):
    found = empirical_bayes(observed, expected, factor=factor)
    assert min(observed, expected) * (1 - 1e-9) <= found.estimate <= max(observed, expected) * (1 + 1e-9)


def test_without_differences_between_levels_the_count_says_nothing():
    assert empirical_bayes(40, 10, factor=1).estimate == 10
    assert empirical_bayes(40, 10, factor=1).standard_deviation == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((-1, 10, 1), "observed must be a number at least 0, found -1"),
        ((1, 0, 1), "expected must be a number greater than 0"),
        ((1, 1, 0.9), "factor must be a number at least 1"),
    ],
)
def test_limits(values, said):
    observed, expected, factor = values
    with pytest.raises(ParameterError, match=said):
        empirical_bayes(observed, expected, factor=factor)
