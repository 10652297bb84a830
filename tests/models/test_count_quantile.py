import numpy as np
import pytest

from models.count_quantile import count_quantile


@pytest.mark.parametrize("factor", [1.0, 1.4, 3.0])
def test_a_share_of_counts_lies_at_or_below(factor):
    rng, mean = np.random.default_rng(1), 12.0
    level = rng.gamma(mean / (factor - 1), factor - 1, 200_000) if factor > 1 else np.full(200_000, mean)
    counts = rng.poisson(level)
    assert counts.var() / counts.mean() == pytest.approx(factor, rel=0.02)
    for share in (0.025, 0.5, 0.975):
        [found] = count_quantile(share, np.array([mean]), factor)
        assert found == pytest.approx(np.quantile(counts, share), abs=1)


def test_nothing_expected_is_nothing():
    assert count_quantile(0.975, np.array([0.0]), 2.0).tolist() == [0.0]
