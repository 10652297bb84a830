import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats

from models.even_spread import even_spread_p

N = 12
RING = sparse.csr_array(
    sum(np.roll(np.eye(N), shift, axis=1) for shift in (-1, 0, 1))  # a ring of cells, each with two neighbours
)


@given(st.lists(st.integers(0, 9), min_size=N, max_size=N))
def test_p_is_the_binomial_one_of_scipy(counts: list[int]) -> None:
    x = np.array(counts, dtype=float)
    inside, total = RING @ x, x.sum()
    upper = stats.binom.sf(inside - 1, total, 3 / N)
    lower = stats.binom.cdf(inside, total, 3 / N)
    expected = np.minimum(1, 2 * np.minimum(upper, lower))
    assert even_spread_p(x, RING) == pytest.approx(expected, abs=1e-12)


def test_fractions_lie_between_whole_counts() -> None:
    def p(value: float) -> float:
        return float(even_spread_p(np.array([value, *[1.0] * (N - 1)]), RING)[0])

    assert p(8) > p(8.5) > p(9)


def test_no_incidents_say_nothing() -> None:
    assert (even_spread_p(np.zeros(N), RING) == 1).all()
