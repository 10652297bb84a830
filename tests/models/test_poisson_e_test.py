import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import poisson
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from models.parameter_limits import ParameterError
from models.poisson_e_test import poisson_e_test
from models.rate_ratio import rate_ratio

counts = st.integers(0, 60)
exposures = st.sampled_from([(1.0, 1.0), (336.0, 28.0), (28.0, 84.0), (364.0, 7.0), (19017.0, 28010.0)])
statistics = st.sampled_from(["score", "wald"])


def ours(before, after, exposure, statistic="score"):
    return poisson_e_test(before, after, before_exposure=exposure[0], after_exposure=exposure[1], statistic=statistic)


# Ng, Gu & Tang 2007: breast cancer in women examined by fluoroscopy (41 in 28,010 years) and others (15 in 19,017).
# Gu, Ng, Tang & Schucany 2008: coronary heart disease of smokers (60 in 51,477.5 years) and others (30 in 54,308.7).
FLUOROSCOPY = (15, 41, (19_017, 28_010))
SMOKERS = (30, 60, (54_308.7, 51_477.5))


@pytest.mark.parametrize(
    ("example", "statistic", "z", "p"),
    [
        (FLUOROSCOPY, "wald", 2.2047, "0.0184"),
        (FLUOROSCOPY, "score", 2.0818, "0.0179"),
        (SMOKERS, "wald", 3.3849, "0.000298"),
        (SMOKERS, "score", 3.4174, "0.000298"),
    ],
)
def test_published_examples(example, statistic, z, p):
    found = ours(*example, statistic)
    assert found.z == pytest.approx(z, abs=6e-5)
    assert f"{found.p_rise:.{len(p) - 2}f}" == p


def test_published_c_test_is_the_rate_ratios():
    before, after, exposure = SMOKERS
    found = rate_ratio(before, after, before_exposure=exposure[0], after_exposure=exposure[1])
    assert f"{found.p / 2:.6f}" == "0.000428"


# With no incident before, statsmodels divides by zero on its way.
@given(before=st.integers(1, 60), after=counts, exposure=exposures, statistic=statistics)
@settings(deadline=None, max_examples=25)
def test_equals_statsmodels(before, after, exposure, statistic):
    found = ours(before, after, exposure, statistic)
    name = {"score": "etest", "wald": "etest-wald"}[statistic]
    arguments = (after, exposure[1], before, exposure[0])
    # Its grid must reach as far as the larger mean does; its own stops where a tail of 1e-4 is left.
    reach = 160 + 20 * (before + after)
    assume(reach < 1_500)
    wide = {"etest_kwds": {"y_grid": np.arange(reach)}}
    expected = poisson_2indep(*arguments, method=name, **wide)
    normal = poisson_2indep(*arguments, method=statistic)
    assert found.z == pytest.approx(expected.statistic, abs=1e-9)
    assert found.z == pytest.approx(normal.statistic, abs=1e-9)
    assert found.normal_p == pytest.approx(normal.pvalue, abs=1e-9)
    if found.z != 0:
        assert found.p == pytest.approx(expected.pvalue, abs=1e-6)
    side, p = ("larger", found.p_rise) if found.z > 0 else ("smaller", found.p_fall)
    if found.z != 0:
        one_sided = poisson_2indep(*arguments, method=name, alternative=side, **wide)
        assert p == pytest.approx(one_sided.pvalue, abs=1e-6)


@given(before=st.integers(0, 12), after=st.integers(0, 12), exposure=exposures, statistic=statistics)
@settings(deadline=None, max_examples=40)
def test_is_the_sum_over_all_pairs_of_counts(before, after, exposure, statistic):
    assume(before + after > 0)
    r = exposure[1] / exposure[0]
    expected = (before + after) / (1 + r)
    a, b = np.meshgrid(np.arange(120.0), np.arange(300.0), indexing="ij")
    chance = poisson.pmf(a, expected) * poisson.pmf(b, r * expected)
    spread = r * (a + b) if statistic == "score" else b + r * r * a
    z = np.divide(b - r * a, np.sqrt(spread), out=np.zeros_like(a), where=spread > 0)
    at = z[before, after]
    found = ours(before, after, exposure, statistic)
    assert found.p_rise == pytest.approx(chance[z >= at - 1e-9].sum(), abs=1e-9)
    assert found.p_fall == pytest.approx(chance[z <= at + 1e-9].sum(), abs=1e-9)
    assert found.p == pytest.approx(chance[np.abs(z) >= abs(at) - 1e-9].sum(), abs=1e-9)


@given(before=counts, after=counts, exposure=exposures)
@settings(deadline=None)
def test_turns_with_the_order_of_the_periods(before, after, exposure):
    forth, back = ours(before, after, exposure), ours(after, before, exposure[::-1])
    assert forth.z == pytest.approx(-back.z, abs=1e-9)
    assert (forth.p, forth.p_rise) == pytest.approx((back.p, back.p_fall), abs=1e-9)


@given(before=st.integers(1, 40), after=st.integers(1, 40))
@settings(deadline=None)
def test_is_less_cautious_than_the_exact_conditional_test(before, after):
    assert ours(before, after, (1.0, 1.0)).p <= rate_ratio(before, after).p + 1e-9


def test_equal_exposures_have_one_statistic_and_no_incidents_no_difference():
    assert ours(4, 11, (28, 28)).p == pytest.approx(ours(4, 11, (28, 28), "wald").p, abs=1e-12)
    assert ours(0, 0, (1, 5)).p == ours(7, 7, (3, 3)).p == 1.0


def test_large_counts_come_to_the_normal_p():
    found = ours(40_000, 40_500, (1, 1))
    assert found.p == pytest.approx(found.normal_p, abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((2.5, 4), "before must be a whole number of incidents, found 2.5"),
        ((2, -1), "after must be a number at least 0, found -1"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(arguments, sentence):
    with pytest.raises(ParameterError, match=sentence):
        poisson_e_test(*arguments)
