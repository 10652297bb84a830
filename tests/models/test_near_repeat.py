import csv
import math
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pointpats import Knox
from scipy.stats import gamma

from models.near_repeat import NearRepeat, NearRepeatError, NearRepeatParameters, near_repeat, permutation_p
from models.parameter_limits import ParameterError

CHICAGO = Path(__file__).parents[3] / "shared/data/reference/chicago-near-repeat"
here = pytest.mark.skipif(not CHICAGO.exists(), reason="the Chicago reference points lie beside the repository")

events = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 9)), min_size=3, max_size=30).filter(
    lambda rows: len({row[2] for row in rows}) > 1
)
FEW = NearRepeatParameters((0, 2, 5), (0, 1, 3), permutations=19)


def chicago(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with (CHICAGO / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    x, y = (np.array([float(row[axis]) for row in rows]) for axis in "xy")
    return x, y, np.array([row["date"] for row in rows], dtype="datetime64[D]").astype(np.int64)


def brute(x: np.ndarray, y: np.ndarray, day: np.ndarray, parameters: NearRepeatParameters) -> np.ndarray:
    """Counts by all pairs at once, in the way of the definition."""
    first, second = np.triu_indices(len(x), 1)
    dx, dy = np.abs(x[first] - x[second]), np.abs(y[first] - y[second])
    distance = dx + dy if parameters.metric == "manhattan" else np.sqrt(dx * dx + dy * dy)
    apart = np.abs(day[first] - day[second])
    same = np.zeros(len(first), dtype=bool) if parameters.same_place_m is None else distance <= parameters.same_place_m
    edges = parameters.space_edges_m
    rows = [] if parameters.same_place_m is None else [same]
    rows += [~same & (a <= distance) & (distance < b) for a, b in pairwise(edges)]
    edges = parameters.time_edges_days
    columns = [(a <= apart) & (apart < b) for a, b in pairwise(edges)]
    return np.array([[np.sum(row & column) for column in columns] for row in rows])


def found(x: np.ndarray, y: np.ndarray, day: np.ndarray, parameters: NearRepeatParameters, seed: int = 1) -> NearRepeat:
    return near_repeat(x, y, day, np.random.default_rng(seed), parameters)


def columns(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y, day = np.array(rows).T
    return x.astype(np.float64), y.astype(np.float64), day


@given(
    rows=events,
    space=st.sampled_from([(0, 2, 5), (0, 1, 4, math.inf), (1, 3, 6), (2, 4, math.inf)]),
    time=st.sampled_from([(0, 1, 3), (0, 2, math.inf), (1, 4, 30_000), (3, 5, math.inf)]),
    same=st.sampled_from([None, 0.0, 1.0]),
    metric=st.sampled_from(["manhattan", "euclidean"]),
)
def test_counts_equal_brute_force(rows, space, time, same, metric):
    if same is not None and same >= space[1]:
        same = 0.0
    parameters = NearRepeatParameters(space, time, same, metric, permutations=1)
    result = found(*columns(rows), parameters)
    np.testing.assert_array_equal(result.observed, brute(*columns(rows), parameters))


def test_permutations_follow_an_independent_permutation_test():
    """Mean, median, p against numpy's own shuffles and brute-force counts, within the error of 2,000 draws."""
    rng = np.random.default_rng(7)
    x, y, day = rng.integers(0, 12, 40) * 1.0, rng.integers(0, 12, 40) * 1.0, rng.integers(0, 20, 40)
    parameters = NearRepeatParameters((0, 3, 6, math.inf), (0, 2, 5), permutations=4_000)
    result = found(x, y, day, parameters)
    drawn = np.array([brute(x, y, rng.permutation(day), parameters) for _ in range(2_000)])
    error = 4 * drawn.std(axis=0) / np.sqrt(2_000)
    np.testing.assert_array_less(np.abs(drawn.mean(axis=0) - result.expected), error + 1e-9)
    assert np.abs(np.median(drawn, axis=0) - result.median).max() <= 1
    np.testing.assert_allclose(result.p, ((drawn >= result.observed).sum(axis=0) + 1) / 2_001, atol=4 * 0.0137)


def test_expected_is_the_mean_over_every_order():
    """Five events: all 120 orders of their days, no draw."""
    x, y, day = np.array([0.0, 0, 1, 3, 9]), np.zeros(5), np.array([0, 1, 1, 4, 9])
    parameters = NearRepeatParameters((0, 2, 5), (0, 2, 6), permutations=9)
    every = [brute(x, y, np.array(order), parameters) for order in permutations(day)]
    np.testing.assert_allclose(found(x, y, day, parameters).expected, np.mean(every, axis=0), rtol=1e-12)


# Output of the Near Repeat Calculator 1.3 (Ratcliffe, Temple University), run on 23 September 2019 by W. Steenbeek on
# these data; distributed with the R package NearRepeat (github.com/wsteenbeek/NearRepeat, inst/extdata,
# *_NRverbose_*.csv). Its bands labelled "0 to 7, 8 to 14" are [0, 7), [7, 14) (vignette "NRC" there).
BURGLARIES = NearRepeatParameters((0, 100, 200, 300, math.inf), (0, 7, 14, 21, math.inf))
BURGLARIES_OBSERVED = [
    [28, 5, 5, 2],
    [44, 13, 8, 4],
    [97, 56, 19, 16],
    [77, 67, 45, 20],
    [182194, 146149, 95237, 45879],
]
# Mean of its 19 permutations, and the first cell's own 19 counts.
BURGLARIES_MEAN = [[16.947, 11.632, 7.947, 3.474], [26.105, 21.684, 14.053, 7.158], [73.579, 59.263, 37.053, 18.105]]
ARSONS = NearRepeatParameters((0, 200, 400, 600, math.inf), (0, 1, 2, 3, math.inf))
ARSONS_OBSERVED = [[0, 2, 0, 8], [9, 1, 1, 45], [4, 0, 0, 140], [6, 0, 0, 234], [393, 710, 770, 133658]]
# p of its 99 permutations for the first three columns of the near bands.
ARSONS_P = [[1, 0.01, 1], [0.01, 0.27, 0.23], [0.01, 1, 1], [0.01, 1, 1]]


@here
def test_burglaries_of_chicago_as_the_near_repeat_calculator_has_them():
    result = found(*chicago("chicago_be_month1.csv"), BURGLARIES)
    assert result.observed.tolist() == BURGLARIES_OBSERVED
    # Counts of pairs spread a little more than Poisson's: four standard errors of 19 draws, doubled variance.
    error = 4 * np.sqrt(2 * result.expected[:3] / 19)
    np.testing.assert_array_less(np.abs(result.expected[:3] - BURGLARIES_MEAN), error)
    # The calculator calls these three bands near repeats at its best possible p (0.05), and no other near band.
    assert (result.p[:4] <= 0.05).tolist() == [[True, False, False, False]] * 3 + [[False] * 4]
    assert (result.p_table[:3, 0] <= 0.05).all()


@here
def test_arsons_of_chicago_as_the_near_repeat_calculator_has_them():
    x, y, day = chicago("chicago_arson.csv")
    # The calculator keeps coordinates of one decimal, which moves one pair over 600 m.
    result = found(x.round(1), y.round(1), day, ARSONS)
    assert result.observed.tolist() == ARSONS_OBSERVED
    error = 3 * np.sqrt(result.p[:4, :3] * (1 - result.p[:4, :3]) / 99) + 0.02
    np.testing.assert_array_less(np.abs(result.p[:4, :3] - ARSONS_P), error)
    unrounded = found(x, y, day, ARSONS).observed
    assert np.abs(unrounded - result.observed).sum() == 2


@here
def test_same_count_expectation_and_p_as_pointpats():
    x, y, day = chicago("chicago_be_month1.csv")
    # Closed bands there, half-open here: 7 days and less, and no pair is 300 m apart exactly.
    np.random.seed(1)
    peer = Knox(np.column_stack((x, y)), day[:, None], delta=300, tau=7, permutations=199)
    parameters = NearRepeatParameters((0, 300), (0, 8), None, "euclidean", permutations=1_999)
    result = found(x, y, day, parameters)
    assert result.observed.tolist() == [[peer.statistic_]]
    assert result.expected[0, 0] == pytest.approx(peer.expected[0, 0], rel=1e-12)
    assert result.p[0, 0] == pytest.approx(peer.p_sim, abs=0.02)


@given(counts=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 2)), min_size=2, max_size=25))
def test_p_of_the_table_is_westfall_and_youngs(counts):
    drawn = np.array(counts)
    p, p_table = permutation_p(drawn.reshape(-1, 1, 3))
    np.testing.assert_allclose(p[0], [np.mean(drawn[:, c] >= drawn[0, c]) for c in range(3)], rtol=1e-12)
    tails = np.ones(drawn.shape)
    for c in range(3):
        mean, variance = drawn[:, c].mean(), drawn[:, c].var()
        for row in np.flatnonzero((drawn[:, c] > 0) & (variance > 0)):
            tails[row, c] = gamma.sf(drawn[row, c] - 0.5, mean**2 / variance, scale=variance / mean)
    expected = [np.mean(tails.min(axis=1) <= one + 1e-12) for one in tails[0]]
    np.testing.assert_allclose(p_table[0], expected, rtol=1e-12)
    assert (p_table >= p).all()


