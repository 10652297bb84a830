import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.parameter_limits import ParameterError
from models.placebo import PlaceboError, placebo_in_space, placebo_in_time
from models.poisson_did import did_z
from models.wdd import wdd_z


def difference(before, after):
    """Change of the treated area beyond that of its controls."""
    return float(after[0] - before[0] - (after[1:].sum() - before[1:].sum()))


def test_dates_follow_one_another_back_to_the_beginning():
    counts = np.array([np.arange(11) ** 2, np.zeros(11)], dtype=float)
    found = placebo_in_time(counts, difference, periods_before=3, periods_after=2)
    at = [counts[0, s : s + 2].sum() - counts[0, s - 3 : s].sum() for s in (9, 7, 5, 3)]
    assert [found.observed, *found.placebos] == at


@pytest.mark.parametrize("statistic", [wdd_z, did_z])
def test_finds_a_planted_fall_and_nothing_without_one(statistic):
    rng = np.random.default_rng(6)
    counts = rng.poisson([[14.0], [10.0], [8.0]], (3, 104)).astype(float)
    assert placebo_in_time(counts, statistic, periods_before=4, periods_after=4).p > 0.1
    counts[0, -4:] = np.round(counts[0, -4:] * 0.4)
    found = placebo_in_time(counts, statistic, periods_before=4, periods_after=4)
    assert found.observed < min(found.placebos)
    assert found.p == 1 / 25


def test_days_after_the_true_date_are_in_no_placebo():
    counts = np.ones((2, 12))
    counts[0, -2:] = 50
    found = placebo_in_time(counts, difference, periods_before=2, periods_after=2)
    assert found.observed == 98
    assert found.placebos.tolist() == [0] * 4


def test_every_control_takes_the_place_of_the_treated_area():
    before, after = np.array([50, 10, 20, 30.0]), np.array([1, 11, 24, 27.0])
    found = placebo_in_space(before, after, difference)
    assert found.observed == -49 - (1 + 4 - 3)
    assert found.placebos.tolist() == [1 - (4 - 3), 4 - (1 - 3), -3 - (1 + 4)]
    assert found.p == 1 / 4


@given(changes=st.lists(st.integers(-9, 9), min_size=3, max_size=9), data=st.data())
def test_order_of_the_controls_does_not_matter(changes, data):
    before = np.full(len(changes), 20.0)
    after = before + changes
    order = [0, *(1 + np.array(data.draw(st.permutations(range(len(changes) - 1)))))]
    found = placebo_in_space(before, after, wdd_z)
    moved = placebo_in_space(before[order], after[order], wdd_z)
    assert moved.p == pytest.approx(found.p)
    assert sorted(moved.placebos) == pytest.approx(sorted(found.placebos))


def test_ties_count_against_the_true_one():
    assert placebo_in_space(np.full(5, 3.0), np.full(5, 3.0), difference).p == 1


def test_refuses_where_there_is_nothing_to_compare_with():
    with pytest.raises(PlaceboError, match="at least 8 periods, found 7"):
        placebo_in_time(np.ones((2, 7)), difference, periods_before=4, periods_after=2)
    with pytest.raises(PlaceboError, match="at least 2 control areas, found 1"):
        placebo_in_space(np.ones(2), np.ones(2), difference)
    with pytest.raises(ParameterError, match="as many areas"):
        placebo_in_space(np.ones(2), np.ones(3), difference)
    with pytest.raises(ParameterError, match="periods_after must be a whole number of at least 1, found 0"):
        placebo_in_time(np.ones((2, 7)), difference, periods_before=4, periods_after=0)
