import numpy as np
import pytest

from models.dispersion import DispersionError
from models.level_variance import level_variance

BLOCK = 28


def drawn(rng, blocks, mean, *, lasting, passing):
    """Daily counts of an area whose level lasts for 12 blocks, with bursts of a block, and of steady controls."""
    level = rng.gamma(1 / lasting, lasting, blocks // 12).repeat(12) if lasting else np.ones(blocks)
    burst = rng.gamma(1 / passing, passing, blocks) if passing else np.ones(blocks)
    per_day = (level * burst).repeat(BLOCK) * mean / BLOCK
    return rng.poisson(per_day).astype(float), rng.poisson(4 * mean / BLOCK, blocks * BLOCK).astype(float)


@pytest.mark.parametrize(("lasting", "passing"), [(0.0, 0.0), (0.0, 0.1), (0.1, 0.0), (0.1, 0.1)])
def test_lasting_levels_and_passing_bursts_are_told_apart(lasting, passing):
    rng, mean = np.random.default_rng(2), 40.0
    found = [
        level_variance(*drawn(rng, 240, mean, lasting=lasting, passing=passing), block_days=BLOCK) for _ in range(60)
    ]
    # Blocks up to three apart share their level in five of six cases.
    assert np.mean([one.lasting for one in found]) == pytest.approx(lasting * 5 / 6, abs=0.012)
    burst = passing * (1 + lasting)
    assert np.mean([one.passing for one in found]) == pytest.approx(1.25 + mean * (burst + lasting / 6), rel=0.1)


def test_with_chance_alone_the_factor_is_near_one():
    rng = np.random.default_rng(4)
    factors = [
        level_variance(*drawn(rng, 60, 5.0, lasting=0, passing=0), block_days=BLOCK).factor(15.0) for _ in range(200)
    ]
    assert 1.0 <= np.median(factors) < 1.1
    assert np.mean(factors) < 1.25


def test_passing_variance_is_never_less_than_chance():
    steady = np.full(BLOCK * 10, 2.0)
    found = level_variance(steady, 3 * steady, block_days=BLOCK)
    assert (found.lasting, found.passing) == (0.0, pytest.approx(4 / 3))


@pytest.mark.parametrize(
    ("area", "days", "said"), [(1.0, 4 * BLOCK, "needs 5 blocks .* found 4 blocks"), (0.0, 9 * BLOCK, "with 0 and 252")]
)
def test_too_little_is_said_plainly(area, days, said):
    with pytest.raises(DispersionError, match=said):
        level_variance(np.full(days, area), np.ones(days), block_days=BLOCK)
