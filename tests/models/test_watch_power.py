from functools import cache

import numpy as np
import pytest
from scipy.stats import binomtest

from benchmarks.displacement.partnership import PLAIN, Effect, draw_partnership, drawn, expected, planted
from models.displacement_watch import WatchCounts, alert_starts, watch_evidence
from models.watch_null import WatchNull, watch_null
from models.watch_parameters import WatchParameters
from models.watch_power import (
    FALLS,
    FOLLOWED_DAYS,
    NEVER,
    SHARES,
    WatchPower,
    watch_power,
)

WATCH = WatchParameters()
THRESHOLD = 7.0
NEIGHBOURS = 3
HISTORY_DAYS = 1_092


@cache
def null() -> WatchNull:
    rng = np.random.default_rng(3)
    partnership = draw_partnership(np.random.default_rng(2), NEIGHBOURS)
    return watch_null(drawn(expected(partnership, PLAIN, HISTORY_DAYS, rng), PLAIN, rng))


@cache
def power() -> WatchPower:
    return watch_power(null(), NEIGHBOURS, THRESHOLD, watch=WATCH, rng=np.random.default_rng(1))


def test_a_larger_effect_is_found_more_often_and_sooner() -> None:
    """With the same drawn incidents: only the rule for a second neighbour may turn a single past around."""
    for within in (28, 56, 84):
        chance = power().chance(within)
        assert (np.diff(chance, axis=0) >= -0.03).all()
        assert (np.diff(chance, axis=1) >= -0.03).all()
    assert (np.diff(np.median(power().day, axis=-1), axis=0) <= 1).all()
    assert (power().chance(56)[-1, -1] > power().chance(56)[0, 0] + 0.3).all()


@pytest.mark.parametrize(("fall", "share", "category"), [(0.5, 1.0, 0), (0.75, 0.5, 0), (0.5, 0.5, None)])
def test_agrees_with_partnerships_simulated_otherwise(fall: float, share: float, category: int | None) -> None:
    """Negative binomial counts with season and weekday, the effect planted in their rates: nothing of the watch's own
    idea of a past but the dispersion."""
    pasts, neighbour = 60, 1
    partnership = draw_partnership(np.random.default_rng(2), NEIGHBOURS)
    days = []
    for rng in np.random.default_rng(20).spawn(pasts):
        mean = expected(partnership, PLAIN, HISTORY_DAYS + FOLLOWED_DAYS, rng)
        mean = planted(mean, Effect("", fall, share, category), HISTORY_DAYS, neighbour)
        counts = WatchCounts.of(drawn(mean, PLAIN, rng), NEIGHBOURS)
        evidence = watch_evidence(counts, null().dispersion, WATCH)
        starts = alert_starts(evidence, THRESHOLD, WATCH, since=HISTORY_DAYS)
        days.append(min((s.day - HISTORY_DAYS + 1 for s in starts if s.neighbour == neighbour), default=NEVER))
    column = -1 if category is None else category
    predicted = power().day[FALLS.index(fall), SHARES.index(share), neighbour, column]
    for within in (14, 28, 56):
        found = int((np.array(days) <= within).sum())
        # Both are simulated; the prediction is let off by two of its standard errors, and by what one past says wrong.
        chance = float((predicted <= within).mean())
        off = 2 * np.sqrt(chance * (1 - chance) / len(predicted)) + 0.05
        interval = binomtest(found, pasts).proportion_ci(0.99)
        assert interval.low - off <= chance <= interval.high + off, (within, found / pasts, chance)


def test_the_same_on_any_number_of_threads_and_column_by_column() -> None:
    def of(threads: int, columns: tuple[int, ...] | None = None) -> WatchPower:
        rng = np.random.default_rng(5)
        return watch_power(
            null(), NEIGHBOURS, THRESHOLD, watch=WATCH, rng=rng, pasts=4, columns=columns, threads=threads
        )

    whole = of(1)
    np.testing.assert_array_equal(whole.day, of(3).day)
    np.testing.assert_array_equal(whole.day[..., 2, :], of(2, (2,)).day[..., 2, :])
    assert (of(2, (2,)).day[..., :2, :] == NEVER).all()


def test_nothing_is_found_where_there_is_nearly_nothing_to_lose() -> None:
    counts = np.random.default_rng(1).poisson([[[1.0, 0.01]], [[1.0, 0.5]], [[3.0, 0.5]]], (3, 400, 2)).astype(float)
    quiet = watch_null(np.ascontiguousarray(counts.transpose(1, 0, 2)))
    found = watch_power(quiet, 1, 5.0, watch=WATCH, rng=np.random.default_rng(1), pasts=5)
    assert found.treated[1] < 1 < found.treated[0]
    assert (found.day[:, :, 0, 1] == NEVER).all()
    assert found.minimum(0, 1) is None
    assert (found.day[-1, -1, 0, 0] < NEVER).all()


def by_hand() -> WatchPower:
    day = np.full((len(FALLS), len(SHARES), 1, 1, 10), NEVER)
    day[1, 1, 0, 0, :6] = [9, 8, 7, 60, 70, 80]
    day[2, 1, 0, 0, :9] = np.arange(1, 10) * 6
    day[3, 1, 0, 0] = 5
    return WatchPower(day, np.array([20.0]))


def test_minimum_and_days_by_hand() -> None:
    found = by_hand()
    assert found.chance(56)[:, 1, 0, 0].tolist() == [0.0, 0.3, 0.9, 1.0]
    # From 0.3 at half to 0.9 at three quarters: 0.8 at 5/6 of the way.
    smallest = found.minimum(0, 0)
    assert smallest is not None
    assert (smallest.fall, smallest.moved) == pytest.approx((0.5 + 0.25 * 5 / 6, 20 * (0.5 + 0.25 * 5 / 6)))
    assert found.minimum(0, 0, share=0.5) is None
    days = found.days(0, 0, fall=0.8, share=1.0)
    assert days is not None
    assert (days.median, days.most) == (30, 54)
    seldom = found.days(0, 0, fall=0.5, share=1.0)
    assert seldom is not None
    assert (seldom.median, seldom.most) == (70, None)
    assert found.days(0, 0, fall=0.1, share=1.0) is found.days(0, 0, fall=0.5, share=0.4) is None