@settings(max_examples=25)
@given(rows=events, data=st.data())
def test_places_moved_mirrored_and_days_shifted_change_nothing(rows, data):
    x, y, day = columns(rows)
    result = found(x, y, day, FEW)
    moved = found(-x + 1e6, y - 3e5, day + data.draw(st.integers(-9_999, 9_999)), FEW)
    np.testing.assert_array_equal(moved.observed, result.observed)
    np.testing.assert_allclose(moved.expected, result.expected, rtol=1e-12)
    order = np.array(data.draw(st.permutations(range(len(x)))))
    np.testing.assert_array_equal(found(x[order], y[order], day[order], FEW).observed, result.observed)


@settings(max_examples=30)
@given(rows=events)
def test_bands_add_up(rows):
    x, y, day = columns(rows)
    fine = found(x, y, day, NearRepeatParameters((0, 2, 4, math.inf), (0, 1, 3, math.inf), permutations=9))
    coarse = found(x, y, day, NearRepeatParameters((0, math.inf), (0, math.inf), None, permutations=9))
    assert fine.observed.sum() == coarse.observed[0, 0] == len(x) * (len(x) - 1) // 2
    np.testing.assert_allclose(fine.expected.sum(), fine.observed.sum(), rtol=1e-12)
    assert coarse.p.tolist() == [[1.0]]
    assert np.isnan(coarse.p_table).all()


