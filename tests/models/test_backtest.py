from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from models.backtest import (
    BASELINES,
    EVEN,
    MODEL,
    RECENT,
    YEAR,
    BacktestError,
    BacktestParameters,
    PanelRows,
    backtest,
    observed_counts,
    rolling_forecasts,
    rolling_intensity,
    shrunken,
    window_forecast,
    with_even_share,
)
from models.intensity import IntensityParameters, expected_intensity
from models.parameter_limits import ParameterError

FIRST = 20_000
N, S, K = 12, 3, 2


def loop(n: int) -> sparse.csr_array:
    ring = np.roll(np.eye(n), 1, axis=1) + np.roll(np.eye(n), -1, axis=1)
    ring[0, -1] = ring[-1, 0] = 0
    return sparse.csr_array(ring)


def panel(rng, days=220, per_day=2.0, delays=False):
    """Rows with categories and parts of incidents, some known late."""
    n = int(rng.poisson(per_day * days))
    day = FIRST + rng.integers(0, days, n)
    known = day + rng.geometric(0.3, n) - 1 if delays else None
    count = rng.integers(1, 1_000_001, n) / 1_000_000
    cell = np.minimum(rng.geometric(0.2, n) - 1, N - 1)
    return PanelRows(cell, day, rng.integers(0, S, n), count, known, rng.integers(0, K, n))


def refit(rows, as_of, horizon, parameters):
    usable = rows.usable_day <= as_of
    return sum(
        expected_intensity(
            rows.cell[usable],
            rows.day[usable],
            rows.shift[usable],
            rows.category[usable],
            rows.count[usable],
            n_cells=N,
            n_shifts=S,
            n_categories=K,
            ring=loop(N),
            first_day=FIRST,
            as_of_day=as_of,
            target_day=as_of + ahead,
            parameters=parameters,
        )
        for ahead in range(horizon)
    )


@settings(max_examples=15)
@given(
    seed=st.integers(0, 9999),
    half_life=st.sampled_from([1.0, 9.5, 120.0, 1e6]),
    horizon=st.sampled_from([1, 7]),
    delays=st.booleans(),
)
def test_rolling_equals_the_refit_of_every_day(seed, half_life, horizon, delays):
    rows = panel(np.random.default_rng(seed), delays=delays)
    parameters = IntensityParameters(half_life_days=half_life, weekday_shrinkage=3.0, cell_shrinkage=20.0)
    as_of = np.arange(FIRST + 1, FIRST + 220, horizon)
    rolled = {
        "ring": loop(N),
        "first_day": FIRST,
        "as_of_day": as_of,
        "horizon_days": horizon,
        "parameters": parameters,
    }
    found = list(rolling_forecasts(rows, shape=(N, S, K), **rolled))
    assert len(found) == len(as_of)
    for i in range(0, len(as_of), 11):
        wanted = refit(rows, int(as_of[i]), horizon, parameters)
        np.testing.assert_allclose(found[i], wanted, rtol=1e-9, atol=1e-12)
    together = rolling_intensity(rows, n_cells=N, n_shifts=S, **rolled)
    np.testing.assert_allclose(together.sum(axis=1), [one.sum() for one in found], rtol=1e-9)


@given(seed=st.integers(0, 9999), window=st.integers(1, 40), delays=st.booleans())
def test_windows_equal_counting_anew(seed, window, delays):
    rows = panel(np.random.default_rng(seed), days=60, delays=delays)
    as_of = np.arange(FIRST + 5, FIRST + 60, 3)
    area = np.linspace(1, 2, N)
    found = window_forecast(rows, as_of, area, first_day=FIRST, window_days=window)
    for i, day in enumerate(as_of):
        known = (rows.day >= max(FIRST, day - window)) & (rows.usable_day <= day)
        counts = np.bincount(rows.cell[known], weights=rows.count[known], minlength=N)
        np.testing.assert_allclose(found[i], shrunken(counts[None], area)[0] / min(window, day - FIRST), rtol=1e-6)
        assert np.all(np.diff((found[i] / area)[np.argsort(counts / area)]) >= -1e-12)


def run(rows, *, stop=FIRST + 220, start=FIRST + 40, rng=None, n=N, **changes):
    return backtest(
        rows,
        n_cells=n,
        n_shifts=S,
        ring=loop(n),
        area=np.ones(n),
        first_day=FIRST,
        from_day=start,
        stop_day=stop,
        intensity=IntensityParameters(),
        parameters=BacktestParameters(share=0.25, **changes),
        rng=rng or np.random.default_rng(1),
    )


@settings(max_examples=10)
@given(seed=st.integers(0, 9999), cut=st.integers(FIRST + 60, FIRST + 110))
def test_nothing_that_happens_or_is_known_later_changes_a_forecast(seed, cut):
    rows = panel(np.random.default_rng(seed), delays=True)
    later = np.flatnonzero(rows.usable_day > cut)
    moved = rows.cell.copy()
    moved[later] = (moved[later] + 5) % N
    before = run(rows).as_of_day <= cut
    for first, second in zip(run(rows).methods, run(replace(rows, cell=moved)).methods, strict=True):
        np.testing.assert_array_equal(first.expected[before], second.expected[before])


