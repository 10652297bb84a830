import csv
from pathlib import Path

import numpy as np
import pymannkendall
import pytest
from esda import G_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.weights import W
from scipy import sparse
from scipy.stats import binom

from models.emerging_hot_spots import (
    EmergingParameters,
    Pattern,
    TooFewBinsError,
    emerging_classes,
    emerging_hot_spots,
    least_hot_count,
    space_time_gi_star,
)
from models.getis_ord import gi_star
from models.mann_kendall import mann_kendall_z
from models.parameter_limits import ParameterError

BOSTON = Path(__file__).parents[3] / "shared/data/reference/boston-ecometric"


def line(n):
    return sparse.csr_array(np.eye(n) + np.eye(n, k=1) + np.eye(n, k=-1))


def over_time(weights, bins, bins_back):
    """Neighbours of every cell and bin, cell by cell: the spatial neighbours, now and ``bins_back`` bins before."""
    near = {}
    for i in range(weights.shape[0]):
        cells = weights.indices[weights.indptr[i] : weights.indptr[i + 1]]
        for t in range(bins):
            near[i * bins + t] = [int(j) * bins + u for j in cells for u in range(max(t - bins_back, 0), t + 1)]
    return near


def boston():
    with (BOSTON / "neighbours_queen_self.csv").open(encoding="utf-8") as file:
        near = dict(row for row in csv.reader(file))
    with (BOSTON / "bos-ecometric.csv").open(encoding="utf-8") as file:
        value = {(row[".region_id"], int(row["year"])): float(row["value"]) for row in csv.DictReader(file)}
    names = sorted(near)
    position = {name: i for i, name in enumerate(names)}
    pairs = [(position[name], position[other]) for name in names for other in near[name].split("|")]
    weights = sparse.csr_array((np.ones(len(pairs)), tuple(zip(*pairs, strict=True))), shape=(len(names),) * 2)
    return np.array([[value[name, year] for year in range(2010, 2020)] for name in names]), weights


@pytest.mark.skipif(not BOSTON.exists(), reason="the Boston reference cube lies beside the repository")
@pytest.mark.parametrize("bins_back", [0, 1])
def test_gi_star_of_boston_equals_esda_over_the_whole_cube(bins_back):
    cube, weights = boston()
    assert cube.shape == (168, 10)
    near = W(over_time(weights, 10, bins_back), silence_warnings=True)
    expected = G_Local(cube.ravel(), near, transform="B", permutations=0, star=True)
    star = space_time_gi_star(cube, weights, bins_back=bins_back)
    np.testing.assert_allclose(star.z.ravel(), expected.Zs, rtol=0, atol=1e-7)
    np.testing.assert_allclose(star.p.ravel(), 2 * expected.p_norm, rtol=0, atol=1e-7)


@pytest.mark.skipif(not BOSTON.exists(), reason="the Boston reference cube lies beside the repository")
def test_trends_of_boston_equal_pymannkendall():
    cube, weights = boston()
    z = space_time_gi_star(cube, weights, bins_back=0).z
    expected = [pymannkendall.original_test(row).z for row in z]
    np.testing.assert_allclose(mann_kendall_z(z), expected, rtol=0, atol=1e-9)