@settings(max_examples=30)
@given(rows=events)
def test_a_row_without_an_end_takes_no_part_in_the_search(rows):
    near = found(*columns(rows), NearRepeatParameters((0, 2, 4), (0, 1, 3), permutations=39))
    ended = found(*columns(rows), NearRepeatParameters((0, 2, 4, math.inf), (0, 1, 3), permutations=39))
    np.testing.assert_array_equal(ended.p_table[:-1], near.p_table)
    np.testing.assert_array_equal(ended.p[:-1], near.p)
    assert np.isnan(ended.p_table[-1]).all()


def test_planted_near_repeats_are_found_where_they_were_planted():
    """Half a year of two incidents a day; one in ten is followed within 100 m and a week."""
    rng = np.random.default_rng(21)
    x, y, day = rng.uniform(0, 2_000, 330), rng.uniform(0, 2_000, 330), rng.integers(0, 182, 330)
    first = rng.choice(330, 33, replace=False)
    x = np.append(x, x[first] + rng.uniform(5, 45, 33))
    y = np.append(y, y[first] + rng.uniform(5, 45, 33))
    day = np.append(day, day[first] + rng.integers(0, 7, 33))
    result = found(x, y, day, NearRepeatParameters())
    assert np.argwhere(result.p_table <= 0.05).tolist() == [[1, 0]]
    assert result.observed[1, 0] - result.expected[1, 0] == pytest.approx(33, abs=10)


