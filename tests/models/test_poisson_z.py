from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, poisson
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from models.parameter_limits import ParameterError
from models.poisson_z import LEAST_EXPECTED, PoissonZError, poisson_z

counts = st.integers(40, 900)
exposures = st.sampled_from([(1.0, 1.0), (336.0, 364.0), (28.0, 56.0)])


@given(before=counts, after=counts, exposure=exposures)
def test_is_the_root_statistic_of_statsmodels(before, after, exposure):
    # Its variant adds 3/8 to both counts (Anscombe); given counts less 3/8, it is Bartlett's.
    expected = poisson_2indep(after - 0.375, exposure[1], before - 0.375, exposure[0], method="sqrt")
    found = poisson_z(before, after, before_exposure=exposure[0], after_exposure=exposure[1])
    assert (found.z, found.p) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-9)


@given(before=counts, after=counts)
def test_equal_exposures_are_the_short_formula_and_turn_with_the_periods(before, after):
    found = poisson_z(before, after)
    assert found.z == pytest.approx(sqrt(2) * (sqrt(after) - sqrt(before)), abs=1e-9)
    assert found.z == pytest.approx(-poisson_z(after, before).z, abs=1e-9)


@pytest.mark.parametrize("ratio", [1, 3, 12, 52])
@pytest.mark.parametrize("expected", [LEAST_EXPECTED, 50])
def test_size_from_the_least_expected_count_on(ratio, expected):
    """The chance of p <= 0.05 where both rates are equal, over all pairs of counts."""
    before = np.arange(poisson.ppf(1e-9, expected), poisson.isf(1e-9, expected) + 1)
    after = np.arange(poisson.ppf(1e-9, ratio * expected), poisson.isf(1e-9, ratio * expected) + 1)
    chance = np.outer(poisson.pmf(before, expected), poisson.pmf(after, ratio * expected))
    z = 2 * (np.sqrt(after) - np.sqrt(ratio * before[:, None])) / sqrt(1 + ratio)
    assert 0.049 < chance[np.abs(z) >= norm.isf(0.025)].sum() < 0.055


@pytest.mark.parametrize(
    ("arguments", "exposures", "error", "sentence"),
    [
        ((19, 20), (1, 1), PoissonZError, "20 expected incidents in each period, found 19.5: take the E-test"),
        ((200, 20), (336, 28), PoissonZError, "found 16.9"),
        ((-1, 20), (1, 1), ParameterError, "before must be a number at least 0"),
        ((30, 20), (1, 0), ParameterError, "after_exposure must be a number greater than 0"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(arguments, exposures, error, sentence):
    with pytest.raises(error, match=sentence):
        poisson_z(*arguments, before_exposure=exposures[0], after_exposure=exposures[1])
