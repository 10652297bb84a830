import numpy as np
import pytest

from models.watch_dispersion import lasting_dispersion
from models.watch_null import BLOCK_DAYS, SplitVariance, WatchNull, drawn_counts, watch_null

STEADY = SplitVariance(0.0, 0.0, 0.0, 0.0)
DRIFTING = SplitVariance(0.0, 0.0, 0.03, 0.02)
SHARE = np.array([[0.1, 0.12], [0.3, 0.28], [0.6, 0.6]])


def null_of(variance: SplitVariance, days: int) -> WatchNull:
    return WatchNull(np.tile([12, 8], (days, 1)), SHARE, np.ones(3), variance)


def test_without_drift_it_is_that_of_single_days():
    null = watch_null(np.random.default_rng(1).poisson([[1.0], [2.0], [5.0]], (560, 3, 1)).astype(float))
    still = WatchNull(null.total, null.share, null.dispersion, STEADY)
    assert lasting_dispersion(still).tolist() == null.dispersion.tolist()
    assert (lasting_dispersion(null) >= null.dispersion).all()


def test_it_is_the_variance_of_what_drifting_pasts_count_in_28_days():
    """T's incidents of blocks in drawn pasts, in two categories and in both together."""
    null = null_of(DRIFTING, 200 * BLOCK_DAYS)
    rng = np.random.default_rng(4)
    blocks = np.concatenate(
        [drawn_counts(null, null.total, 1, rng).treated.reshape(200, BLOCK_DAYS, 3).sum(axis=1) for _ in range(8)]
    )
    # Areas drift against each other: of T's own share 1 - pi remains, of the others' drift what they weigh.
    shares = np.column_stack([SHARE, SHARE @ [0.6, 0.4]])
    seen = (1 - shares[0]) ** 2 + (shares[1:] ** 2).sum(axis=0)
    expected = (lasting_dispersion(null) - 1) * seen + 1 - shares[0]
    assert blocks.var(axis=0) / blocks.mean(axis=0) == pytest.approx(expected, rel=0.2)


def test_a_past_without_incidents_in_the_treated_area_has_the_dispersion_of_days():
    null = WatchNull(np.zeros((300, 2), np.int64), SHARE, np.full(3, 1.2), DRIFTING)
    assert lasting_dispersion(null).tolist() == [1.2, 1.2, 1.2]
