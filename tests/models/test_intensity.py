from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.intensity import IntensityParameters, expected_intensity, smoothed, spread, weekday, weekday_factor
from models.parameter_limits import ParameterError

FLAT = IntensityParameters(half_life_days=1e9, ring_share=0.0, weekday_shrinkage=1e12, cell_shrinkage=0.0)


def loop(n: int) -> sparse.csr_array:
    """Cells in a circle: every one has two neighbours."""
    ring = np.roll(np.eye(n), 1, axis=1) + np.roll(np.eye(n), -1, axis=1)
    return sparse.csr_array(ring)


def chain(n: int) -> sparse.csr_array:
    return sparse.csr_array(np.eye(n, k=1) + np.eye(n, k=-1))


def expected(rows, *, parameters=FLAT, n=4, ring=None, first_day=0, as_of_day=28, target_day=28):
    cell, day, shift, category, count = (np.array(column) for column in zip(*rows, strict=True))
    return expected_intensity(
        cell,
        day,
        shift,
        category,
        count.astype(np.float64),
        n_cells=n,
        n_shifts=3,
        n_categories=2,
        ring=loop(n) if ring is None else ring,
        first_day=first_day,
        as_of_day=as_of_day,
        target_day=target_day,
        parameters=parameters,
    )


def test_without_discount_it_is_the_mean_per_day():
    found = expected([(0, 3, 0, 0, 2), (0, 20, 0, 0, 1.5), (2, 5, 2, 1, 7)])
    assert found.shape == (4, 3, 2)
    assert found[0, 0, 0] == pytest.approx(3.5 / 28)
    assert found[2, 2, 1] == pytest.approx(7 / 28)
    assert found.sum() == pytest.approx(10.5 / 28)


def test_a_day_of_the_half_lifes_age_counts_half():
    parameters = replace(FLAT, half_life_days=10.0)
    old = expected([(0, 7, 0, 0, 1)], parameters=parameters).sum()
    new = expected([(0, 17, 0, 0, 1)], parameters=parameters).sum()
    assert new == pytest.approx(2 * old)


@given(half_life=st.floats(2, 500), level=st.floats(0.1, 20), days=st.integers(14, 400))
def test_a_constant_level_is_found_whatever_the_discount(half_life, level, days):
    rows = [(0, day, 1, 0, level) for day in range(days)]
    parameters = IntensityParameters(half_life_days=half_life, ring_share=0.0)
    assert expected(rows, parameters=parameters, as_of_day=days, target_day=days).sum() == pytest.approx(level)


def test_rows_outside_the_history_do_not_count():
    inside = [(1, 10, 0, 0, 1)]
    outside = [(1, 4, 0, 0, 9), (1, 28, 0, 0, 9), (1, 40, 0, 0, 9)]
    np.testing.assert_array_equal(expected(inside + outside, first_day=5), expected(inside, first_day=5))


rates = st.lists(st.floats(0, 50), min_size=3, max_size=12)


@given(rate=rates, share=st.floats(0, 0.9))
def test_smoothing_keeps_the_total_and_an_even_surface(rate, share):
    for ring in (loop(len(rate)), chain(len(rate))):
        surface = np.array(rate)[:, None]
        moved = smoothed(surface, ring, share)
        assert moved.sum() == pytest.approx(surface.sum())
        assert moved.min() >= -1e-12
        even = np.full_like(surface, rate[0])
        np.testing.assert_allclose(smoothed(even, ring, share), even, atol=1e-12)


@given(rate=rates, share=st.floats(0, 0.9))
def test_where_all_have_the_same_number_of_neighbours_it_is_the_mean_of_the_ring(rate, share):
    surface = np.array(rate)[:, None]
    ring = loop(len(rate))
    mean = (ring @ surface) / np.asarray(ring.sum(axis=1))[:, None]
    np.testing.assert_allclose(smoothed(surface, ring, share), (1 - share) * surface + share * mean, atol=1e-12)


def test_a_cell_without_neighbours_keeps_its_own():
    ring = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0.0]]))
    assert smoothed(np.array([[4.0], [0.0], [5.0]]), ring, 0.25)[:, 0].tolist() == [3.0, 1.0, 5.0]
    lonely = sparse.csr_array((2, 2))
    assert smoothed(np.array([[4.0], [1.0]]), lonely, 0.25)[:, 0].tolist() == [4.0, 1.0]


