import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from models.multiple_testing import benjamini_hochberg
from models.parameter_limits import ParameterError
from models.point_pattern_test import PointPatternError, proportion_differences, resampled_similarity

areas = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), min_size=1, max_size=20).filter(
    lambda rows: sum(a for a, _ in rows) > 0 and sum(b for _, b in rows) > 0
)

# README of the R package sppt 0.1.5 (github.com/wsteenbeek/sppt): areas.sp, points1.sp (base), points2.sp (test) with
# sppt(…, nsamples = 200, percpoints = 85, conf_level = 95). Its SIndex has the other sign than its localS, ours is
# localS.
SPPT_BASE = np.array([2, 2, 2, 1, 0, 1])
SPPT_TEST = np.array([2, 1, 2, 2, 1, 1])
SPPT_LOWER = [12.5, 0, 12.5, 12.5, 0, 0]
SPPT_UPPER = [25, 12.5, 25, 25, 12.5, 12.5]
SPPT_LOCAL = [0, -1, 0, 0, 0, 0]

# R 4.2.2: p <- fisher.test(matrix(c(a, b, 3500 - a, 4100 - b), 2))$p.value for each area; p.adjust(p, "BH").
R_P = [1.75239928945e-02, 2.46376679721e-10, 3.99875173219e-03, 2.85930018373e-01]
R_Q = [2.33653238594e-02, 9.85506718882e-10, 7.99750346438e-03, 2.85930018373e-01]


@pytest.mark.parametrize("seed", range(5))
def test_index_and_intervals_as_published_with_sppt(seed):
    found = resampled_similarity(SPPT_BASE, SPPT_TEST, np.random.default_rng(seed))
    np.testing.assert_allclose(found.lower * 100, SPPT_LOWER)
    np.testing.assert_allclose(found.upper * 100, SPPT_UPPER)
    assert found.local.tolist() == SPPT_LOCAL
    assert found.s == found.s_robust == pytest.approx(0.8333333, abs=1e-7)


def test_interval_leaves_out_five_of_two_hundred_on_either_side():
    """Against resampling point by point, the quantiles within the Monte Carlo error of both."""
    base, test = np.array([30, 50, 20]), np.array([120, 40, 40])
    found = resampled_similarity(base, test, np.random.default_rng(1), resamples=20_000)
    rng = np.random.default_rng(2)
    points = np.repeat([0, 1, 2], test)
    drawn = np.sort([np.bincount(rng.permutation(points)[:170], minlength=3) / 170 for _ in range(4_000)], axis=0)
    np.testing.assert_allclose(found.lower, drawn[100], atol=1.01 / 170)
    np.testing.assert_allclose(found.upper, drawn[3_899], atol=1.01 / 170)


@settings(max_examples=40)
@given(rows=areas)
def test_p_equals_scipys_fisher(rows):
    base, test = np.array(rows).T
    found = proportion_differences(base, test)
    held = base + test > 0
    tables = [[[a, base.sum() - a], [b, test.sum() - b]] for a, b in zip(base[held], test[held], strict=True)]
    expected = np.array([fisher_exact(table).pvalue for table in tables])
    np.testing.assert_allclose(found.p[held], expected, rtol=1e-9)
    np.testing.assert_allclose(found.q[held], benjamini_hochberg(expected), rtol=1e-9)
    assert np.isnan(found.p[~held]).all()


def test_p_and_q_of_large_counts_as_in_r():
    base, test = np.array([1200, 800, 1000, 500]), np.array([1300, 1200, 1050, 550])
    found = proportion_differences(base, test)
    np.testing.assert_allclose(found.p, R_P, rtol=1e-7)
    np.testing.assert_allclose(found.q, R_Q, rtol=1e-7)
    assert found.local.tolist() == [-1, 1, -1, 0]


@given(rows=areas, data=st.data())
def test_order_and_empty_areas_and_exchanged_roles(rows, data):
    base, test = np.array(rows).T
    found = proportion_differences(base, test)
    order = np.array(data.draw(st.permutations(range(len(base)))))
    np.testing.assert_allclose(proportion_differences(base[order], test[order]).p, found.p[order], rtol=1e-12)
    exchanged = proportion_differences(test, base)
    np.testing.assert_allclose(exchanged.p, found.p, rtol=1e-9)
    assert exchanged.local.tolist() == (-found.local).tolist()
    wider = proportion_differences(np.append(base, [0, 0]), np.append(test, [0, 0]))
    np.testing.assert_array_equal(wider.local[:-2], found.local)
    assert wider.s_robust == pytest.approx(found.s_robust)
    assert wider.s >= found.s


def test_the_same_pattern_is_alike_everywhere():
    counts = np.array([5, 0, 9, 30])
    found = proportion_differences(counts, 7 * counts)
    assert found.local.tolist() == [0] * 4
    assert found.s == found.s_robust == 1.0
    assert resampled_similarity(counts, 7 * counts, np.random.default_rng(1)).s == 1.0


def test_one_point_each():
    found = proportion_differences(np.array([1, 0]), np.array([0, 1]))
    assert found.p.tolist() == [1.0, 1.0]
    assert found.s == 1.0


def test_the_same_seed_gives_the_same_index():
    base, test = np.arange(1, 40), np.arange(40, 1, -1)
    one, two = (resampled_similarity(base, test, np.random.default_rng(3)) for _ in range(2))
    assert one.lower.tobytes() == two.lower.tobytes()
    assert one.s == two.s


def test_too_little_data_and_wrong_parameters():
    one, none = np.array([1, 0]), np.array([0, 0])
    with pytest.raises(PointPatternError, match="no base points"):
        proportion_differences(none, one)
    with pytest.raises(PointPatternError, match="no test points"):
        resampled_similarity(one, none, np.random.default_rng(1))
    with pytest.raises(PointPatternError, match=r"a share of 0.4 of 1 test points leaves none"):
        resampled_similarity(one, one, np.random.default_rng(1), share=0.4)
    with pytest.raises(ParameterError, match="base must be whole counts"):
        proportion_differences(np.array([1.5]), np.array([1]))
    with pytest.raises(ParameterError, match="test must be whole counts"):
        proportion_differences(np.array([1]), np.array([-1]))
    with pytest.raises(ParameterError, match="same areas, found 2 and 3"):
        proportion_differences(one, np.ones(3, dtype=np.int64))
    with pytest.raises(ParameterError, match="q must be between 0 and 1"):
        proportion_differences(one, one, q=1)
    with pytest.raises(ParameterError, match="resamples must be a whole number of at least 20"):
        resampled_similarity(one, one, np.random.default_rng(1), resamples=5)
