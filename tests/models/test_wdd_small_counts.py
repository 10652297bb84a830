import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import binomtest

from models.parameter_limits import ParameterError
from models.wdd import WeightedCounts, wdd_of
from models.wdd_small_counts import rates_without_difference, small_count_p

small = st.tuples(st.integers(0, 12), st.integers(0, 12))


def rng():
    return np.random.default_rng(20180901)


@given(treated=small, control=small, displaced=small, displaced_control=small)
def test_equal_weights_give_the_exact_binomial_test(treated, control, displaced, displaced_control):
    found = small_count_p(WeightedCounts.of(treated, control, displaced, displaced_control), rng())
    up = treated[1] + control[0] + displaced[1] + displaced_control[0]
    down = treated[0] + control[1] + displaced[0] + displaced_control[1]
    assert found.exact
    if up + down:
        assert found.p == pytest.approx(binomtest(up, up + down).pvalue, abs=1e-9)
    else:
        assert found.p == 1


@pytest.mark.parametrize(
    ("counts", "weights"),
    [
        ([40, 2, 30, 6], [-0.25, 1, 0.5, -2]),
        ([120, 4, 9, 1], [-1 / 12, 1, 1 / 3, -4]),
        ([5, 9, 14, 3, 7, 7, 2, 8], [-0.3, 1, 0.2, -0.7, -0.3, 1.1, 0.5, -1]),
    ],
)
def test_rates_are_the_most_likely_without_difference(counts, weights):
    n, w = np.array(counts, dtype=float), np.array(weights)
    best = minimize(
        lambda log_rate: np.exp(log_rate).sum() - n @ log_rate,
        np.log(n),
        constraints={"type": "eq", "fun": lambda log_rate: w @ np.exp(log_rate)},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    found = rates_without_difference(n, w)
    assert found @ w == pytest.approx(0, abs=1e-9)
    assert found == pytest.approx(np.exp(best.x), rel=1e-4)


@given(counts=st.lists(st.integers(0, 30), min_size=4, max_size=4), scale=st.floats(0.05, 20))
def test_rates_are_balanced_even_where_a_side_is_empty(counts, scale):
    n, w = np.array(counts, dtype=float), np.array([-1.0, 1, scale, -scale])
    rates = rates_without_difference(n, w)
    assert rates.min() >= 0
    assert rates @ w == pytest.approx(0, abs=1e-6 * (1 + n.sum() * scale))


def test_rates_of_counts_that_are_balanced_stay():
    n, w = np.array([30, 10, 8, 4.0]), np.array([-1 / 3, 1, 0.5, -1])
    assert rates_without_difference(n, w) == pytest.approx(n)


def test_what_is_missing_falls_to_the_heaviest_empty_cells():
    assert rates_without_difference(np.array([6.0, 0, 0]), np.array([-1, 2, 1])) == pytest.approx([4, 2, 0])


def test_all_on_one_side_may_be_drawn_too():
    found = small_count_p(WeightedCounts.of((12, 0), (0, 0), days=(84, 28)), rng())
    assert not found.exact
    assert 0 < found.p < 0.2
    assert small_count_p(WeightedCounts.of((0, 0), (0, 0), days=(84, 28)), rng()).p == 1


def test_same_seed_same_p_and_more_draws_are_nearer():
    cells = WeightedCounts.of((12, 1), (5, 4), days=(84, 28))
    first, again = (small_count_p(cells, rng()) for _ in range(2))
    assert first == again
    many = small_count_p(cells, np.random.default_rng(5), draws=199_999)
    assert first.p == pytest.approx(many.p, abs=4 * np.sqrt(many.p * (1 - many.p) / 10_000))


def test_agrees_with_the_normal_approximation_at_large_counts():
    cells = WeightedCounts.of((900, 260), (880, 300), days=(84, 28))
    normal = wdd_of(cells).p
    assert small_count_p(cells, rng(), draws=40_000).p == pytest.approx(normal, abs=0.012)


def test_keeps_its_level_where_the_normal_approximation_does_not():
    draw = np.random.default_rng(11)
    weights = (-1 / 12, 1, 28 / 12, -28)
    normal = drawn = 0
    for _ in range(300):
        cells = WeightedCounts(tuple(draw.poisson([12 * 56, 56, 12 * 2, 2]).tolist()), weights)
        normal += wdd_of(cells).p <= 0.05
        drawn += small_count_p(cells, draw, draws=199).p <= 0.05
    assert normal / 300 > 0.08
    assert drawn / 300 < 0.085


def test_refuses_too_few_draws():
    with pytest.raises(ParameterError, match="draws must be a whole number of at least 99, found 10"):
        small_count_p(WeightedCounts.of((1, 1), (1, 1)), rng(), draws=10)