def test_monday_is_the_first_weekday():
    assert weekday(np.array([0, 3, 4, 10])).tolist() == [3, 6, 0, 6]  # Thursday, Sunday, Monday, Sunday


def test_a_weekdays_own_level_is_found_and_shrunk():
    rows = [(0, day, 0, 0, 3.0 if weekday(np.array(day)) == 4 else 1.0) for day in range(280)]
    friday, saturday = 281, 282
    sharp = replace(FLAT, weekday_shrinkage=0.0)
    assert expected(rows, parameters=sharp, as_of_day=280, target_day=friday).sum() == pytest.approx(3)
    assert expected(rows, parameters=sharp, as_of_day=280, target_day=saturday).sum() == pytest.approx(1)
    shrunk = replace(FLAT, weekday_shrinkage=28.0)
    assert 2 < expected(rows, parameters=shrunk, as_of_day=280, target_day=friday).sum() < 3


@given(
    seen=st.lists(st.floats(0, 100), min_size=14, max_size=14),
    days=st.lists(st.floats(0.1, 30), min_size=7, max_size=7),
    shrinkage=st.floats(0.5, 200),
)
def test_weekday_factors_have_mean_one(seen, days, shrinkage):
    factor = weekday_factor(np.array(seen).reshape(7, 2), np.array(days), shrinkage)
    np.testing.assert_allclose(factor.mean(axis=0), 1)
    assert np.all(factor > 0)


def test_the_week_as_a_whole_keeps_its_level():
    rng = np.random.default_rng(3)
    rows = [(int(rng.integers(4)), int(day), int(rng.integers(3)), 0, 1) for day in rng.integers(0, 70, 300)]
    week = [expected(rows, parameters=IntensityParameters(), as_of_day=70, target_day=70 + i) for i in range(7)]
    flat = expected(rows, parameters=replace(IntensityParameters(), weekday_shrinkage=1e12), as_of_day=70)
    np.testing.assert_allclose(np.mean(week, axis=0), flat, rtol=1e-9)


def test_nothing_at_all_is_expected_of_an_empty_history():
    found = expected([(0, 50, 0, 0, 1)])
    assert found.sum() == 0


def test_refuses_what_cannot_be_used():
    with pytest.raises(ParameterError, match="as_of_day must be later than first_day 28, found 28"):
        expected([(0, 1, 0, 0, 1)], first_day=28)
    with pytest.raises(ParameterError, match="ring must have shape"):
        expected([(0, 1, 0, 0, 1)], ring=loop(5))
    with pytest.raises(ValueError, match="invalid entry"):
        expected([(4, 1, 0, 0, 1)])
    with pytest.raises(ParameterError, match=r"ring_share must be less than 1, found 1\.0"):
        IntensityParameters(ring_share=1.0)


def test_each_level_is_drawn_towards_the_one_above():
    """Counted by hand: two cells, two shifts, one category, a prior worth of two incidents at each level."""
    total = np.array([[[6.0], [0.0]], [[1.0], [1.0]]])
    parameters = replace(FLAT, ring_share=0.0, cell_shrinkage=2.0)
    of_all = np.array([(6 + 1) / 10, (2 + 1) / 10])
    of_category = (np.array([6, 2]) + 2 * of_all) / 10
    first = (np.array([6, 1]) + 2 * of_category) / 9 * 7
    second = (np.array([0, 1]) + 2 * of_category) / 3 * 1
    np.testing.assert_allclose(spread(total, loop(2), parameters)[:, :, 0], np.column_stack([first, second]))


@given(
    counts=st.lists(st.floats(0, 30), min_size=24, max_size=24),
    shrinkage=st.sampled_from([0.0, 1.0, 100.0, 1e9]),
)
def test_spreading_keeps_the_level_of_every_shift_and_category(counts, shrinkage):
    total = np.array(counts).reshape(4, 3, 2)
    found = spread(total, loop(4), replace(FLAT, cell_shrinkage=shrinkage))
    np.testing.assert_allclose(found.sum(axis=0), total.sum(axis=0), atol=1e-9)
    assert found.min() >= -1e-12
    if shrinkage == 1e9:
        np.testing.assert_allclose(found, np.broadcast_to(total.mean(axis=0), (4, 3, 2)), atol=1e-5)
    if shrinkage == 0:
        smooth = smoothed(total.reshape(4, -1), loop(4), FLAT.ring_share).reshape(4, 3, 2)
        np.testing.assert_allclose(found, smooth, atol=1e-9)