@given(bins_back=st.integers(0, 14), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_cube_is_one_gi_star(bins_back, seed):
    counts = np.random.default_rng(seed).poisson(0.8, (6, 12)).astype(np.float64)
    near = over_time(line(6), 12, bins_back)
    rows = np.repeat(list(near), [len(js) for js in near.values()])
    flat = sparse.csr_array((np.ones(len(rows)), (rows, np.concatenate(list(near.values())))), shape=(72, 72))
    expected = gi_star(counts.ravel(), flat)
    star = space_time_gi_star(counts, line(6), bins_back=bins_back)
    np.testing.assert_allclose(star.z.ravel(), expected.z, rtol=0, atol=1e-9)


def test_p_is_the_larger_of_both_tests():
    counts = np.random.default_rng(2).poisson(0.3, (20, 15)).astype(np.float64)
    found = emerging_hot_spots(counts, line(20))
    share, inside = np.zeros((20, 15)), np.zeros((20, 15))
    for index, near in over_time(line(20), 15, 1).items():
        share.flat[index], inside.flat[index] = len(near) / 300, counts.ravel()[near].sum()
    spread = binom(int(counts.sum()), share)
    exact = np.minimum(1, 2 * np.minimum(spread.cdf(inside), spread.sf(inside - 1)))
    normal = space_time_gi_star(counts, line(20), bins_back=1).p
    np.testing.assert_allclose(found.p, np.maximum(exact, normal), rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.expected, counts.sum() * share, rtol=1e-12)


# One bin a letter, oldest first: h hot, c cold, . neither.
@pytest.mark.parametrize(
    ("bins", "trend", "expected"),
    [
        ("..........", 1, (Pattern.NONE, 0)),
        (".........h", 0, (Pattern.NEW, 1)),
        ("c........h", 0, (Pattern.NEW, 1)),
        ("........hh", 0, (Pattern.CONSECUTIVE, 1)),
        ("c.......hh", 0, (Pattern.CONSECUTIVE, 1)),
        ("..hhhhhhhh", 0, (Pattern.CONSECUTIVE, 1)),
        (".hhhhhhhhh", 0, (Pattern.PERSISTENT, 1)),
        ("hhhhhhhhhh", 0, (Pattern.PERSISTENT, 1)),
        ("hhhh.hhhhh", 0, (Pattern.PERSISTENT, 1)),
        ("hhhh.hhhhh", 1, (Pattern.INTENSIFYING, 1)),
        ("hhhhhhhhhh", -1, (Pattern.DIMINISHING, 1)),
        ("hhhhhhhhh.", 0, (Pattern.HISTORICAL, 1)),
        ("hhhhhhhhh.", 1, (Pattern.HISTORICAL, 1)),
        ("h.h.h.h..c", 0, (Pattern.NEW, -1)),
        ("hhhhhhhh..", 0, (Pattern.NONE, 0)),
        ("........h.", 0, (Pattern.NONE, 0)),
        (".....h...h", 0, (Pattern.SPORADIC, 1)),
        ("h.......hh", 0, (Pattern.SPORADIC, 1)),
        ("hhhh..hhhh", 1, (Pattern.SPORADIC, 1)),
        ("c....h...h", 0, (Pattern.OSCILLATING, 1)),
        ("hhhh.c.hhh", 0, (Pattern.OSCILLATING, 1)),
        ("hhhhc.hhhh", -1, (Pattern.OSCILLATING, 1)),
        (".........c", 0, (Pattern.NEW, -1)),
        (".......ccc", 0, (Pattern.CONSECUTIVE, -1)),
        ("cccccccccc", -1, (Pattern.INTENSIFYING, -1)),
        ("cccccccccc", 1, (Pattern.DIMINISHING, -1)),
        ("cccc.ccccc", 0, (Pattern.PERSISTENT, -1)),
        ("ccccccccc.", 0, (Pattern.HISTORICAL, -1)),
        ("ccccccccch", 0, (Pattern.NEW, 1)),
        ("hhhhhhhhch", 0, (Pattern.PERSISTENT, 1)),
        ("h.c.h.h..c", 0, (Pattern.OSCILLATING, -1)),
        ("..c......c", 0, (Pattern.SPORADIC, -1)),
        ("hhhhhhhhhhhhhhhhhh.h", 0, (Pattern.PERSISTENT, 1)),
        ("hhhhhhhhhhhhhhhhh.hhh.", 0, (Pattern.HISTORICAL, 1)),
        ("hhhhhhhhhhhhhhhh.hh.", 0, (Pattern.HISTORICAL, 1)),
        ("hhhhhhhhhhhhhhh..hh.", 0, (Pattern.NONE, 0)),
        ("hhhhhhhhhhhhhhhh.h.h", 0, (Pattern.PERSISTENT, 1)),
        ("hhhhhhhhhhhhhhh..h.h", 0, (Pattern.SPORADIC, 1)),
    ],
)
def test_each_class_by_hand(bins, trend, expected):
    letters = np.array([list(bins)])
    pattern, side = emerging_classes(letters == "h", letters == "c", np.array([trend], dtype=np.int8))
    assert (Pattern(pattern[0]), side[0]) == expected


def read_aloud(own, other, rising, falling):
    """The published sentences one after the other, for hot bins or, mirrored, for cold ones."""
    hot, last, before = [i for i, b in enumerate(own) if b], own[-1], own[:-1]
    if not last:
        return Pattern.HISTORICAL if len(hot) >= 0.9 * len(own) - 1e-9 else Pattern.NONE
    if len(hot) >= 0.9 * len(own) - 1e-9:
        return Pattern.INTENSIFYING if rising else Pattern.DIMINISHING if falling else Pattern.PERSISTENT
    if not any(before):
        return Pattern.NEW
    if hot == list(range(hot[0], len(own))):
        return Pattern.CONSECUTIVE
    return Pattern.OSCILLATING if any(other) else Pattern.SPORADIC


@given(
    bins=st.text("hc.", min_size=10, max_size=24) | st.text("h", min_size=8, max_size=20).map("c.".__add__),
    trend=st.integers(-1, 1),
)
def test_classes_follow_the_sentences(bins, trend):
    letters = np.array([list(bins)])
    hot, cold = letters == "h", letters == "c"
    pattern, side = emerging_classes(hot, cold, np.array([trend], dtype=np.int8))
    as_hot = read_aloud(hot[0].tolist(), cold[0].tolist(), trend > 0, trend < 0)
    as_cold = read_aloud(cold[0].tolist(), hot[0].tolist(), trend < 0, trend > 0)
    if as_cold != Pattern.NONE and (as_hot == Pattern.NONE or cold[0, -1]):
        assert (pattern[0], side[0]) == (as_cold, -1)
    else:
        assert (pattern[0], side[0]) == (as_hot, int(as_hot != Pattern.NONE))


@given(bins=st.text("hc.", min_size=10, max_size=24), trend=st.integers(-1, 1))
def test_hot_and_cold_are_mirror_images(bins, trend):
    letters = np.array([list(bins)])
    one = emerging_classes(letters == "h", letters == "c", np.array([trend], dtype=np.int8))
    other = emerging_classes(letters == "c", letters == "h", np.array([-trend], dtype=np.int8))
    assert (one[0][0], one[1][0]) == (other[0][0], -other[1][0])


HISTORIES = {
    "NEW": lambda t: t == 19,
    "CONSECUTIVE": lambda t: t >= 15,
    "PERSISTENT": lambda t: 1.0 + 0.2 * (t % 2),
    "INTENSIFYING": lambda t: 0.8 + 0.05 * t,
    "DIMINISHING": lambda t: 1.8 - 0.05 * t,
    "SPORADIC": lambda t: ((t // 4) % 2 == 0) | (t == 19),
    "HISTORICAL": lambda t: t < 19,
}


@pytest.mark.parametrize("name", HISTORIES)
def test_each_class_from_counts(name):
    # 60 cells in a ring of five incidents each; three cells in a row have twenty more times their history.
    counts = np.full((60, 20), 5.0)
    counts[29:32] += 20 * HISTORIES[name](np.arange(20))
    found = emerging_hot_spots(counts, line(60), EmergingParameters(bins_back=0))
    assert (Pattern(found.pattern[30]).name, found.side[30]) == (name, 1)
    assert not found.side[:28].any()


def test_a_hot_cell_that_was_cold_oscillates():
    counts = np.full((60, 20), 6.0)
    counts[29:32, 3:7] = 0
    counts[29:32, [10, 19]] = 30
    found = emerging_hot_spots(counts, line(60), EmergingParameters(bins_back=0))
    assert (Pattern(found.pattern[30]), found.side[30]) == (Pattern.OSCILLATING, 1)


def test_cold_is_refused_where_less_than_one_is_expected():
    rng = np.random.default_rng(4)
    counts = rng.poisson(4.0, (60, 20)).astype(np.float64)
    counts[10:20] = 0
    assert (emerging_hot_spots(counts, line(60)).side[11:19] == -1).all()
    # The same emptiness with few incidents elsewhere; the z of empty cells is as negative as can be.
    few = np.zeros((60, 20))
    few[40:43] = rng.poisson(4.0, (3, 20))
    found = emerging_hot_spots(few, line(60))
    assert found.expected.max() < 1.3
    assert not found.cold[found.expected < 1].any()
    assert not (found.side < 0).any()


def test_a_last_bin_that_does_not_stand_by_itself_makes_no_new_hot_spot():
    # Half of the map is always busy, so that Benjamini-Hochberg lets weak bins pass; cell 50 is a little busy once.
    counts = np.full((60, 20), 2.0)
    counts[:20] = 8
    counts[50, -1] = 21
    found = emerging_hot_spots(counts, line(60), EmergingParameters(bins_back=0, level=0.1))
    assert found.hot[50, -1]
    weak = found.p[50, -1]
    assert weak * 60 > 0.1
    assert found.pattern[50] == Pattern.NONE
    assert found.pattern[10] == Pattern.PERSISTENT


@pytest.mark.parametrize(
    ("total", "share", "tests"), [(728, 14 / 23_348, 23_348), (728, 14 / 3_276, 3_276), (40, 0.4, 9)]
)
def test_least_hot_count_is_the_first_that_is_significant_alone(total, share, tests):
    least = least_hot_count(float(total), share, tests=tests, level=0.1)
    spread = binom(total, share)
    assert 2 * spread.sf(least - 1) <= 0.1 / tests < 2 * spread.sf(least - 2)
    assert least_hot_count(3.0, 0.5, tests=100, level=0.1) == 4  # more than there are


def test_nothing_and_the_same_everywhere_have_no_pattern():
    for counts in (np.zeros((30, 12)), np.full((30, 12), 3.0), np.eye(30)[:, :12]):
        found = emerging_hot_spots(counts, line(30))
        assert not found.side.any()
        assert not found.pattern.any()
        assert np.isfinite(found.z).all()


@given(seed=st.integers(0, 50), data=st.data())
@settings(max_examples=25, deadline=None)
def test_order_of_cells_does_not_matter(seed, data):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(np.where(np.arange(15) < 4, 9.0, 1.0)[:, None], (15, 12)).astype(np.float64)
    order = np.array(data.draw(st.permutations(range(15))))
    before = emerging_hot_spots(counts, line(15))
    after = emerging_hot_spots(counts[order], sparse.csr_array(line(15)[order][:, order]))
    np.testing.assert_array_equal(after.pattern, before.pattern[order])
    np.testing.assert_allclose(after.q, before.q[order], atol=1e-9)


def test_parts_that_add_up_are_tied():
    # A third of an incident three times and one incident are the same count.
    thirds = np.array([[1 / 3, 1 / 3, 1 / 3]]).T * np.ones((3, 12))
    other = np.zeros((12, 12))
    z = space_time_gi_star(np.concatenate([thirds, other]), line(15), bins_back=0).z
    assert mann_kendall_z(z).tolist() == [0.0] * 15


def test_what_is_wrong_is_named():
    with pytest.raises(TooFewBinsError, match="at least 10 time bins, found 9"):
        emerging_hot_spots(np.ones((20, 9)), line(20))
    with pytest.raises(ParameterError, match=r"weights must have shape \(20, 20\)"):
        emerging_hot_spots(np.ones((20, 10)), line(19))
    with pytest.raises(ParameterError, match="diagonal"):
        emerging_hot_spots(np.ones((20, 10)), sparse.csr_array(line(20) - sparse.eye_array(20)))
    with pytest.raises(ParameterError, match="not negative"):
        emerging_hot_spots(-np.ones((20, 10)), line(20))
    with pytest.raises(ParameterError, match="trend_level must be between 0 and 1, found 1"):
        EmergingParameters(trend_level=1)
