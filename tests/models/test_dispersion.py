import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from models.dispersion import DispersionError, dispersion


def bursts(rng, mean, factor, shape):
    """Negative binomial counts with ``factor`` times the variance of Poisson ones."""
    return rng.poisson(rng.gamma(mean / (factor - 1), factor - 1, shape)).astype(np.float64)


def test_equals_the_quasi_poisson_scale_of_statsmodels():
    counts = bursts(np.random.default_rng(1), 12.0, 2.5, (4, 13))
    area = np.repeat(np.eye(4), 13, axis=0)
    model = sm.GLM(counts.ravel(), area, family=sm.families.Poisson()).fit(scale="X2")
    found = dispersion(counts)
    assert found.factor == pytest.approx(model.scale, rel=1e-9)
    assert found.factor > 1
    assert found.degrees_of_freedom == model.df_resid


def test_finds_the_variance_that_was_drawn():
    counts = bursts(np.random.default_rng(2), 20.0, 3.0, (20, 400))
    assert dispersion(counts).factor == pytest.approx(3.0, rel=0.05)


def test_counts_that_vary_less_than_chance_count_as_chance():
    assert dispersion(np.full((2, 6), 7.0)).factor == 1


def test_areas_with_hardly_an_incident_take_no_part():
    busy = np.array([[8.0, 3, 5, 14, 9]])
    with_quiet = np.vstack([busy, [0, 0, 1, 0, 0]])
    assert dispersion(with_quiet) == dispersion(busy)


@given(counts=st.lists(st.lists(st.integers(1, 60), min_size=5, max_size=5), min_size=1, max_size=4), data=st.data())
def test_order_of_areas_and_periods_does_not_matter(counts, data):
    table = np.array(counts, dtype=np.float64)
    rows = data.draw(st.permutations(range(len(table))))
    columns = data.draw(st.permutations(range(5)))
    moved = dispersion(table[rows][:, columns])
    assert moved.factor == pytest.approx(dispersion(table).factor)


def test_refuses_a_history_that_says_nothing():
    with pytest.raises(DispersionError, match="at least 3 periods of history, found 2"):
        dispersion(np.array([[4.0, 5.0]]))
    with pytest.raises(DispersionError, match=r"an area with 1 incident per period, found at most 0\.25"):
        dispersion(np.array([[0, 1, 0, 0.0]]))
