import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.aoristic import ONE_PPM, aoristic_ppm

EDGES = np.array([0, 8, 16, 24, 32, 100]) * 3600


def spread(start_h: float, stop_h: float) -> dict[int, int]:
    row, slot, weight = aoristic_ppm(np.array([int(start_h * 3600)]), np.array([int(stop_h * 3600)]), EDGES)
    assert (row == 0).all()
    return dict(zip(slot.tolist(), weight.tolist(), strict=True))


def test_shares_follow_the_time_in_each_slot() -> None:
    # Ratcliffe's own illustration of the principle: an 8-hour span over two slots, 6 hours and 2 hours.
    assert spread(2, 10) == {0: 750_000, 1: 250_000}
    assert spread(0, 24) == {0: 333_333, 1: 333_333, 2: 333_334}


def test_a_half_open_interval_does_not_reach_the_next_slot() -> None:
    assert spread(0, 8) == {0: ONE_PPM}
    assert spread(8, 8) == {1: ONE_PPM}


@given(
    st.lists(st.tuples(st.integers(0, 99 * 3600), st.integers(0, 90 * 3600)), min_size=1, max_size=50),
    st.sets(st.integers(1, 200 * 3600 - 1), max_size=20),
)
def test_every_incident_counts_exactly_one_whatever_the_slots(
    intervals: list[tuple[int, int]], inner: set[int]
) -> None:
    start = np.array([a for a, _ in intervals])
    stop = start + np.array([length for _, length in intervals])
    edges = np.array([0, *sorted(inner), 200 * 3600])
    row, slot, weight = aoristic_ppm(start, stop, edges)
    assert (np.bincount(row, weights=weight) == ONE_PPM).all()
    assert (weight >= 0).all()
    inside = np.minimum(stop[row], edges[slot + 1]) - np.maximum(start[row], edges[slot])
    exact = inside / np.maximum(stop - start, 1)[row]
    whole = (stop == start)[row]
    assert (np.abs(weight / ONE_PPM - exact)[~whole] <= 1.000001e-6).all()


@pytest.mark.parametrize(
    ("start", "stop", "sentence"),
    [
        (10, 9, "ends before"),
        (0, 400 * 86_400, "longer than a year"),
        (-1, 5, "cover"),
        (0, 101 * 3600, "cover"),
    ],
)
def test_intervals_that_cannot_be_spread_are_refused(start: int, stop: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        aoristic_ppm(np.array([start]), np.array([stop]), EDGES)