def test_what_happened_is_counted_whenever_it_became_known():
    rows = PanelRows(np.array([1, 1, 2]), np.array([3, 9, 9]), np.zeros(3, int), np.ones(3), np.array([90, 90, 9]))
    found = observed_counts(rows, np.array([2, 9, 16]), 7, 4)
    assert found.tolist() == [[0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


@settings(max_examples=10)
@given(seed=st.integers(0, 9999))
def test_order_and_splitting_of_rows_play_no_part(seed):
    rng = np.random.default_rng(seed)
    rows = panel(rng)
    order = rng.permutation(len(rows.count))
    twice = np.concatenate([order, order])
    split = PanelRows(rows.cell[twice], rows.day[twice], rows.shift[twice], rows.count[twice] / 2)
    for first, second in zip(run(rows).methods, run(split).methods, strict=True):
        np.testing.assert_allclose(second.expected, first.expected, rtol=1e-9, atol=1e-12)
        assert second.scores.log_score.value == pytest.approx(first.scores.log_score.value)


def test_a_week_ahead_is_forecast_once_a_week():
    rows = panel(np.random.default_rng(2), days=40 + 25 * 7 + 3)
    found = run(rows, stop=FIRST + 40 + 25 * 7 + 3, horizon_days=7)
    assert found.as_of_day.tolist() == list(range(FIRST + 40, FIRST + 40 + 175, 7))
    assert [found.parameters.forecasts_in(days) for days in (7, 28)] == [1, 4]
    assert found.comparisons[0].log_score.blocks == 7
    inside = (rows.day >= FIRST + 40) & (rows.day < FIRST + 215)
    assert found.observed.sum() == pytest.approx(rows.count[inside].sum())
    levels = [method.scores.level.value for method in found.methods]
    assert all(0.5 < level < 2 for level in levels)


def test_a_lasting_pattern_is_found_and_beats_an_even_spread():
    rng = np.random.default_rng(3)
    rows = panel(rng, days=300, per_day=3)
    found = run(rows, start=FIRST + 100, stop=FIRST + 300)
    by_baseline = {one.baseline: one for one in found.comparisons}
    assert [method.name for method in found.methods] == [MODEL, *BASELINES]
    assert by_baseline[EVEN].log_score.verdict == "beats"
    assert by_baseline[EVEN].hit_rate.lower > 0
    assert found.methods[0].scores.pai.value > 2
    assert found.methods[-1].scores.pai.value == pytest.approx(1)


def test_without_a_pattern_the_model_is_not_called_useful():
    useful = []
    for stream in np.random.default_rng(4).spawn(25):
        n = int(stream.poisson(2 * 220))
        rows = PanelRows(
            stream.integers(0, N, n), FIRST + stream.integers(0, 220, n), stream.integers(0, S, n), np.ones(n)
        )
        useful.append(run(rows, rng=stream).useful)
    assert not any(useful)


def test_the_same_seed_gives_the_same_bits():
    rows = panel(np.random.default_rng(5))
    first, again = run(rows), run(rows)
    assert first.comparisons == again.comparisons
    assert [method.scores for method in first.methods] == [method.scores for method in again.methods]


def test_shrinking_keeps_totals_about_and_leaves_a_clear_pattern():
    chance = np.random.default_rng(6).poisson(2.0, (1, 400)).astype(float)
    np.testing.assert_allclose(shrunken(chance, np.ones(400)), chance.mean(), rtol=0.2)
    clear = np.array([[0.0] * 20 + [500.0] * 20])
    np.testing.assert_allclose(shrunken(clear, np.ones(40)), clear, atol=2.1)
    np.testing.assert_allclose(shrunken(np.zeros((1, 4)), np.ones(4)), 0.125, rtol=2e-6)


@given(share=st.floats(0, 0.9), seed=st.integers(0, 999))
def test_an_even_share_keeps_totals_and_order(share, seed):
    expected = np.random.default_rng(seed).gamma(0.5, 1, (3, 8))
    mixed = with_even_share(expected, np.ones(8), share)
    np.testing.assert_allclose(mixed.sum(axis=1), expected.sum(axis=1))
    np.testing.assert_array_equal(np.argsort(mixed, axis=1), np.argsort(expected, axis=1))


def test_too_little_data_is_said_in_one_sentence():
    rows = panel(np.random.default_rng(7))
    with pytest.raises(BacktestError, match="there are 20 days of history before the first forecast; at least 28"):
        run(rows, start=FIRST + 20)
    with pytest.raises(BacktestError, match=r"there are 120 forecasts of 1 days to score; at least 168 .*168 days"):
        run(rows, start=FIRST + 100)
    late = replace(rows, day=np.full_like(rows.day, FIRST + 100))
    with pytest.raises(BacktestError, match="there are 0 incidents before the first forecast; at least 20"):
        run(late)
    early = replace(rows, day=np.full_like(rows.day, FIRST + 10))
    with pytest.raises(BacktestError, match="there are 0 incidents in the days to forecast; at least 20"):
        run(early)
    unknown = replace(rows, known_day=rows.day + 1000)
    with pytest.raises(BacktestError, match="0 incidents before the first forecast"):
        run(unknown)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cell": np.array([N])}, r"cell must lie in \[0, 12\), found 12 to 12"),
        ({"shift": np.array([-1])}, r"shift must lie in \[0, 3\), found -1 to -1"),
        ({"count": np.array([-2.0])}, "count must be finite and not negative, found -2"),
    ],
)
def test_refuses_rows_that_do_not_fit(change, sentence):
    row = PanelRows(np.array([0]), np.array([FIRST]), np.array([0]), np.array([1.0]))
    with pytest.raises(ParameterError, match=sentence):
        run(replace(row, **change))


def test_parameters_name_what_is_wrong():
    with pytest.raises(ParameterError, match="horizon_days must be a whole number of at least 1, found 0"):
        BacktestParameters(horizon_days=0)
    with pytest.raises(ParameterError, match=r"even_share must be less than 1, found 1\.0"):
        BacktestParameters(even_share=1.0)
    with pytest.raises(ParameterError, match=r"share must be between 0 and 1, found 0\.0"):
        BacktestParameters(share=0.0)
    assert (RECENT, YEAR) == ("last 28 days", "last 365 days")
