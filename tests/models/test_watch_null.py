import numpy as np
import pytest

from models.displacement_watch import TooLittleHistoryError
from models.watch_null import SplitVariance, WatchNull, draw_split, watch_null

SHARE = np.array([[0.2, 0.1], [0.3, 0.2], [0.5, 0.7]])


def split(total: np.ndarray, variance: SplitVariance, seed: int, share: np.ndarray = SHARE) -> np.ndarray:
    """Counts (days, areas, categories) of one draw with one neighbour."""
    categories = share.shape[1]
    treated, neighbour = np.empty((len(total), categories)), np.empty((len(total), 1, categories))
    draw_split(total, share, variance, np.random.default_rng(seed), treated, neighbour)
    rest = total - treated - neighbour[:, 0]
    return np.stack([treated, neighbour[:, 0], rest], axis=1)


def test_a_draw_without_variance_is_multinomial():
    total = np.tile([[4, 9]], (8_000, 1))
    found = split(total, SplitVariance(0, 0, 0, 0), 1)
    assert found.sum(axis=1).tolist() == total.tolist()
    mean = total[0] * SHARE
    assert found.mean(axis=0) == pytest.approx(mean, abs=4 * np.sqrt(mean.max() / 8_000))
    assert found.var(axis=0) == pytest.approx(mean * (1 - SHARE), rel=0.05)
    covariance = np.cov(found[:, 0, 1], found[:, 1, 1])[0, 1]
    assert covariance == pytest.approx(-9 * 0.1 * 0.2, rel=0.2)


def test_all_together_is_the_sum_of_the_categories():
    total = np.tile([[4, 9]], (50, 1))
    treated, neighbour = np.empty((50, 3)), np.empty((50, 1, 3))
    draw_split(total, SHARE, SplitVariance(0.1, 0.1, 0.1, 0.1), np.random.default_rng(1), treated, neighbour)
    assert (treated[:, 2] == treated[:, :2].sum(axis=1)).all()
    assert (neighbour[:, :, 2] == neighbour[:, :, :2].sum(axis=2)).all()


@pytest.mark.parametrize(
    "truth",
    [
        SplitVariance(0.0, 0.0, 0.0, 0.0),
        SplitVariance(0.05, 0.10, 0.0, 0.0),
        SplitVariance(0.0, 0.10, 0.03, 0.0),
        SplitVariance(0.05, 0.05, 0.0, 0.03),
    ],
)
def test_variances_are_found_again(truth):
    """Averaged over 12 drawn pasts of 1,008 days at 30 incidents a day."""
    total = np.random.default_rng(1).poisson(15, (1_008, 2))
    share = np.repeat(np.array([[0.15, 0.15, 0.7]]).T, 2, axis=1)
    found = np.mean([watch_null(split(total, truth, seed, share)).variance for seed in range(12)], axis=0)
    assert found == pytest.approx(np.array(truth), abs=0.015)


def test_dispersion_is_chi_square_over_its_degrees_of_freedom():
    """Against scipy: the Pearson chi-square of the independence model of days x areas."""
    counts = np.random.default_rng(2).poisson([[2.0], [3.0], [5.0]], (400, 3, 1)).astype(float)
    from scipy.stats import chi2_contingency

    table = counts[counts.sum(axis=(1, 2)) > 0, :, 0]
    chi_square, _, degrees, _ = chi2_contingency(table)
    found = watch_null(counts * 1.0)
    assert found.dispersion[0] == pytest.approx(max(1.0, chi_square / degrees), rel=1e-9)


def test_areas_days_and_categories_without_incidents_are_borne():
    counts = np.zeros((400, 4, 2))
    counts[::2, :3, 0] = np.random.default_rng(1).poisson(2.0, (200, 3))
    found = watch_null(counts)
    assert isinstance(found, WatchNull)
    assert np.isfinite(found.share).all()
    assert (found.dispersion >= 1).all()
    assert found.share.sum(axis=0) == pytest.approx(np.ones(2))


def test_the_same_generator_draws_the_same_bits():
    total = np.tile([[4, 9]], (100, 1))
    variance = SplitVariance(0.05, 0.05, 0.02, 0.02)
    assert split(total, variance, 7).tobytes() == split(total, variance, 7).tobytes()
    assert split(total, variance, 7).tobytes() != split(total, variance, 8).tobytes()


def test_a_short_past_is_refused():
    with pytest.raises(TooLittleHistoryError, match="takes at least 168 days of counts, found 167"):
        watch_null(np.ones((167, 3, 1)))
