import numpy as np
import pytest

from models.diffusion_parameters import DiffusionParameters
from models.diffusion_threshold import OwnFalls, diffusion_threshold
from models.displacement_watch import WatchCounts, WatchEvidence, alert_starts
from models.watch_null import WatchNull, drawn_counts, watch_null
from models.watch_threshold import LEVELS, YEAR, WatchThreshold, counted

FEW = DiffusionParameters(years=60, baseline_days=364)


@pytest.fixture(scope="module")
def null() -> WatchNull:
    rate = np.array([[1.0, 0.6], [1.0, 0.6], [0.8, 0.7], [2.0, 1.5]])
    return watch_null(np.random.default_rng(4).poisson(rate, (700, 4, 2)).astype(float))


def threshold(null: WatchNull, parameters: DiffusionParameters = FEW, threads: int = 1) -> WatchThreshold:
    return diffusion_threshold(null, 2, parameters=parameters, rng=np.random.default_rng(5), threads=threads)


def test_threads_and_runs_give_the_same_bits(null: WatchNull) -> None:
    one, many = threshold(null), threshold(null, threads=3)
    assert (one.threshold, one.starts.tolist()) == (many.threshold, many.starts.tolist())
    assert one.threshold < LEVELS[-1]
    # No more than the budget above it.
    above = one.starts[one.threshold <= LEVELS]
    assert (above / one.years <= FEW.alerts_per_year).all()


def test_years_in_which_the_treated_area_falls_alone_need_more_evidence(null: WatchNull) -> None:
    never = DiffusionParameters(years=60, baseline_days=364, own_falls_per_year=0.0)
    assert threshold(null, never).threshold < threshold(null).threshold


def test_signals_are_counted_neighbour_by_neighbour() -> None:
    """Each neighbour as if it were the only one, whatever evidence another has."""
    path = np.random.default_rng(9).normal(0.0, 5.0, (600, 2, 1))
    together = alert_starts(WatchEvidence(0, path, path[:, 0], path), 5.0, FEW)
    apart = [
        (start.day, j)
        for j in range(2)
        for start in alert_starts(WatchEvidence(0, path[:, [j]], path[:, 0], path[:, [j]]), 5.0, FEW)
    ]
    assert len(apart) > 20
    assert {j for _, j in apart} == {0, 1}
    assert sorted((start.day, start.neighbour) for start in together) == sorted(apart)
    starts, _ = counted(path.max(axis=2), np.array([5.0]), FEW)
    assert starts.tolist() == [len(apart)]


def test_own_falls_take_incidents_of_the_treated_area_alone(null: WatchNull) -> None:
    total = np.tile(null.total, (6, 1))
    before = drawn_counts(null, total, 2, np.random.default_rng(1))
    after = OwnFalls(2, 1.0)(before, 1000, np.random.default_rng(2))
    np.testing.assert_array_equal(after.neighbour, before.neighbour)
    lost = before.treated - after.treated
    np.testing.assert_array_equal(before.total - after.total, lost)
    np.testing.assert_array_equal(lost[:, :2].sum(axis=1), lost[:, 2])
    assert (lost[:1000] == 0).all()
    assert (lost >= 0).all()
    assert (after.treated >= 0).all()
    # About so many days fallen a year, by 0.6 on average; falls may overlap.
    share = lost[1000:, 2].sum() / before.treated[1000:, 2].sum()
    years = (len(total) - 1000) / YEAR
    assert 0.05 < share < 0.6
    assert years > 8
    assert isinstance(after, WatchCounts)