def test_the_same_bits_on_one_thread_and_on_many():
    rng = np.random.default_rng(11)
    x, y, day = rng.uniform(0, 900, 300), rng.uniform(0, 900, 300), rng.integers(0, 60, 300)
    parameters = NearRepeatParameters(permutations=200)
    one, many = (near_repeat(x, y, day, np.random.default_rng(5), parameters, threads=n) for n in (1, 7))
    for name in ("observed", "expected", "median", "p", "p_table"):
        assert getattr(one, name).tobytes() == getattr(many, name).tobytes()


def test_more_pairs_than_one_tally_holds():
    """2,300 events of two days in one place: 2.6 million pairs, more than 16 bits of them in every position."""
    n = 2_300
    day = np.arange(n) % 2
    parameters = NearRepeatParameters((0, 1), (0, 1, 2), None, permutations=1)
    result = found(np.zeros(n), np.zeros(n), day, parameters)
    half = n // 2
    assert result.observed.tolist() == [[half * (half - 1), half * half]]


def test_progress_counts_every_permutation():
    told: list[int] = []
    near_repeat(np.arange(9.0), np.zeros(9), np.arange(9), np.random.default_rng(1), FEW, threads=2, done=told.append)
    assert sum(told) == FEW.permutations


def test_a_band_without_pairs_says_nothing():
    result = found(np.arange(4) * 1000.0, np.zeros(4), np.arange(4), NearRepeatParameters(permutations=9))
    assert np.isnan(result.ratio).all()
    assert np.isnan(result.ratio_of_median).all()
    assert (result.p == 1).all()
    assert (result.p_table == 1).all()


def test_too_little_data():
    with pytest.raises(NearRepeatError, match="at least 3 events, found 2"):
        found(np.zeros(2), np.zeros(2), np.arange(2), FEW)
    with pytest.raises(NearRepeatError, match="found 5 events on one day"):
        found(np.zeros(5), np.zeros(5), np.ones(5, dtype=np.int64), FEW)
    with pytest.raises(NearRepeatError, match="within 32,000 days, found 40,000"):
        found(np.zeros(3), np.zeros(3), np.array([0, 1, 40_000]), FEW)


def test_columns_that_do_not_fit():
    with pytest.raises(ParameterError, match="same length, found 3, 3 and 4"):
        found(np.zeros(3), np.zeros(3), np.arange(4), FEW)
    with pytest.raises(ParameterError, match="day must be whole days, found numbers of type float64"):
        found(np.zeros(3), np.zeros(3), np.array([0, 0.5, 1]), FEW)
    with pytest.raises(ParameterError, match="finite numbers of metres"):
        found(np.array([0, 1, np.nan]), np.zeros(3), np.arange(3), FEW)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space_edges_m": (0,)}, "space_edges_m must be at least two rising numbers"),
        ({"space_edges_m": (0, 200, 100)}, "rising"),
        ({"time_edges_days": (-1, 7)}, "time_edges_days must be"),
        ({"time_edges_days": (0, 1.5)}, "whole days"),
        ({"time_edges_days": (0, math.nan)}, "rising"),
        ({"same_place_m": -1}, "same_place_m must be a number at least 0"),
        ({"same_place_m": 100}, "same_place_m must be less than 100, where the first band ends, found 100"),
        ({"metric": "chebyshev"}, "manhattan or euclidean, found 'chebyshev'"),
        ({"permutations": 0}, "permutations must be a whole number of at least 1"),
        ({"permutations": 10**9}, "permutations must be at most 2,500,000 for 20 fields, found 1,000,000,000"),
    ],
)
def test_parameters_name_what_is_wrong(change, words):
    with pytest.raises(ParameterError, match=words):
        NearRepeatParameters(**change)
