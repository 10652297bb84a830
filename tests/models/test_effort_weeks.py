import numpy as np
import pytest

from models.effort_evaluation import EffortCounts, effort_change
from models.effort_parameters import EffortParameters
from models.effort_weeks import effort_weeks

DAYS, START = 1000, 900


def weeks_of(counts, **limits):
    data = EffortCounts(counts, np.zeros(counts.shape, dtype=bool), 0, (1,), START, DAYS)
    windows, controls, change = effort_change(data, EffortParameters())
    return effort_weeks(data, windows, controls, **limits), change


def test_whole_weeks_around_the_start():
    found, _ = weeks_of(np.ones((2, DAYS)))
    assert found.starts[52] == START
    assert (found.starts[0], found.starts[-1]) == (START - 364, START + 91)
    assert set(np.diff(found.starts)) == {7}
    assert found.observed.tolist() == [7.0] * 66
    assert len(weeks_of(np.ones((2, DAYS)), most=60)[0].starts) == 60
    assert weeks_of(np.ones((2, DAYS)), before=500)[0].starts[0] == START % 7


def test_steady_counts_are_expected_as_they_come():
    found, change = weeks_of(np.array([[2.0], [6.0]]) * np.ones((2, DAYS)))
    np.testing.assert_allclose(found.expected, 14)
    assert change.expected == pytest.approx(200)


def test_expected_follows_the_controls_slowly():
    counts = np.array([[2.0], [6.0]]) * np.ones((2, DAYS))
    counts[1, START - 84 :] *= 2
    found, _ = weeks_of(counts)
    np.testing.assert_allclose(found.expected[:30], 14)
    np.testing.assert_allclose(found.expected[-10:], 28)
    assert np.all(np.diff(found.expected) >= -1e-9)


def test_the_band_holds_the_share_of_weeks_it_says_with_bursts_too():
    inside = []
    for rng in np.random.default_rng(1).spawn(30):
        level = rng.gamma(4, 1 / 4, (2, DAYS // 7 + 1)).repeat(7, axis=1)[:, :DAYS]
        counts = rng.poisson(np.array([[2.0], [12.0]]) * level).astype(float)
        found, _ = weeks_of(counts)
        inside.append((found.lower <= found.observed) & (found.observed <= found.upper))
    assert 0.93 < np.mean(inside) <= 1.0
