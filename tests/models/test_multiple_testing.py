import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from models.multiple_testing import benjamini_hochberg, benjamini_yekutieli, holm

p_values = arrays(np.float64, array_shapes(max_dims=3, max_side=6), elements=st.floats(0, 1))

# Benjamini & Hochberg (1995), section 4: fifteen comparisons of two treatments for myocardial infarction.
PUBLISHED = np.fromstring(
    "0.0001 0.0004 0.0019 0.0095 0.0201 0.0278 0.0298 0.0344 0.0459 0.3240 0.4262 0.5719 0.6528 0.7590 1.0000",
    sep=" ",
)


def test_published_example():
    assert (benjamini_hochberg(PUBLISHED) <= 0.05).sum() == 4
    assert (holm(PUBLISHED) <= 0.05).sum() == 3


@given(p_values)
def test_benjamini_hochberg_equals_scipy_over_the_whole_table(p):
    expected = false_discovery_control(p.ravel(), method="bh").reshape(p.shape)
    np.testing.assert_allclose(benjamini_hochberg(p), expected, rtol=1e-12)


@given(p_values)
def test_benjamini_yekutieli_equals_scipy_over_the_whole_table(p):
    expected = false_discovery_control(p.ravel(), method="by").reshape(p.shape)
    np.testing.assert_allclose(benjamini_yekutieli(p), expected, rtol=1e-12, atol=1e-300)


def test_benjamini_yekutieli_equals_statsmodels():
    np.testing.assert_allclose(benjamini_yekutieli(PUBLISHED), multipletests(PUBLISHED, method="fdr_by")[1], rtol=1e-12)
    # 15 tests: 1 + 1/2 + ... + 1/15 = 3.318, so that three of the four of Benjamini-Hochberg remain.
    assert (benjamini_yekutieli(PUBLISHED) <= 0.05).sum() == 3


@given(p_values)
def test_holm_lies_between_the_p_and_bonferroni(p):
    adjusted = holm(p)
    assert adjusted.shape == p.shape
    assert np.all(adjusted >= p)
    assert np.all(adjusted <= np.minimum(1, p * p.size) + 1e-15)
    smallest = p == p.min()
    np.testing.assert_allclose(adjusted[smallest], min(1, p.min() * p.size))


@given(p_values, st.randoms(use_true_random=False))
@pytest.mark.parametrize("adjust", [benjamini_hochberg, benjamini_yekutieli, holm])
def test_order_of_the_tests_does_not_matter(adjust, p, random):
    order = np.array(random.sample(range(p.size), p.size))
    np.testing.assert_array_equal(adjust(p.ravel()[order]), adjust(p).ravel()[order])


@given(p_values)
@pytest.mark.parametrize("adjust", [benjamini_hochberg, benjamini_yekutieli, holm])
def test_keeps_the_order_of_the_p_values(adjust, p):
    flat = np.sort(p.ravel())
    assert np.all(np.diff(adjust(flat)) >= 0)


@pytest.mark.parametrize("adjust", [benjamini_hochberg, benjamini_yekutieli, holm])
def test_no_tests(adjust):
    assert adjust(np.empty((0, 3))).shape == (0, 3)


def test_holm_holds_the_family_wise_rate_under_the_null():
    rng = np.random.default_rng(4)
    false = np.mean([holm(rng.random(20)).min() <= 0.05 for _ in range(4_000)])
    assert 0.035 < false < 0.06
