import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.parameter_limits import ParameterError
from models.scan_statistic import (
    ScanParameters,
    _count_too_low,
    gumbel_p,
    log_likelihood_ratio,
    monte_carlo_p,
    windows,
)
from tests.models.brute_scan import ratio


def test_windows_end_at_the_last_period():
    assert windows(np.array([[1, 2, 4, 8]]), 3).tolist() == [[8, 12, 14]]


@given(c=st.integers(0, 60), e=st.floats(0.01, 59.9), rest=st.integers(0, 1000))
def test_the_ratio_is_the_one_of_the_papers(c, e, rest):
    observed, expected = np.array([float(c)]), np.array([e])
    assert log_likelihood_ratio(observed, expected, 0)[0] == pytest.approx(ratio(c, e, 0), abs=1e-9)
    given_cases = max(c, int(e) + 1) + rest
    assert log_likelihood_ratio(observed, expected, given_cases)[0] == pytest.approx(ratio(c, e, given_cases), abs=1e-9)


@given(e=st.floats(0.001, 500), weakest=st.floats(0, 40), share=st.floats(0.001, 0.999))
def test_counts_called_too_low_are(e, weakest, share):
    for given_cases in (0, int(e / share) + 1):
        beaten = _count_too_low(e, weakest, given_cases)
        assert ratio(min(beaten, given_cases) if given_cases else beaten, e, given_cases) <= weakest + 1e-9


@given(maxima=st.lists(st.floats(0, 20), min_size=1, max_size=50), statistic=st.floats(0.01, 20))
def test_p_counts_the_data_themselves_and_ties(maxima, statistic):
    values = np.array([*maxima, statistic])
    p = monte_carlo_p(statistic, values)
    assert 2 / (len(values) + 1) <= p <= 1
    assert p == monte_carlo_p(statistic + 1e-12, values)


def test_gumbel_p_is_that_of_a_gumbel_distribution_with_the_same_moments():
    maxima = np.random.default_rng(1).gumbel(5, 1.2, 999)
    scale = maxima.std(ddof=1) * np.sqrt(6) / np.pi
    fitted = stats.gumbel_r(maxima.mean() - np.euler_gamma * scale, scale)
    assert gumbel_p(12.0, maxima) == pytest.approx(fitted.sf(12.0), rel=1e-9)
    assert gumbel_p(14.0, maxima) == pytest.approx(stats.gumbel_r(5, 1.2).sf(14), rel=0.5)
    assert np.isnan(gumbel_p(3.0, maxima[:98]))
    assert np.isnan(gumbel_p(3.0, np.ones(99)))


@pytest.mark.parametrize("name", ["max_duration", "replicates", "minimum_cases", "interval_days", "max_clusters"])
def test_parameters_name_what_is_wrong(name):
    with pytest.raises(ParameterError, match=name):
        ScanParameters(**{name: 0})
