from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.genmod.families import Poisson

from models.forecast_scores import (
    ForecastScores,
    captures,
    concentration_curve,
    forecast_parts,
    forecast_scores,
    hindsight,
    poisson_deviance,
    poisson_log_score,
    ranked_probability_score,
)
from models.parameter_limits import ParameterError


def scores(expected, observed, share, area=None, **more) -> ForecastScores:
    expected, observed = np.atleast_2d(expected).astype(float), np.atleast_2d(observed).astype(float)
    area = np.ones(expected.shape[1]) if area is None else np.array(area, dtype=float)
    parts = forecast_parts(expected, observed, area, share=share)
    return forecast_scores(parts, resamples=99, rng=np.random.default_rng(1), **more)


def test_pai_is_chainey_tompson_and_uhligs():
    # 25 % of the crimes in 50 % of the area: half of what chance gives.
    assert scores([2, 1], [1, 3], 0.5).pai.value == pytest.approx(0.5)
    # 20 % of the crimes in 10 % of the area.
    assert scores([9, 1, 1], [2, 4, 4], 0.1, area=[1, 4, 5]).pai.value == pytest.approx(2.0)
    # All crimes in all but nothing of the area is the most there is: A/a.
    assert scores([9, 1], [3, 0], 0.01, area=[1, 99]).pai.value == pytest.approx(100)


def test_equals_the_pai_table_of_the_r_package_ptools():
    # ptools (Wheeler; apwheele/ptools at 0f71d2d, R 4.2.2), the example of ?pai: pai(data.frame(obs=c(6,7,3,2,1,0),
    # pred=c(8,4,4,2,1,0), const=1), "obs", "pred", "const"), the rows at which no tie is cut. Its RRI is of totals,
    # predicted by observed; ours of shares, observed by predicted.
    table = {1: (1.894737, 0.857143, 1.333333), 3: (1.684211, 1, 1), 4: (1.421053, 1, 1), 5: (1.2, 1, 1)}
    for cells, (pai, pei, predicted_by_observed) in table.items():
        found = scores([8, 4, 4, 2, 1, 0], [6, 7, 3, 2, 1, 0], cells / 6)
        assert found.pai.value == pytest.approx(pai, abs=1e-6)
        assert found.pei.value == pytest.approx(pei, abs=1e-6)
        assert found.rri.value == pytest.approx(1 / predicted_by_observed, abs=1e-6)


small = st.integers(0, 3)


@given(data=st.data(), n=st.integers(2, 6))
def test_ties_count_as_the_mean_over_all_orders_of_tied_cells(data, n):
    expected = np.array(data.draw(st.lists(small, min_size=n, max_size=n)), dtype=float)
    observed = np.array(data.draw(st.lists(small, min_size=n, max_size=n)), dtype=float)
    cells = data.draw(st.integers(1, n - 1))
    orders = [order for order in permutations(range(n)) if np.all(np.diff(expected[list(order)]) <= 0)]
    mean = np.mean([observed[list(order[:cells])].sum() for order in orders])
    parts = forecast_parts(expected[None], observed[None], np.ones(n), share=cells / n)
    assert parts.hits[0] == pytest.approx(mean, abs=1e-9)
    assert parts.best_hits[0] == pytest.approx(max(observed[list(c)].sum() for c in combinations(range(n), cells)))
    assert parts.expected_hits[0] == pytest.approx(max(expected[list(c)].sum() for c in combinations(range(n), cells)))


def table(rng, n_forecasts=40, n=30):
    rate = rng.gamma(0.5, 0.3, n)
    expected = rate * rng.gamma(5, 0.2, (n_forecasts, n))
    return expected, rng.poisson(rate, (n_forecasts, n)).astype(float), rng.uniform(0.5, 2, n)


def test_unequal_areas_equal_a_greedy_walk_over_the_cells():
    expected, observed, area = table(np.random.default_rng(4))
    parts = forecast_parts(expected, observed, area, share=0.17)
    for t in range(len(expected)):
        for wanted, found in ((expected[t], parts.hits[t]), (observed[t], parts.best_hits[t])):
            room, hits = 0.17 * area.sum(), 0.0
            for cell in np.argsort(-wanted / area):
                hits += observed[t, cell] * min(1, room / area[cell])
                room -= min(room, area[cell])
            assert found == pytest.approx(hits, abs=1e-9)


def test_many_forecasts_are_ratios_of_sums():
    expected, observed, area = table(np.random.default_rng(5))
    parts = forecast_parts(expected, observed, area, share=0.2)
    found = forecast_scores(parts, resamples=9, rng=np.random.default_rng(0))
    assert found.hit_rate.value == pytest.approx(parts.hits.sum() / observed.sum())
    assert found.pai.value == pytest.approx(parts.hits.sum() / observed.sum() / 0.2)
    assert found.pei.value == pytest.approx(parts.hits.sum() / parts.best_hits.sum())
    assert found.level.value == pytest.approx(observed.sum() / expected.sum())
    assert found.log_score.value == pytest.approx(parts.log_score.mean())


def test_the_best_fixed_map_is_the_pooled_counts():
    expected, observed, area = table(np.random.default_rng(6))
    best = hindsight(observed, area, share=0.2)
    pooled = forecast_parts(np.tile(observed.sum(axis=0), (40, 1)), observed, area, share=0.2, best=best)
    np.testing.assert_allclose(pooled.hits, best.once, atol=1e-12)
    assert np.all(best.each >= forecast_parts(expected, observed, area, share=0.2).hits - 1e-12)


def test_the_curve_its_area_and_chance():
    expected, observed, area = table(np.random.default_rng(7))
    shares = np.linspace(0, 1, 4001)
    curve = concentration_curve(expected, observed, area, shares)
    assert (curve[0], curve[-1]) == (0, pytest.approx(1))
    assert np.all(np.diff(curve) >= -1e-12)
    parts = forecast_parts(expected, observed, area, share=0.2)
    found = forecast_scores(parts, resamples=9, rng=np.random.default_rng(0))
    assert found.curve_area.value == pytest.approx(np.trapezoid(curve, shares), abs=1e-5)
    assert curve[800] == pytest.approx(found.hit_rate.value)
    even = forecast_parts(np.tile(0.3 * area, (40, 1)), observed, area, share=0.2)
    chance = forecast_scores(even, resamples=9, rng=np.random.default_rng(0))
    assert chance.pai.value == pytest.approx(1)
    assert (chance.pai.lower, chance.pai.upper) == (pytest.approx(1), pytest.approx(1))
    assert chance.curve_area.value == pytest.approx(0.5)


def test_densities_that_differ_by_rounding_only_are_ties():
    observed = np.array([[5.0, 0, 0]])
    expected = np.array([[0.1 + 0.2, 0.3, 0.3 * (1 - 1e-15)]])
    assert captures(expected, observed, np.ones(3)).within(1 / 3).sum() == pytest.approx(5 / 3)


@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100), share=st.floats(0.01, 0.9))
def test_units_and_order_of_cells_play_no_part(seed, factor, share):
    expected, observed, area = table(np.random.default_rng(seed), n_forecasts=5, n=12)
    order = np.random.default_rng(seed + 1).permutation(12)
    first = forecast_parts(expected, observed, area, share=share)
    moved = forecast_parts(factor * expected[:, order], observed[:, order], factor * area[order], share=share)
    for name in ("hits", "best_hits", "fixed_hits", "ranked"):
        np.testing.assert_allclose(getattr(moved, name), getattr(first, name), atol=1e-9)


@given(seed=st.integers(0, 10_000), smaller=st.floats(0.01, 0.5), more=st.floats(0, 0.49))
def test_a_larger_area_never_catches_less(seed, smaller, more):
    expected, observed, area = table(np.random.default_rng(seed), n_forecasts=5, n=12)
    first = forecast_parts(expected, observed, area, share=smaller).hits
    assert np.all(forecast_parts(expected, observed, area, share=smaller + more).hits >= first - 1e-9)


def test_log_score_and_deviance_equal_statsmodels():
    rng = np.random.default_rng(8)
    expected = rng.gamma(1, 1, (6, 50)) + 0.01
    observed = rng.poisson(expected).astype(float)
    family = Poisson()
    for t in range(6):
        assert poisson_log_score(expected, observed)[t] == pytest.approx(-family.loglike(observed[t], expected[t]))
        assert poisson_deviance(expected, observed)[t] == pytest.approx(family.deviance(observed[t], expected[t]))


# surveillance 1.20 (R 4.2.2): scores(c(0,1,3,0,7,2), c(0.3,0.8,1.5,2.2,4,0.05), which = c("logs", "rps"))
COUNTS, MEANS = np.array([0.0, 1, 3, 0, 7, 2]), np.array([0.3, 0.8, 1.5, 2.2, 4.0, 0.05])
LOGS = [0.3, 1.02314355131, 2.07536414490, 2.2, 2.82110083323, 6.73461172767]
RPS = [0.0685525132136, 0.2407903381243, 1.0198641809264, 1.3881652561688, 2.0592241055225, 1.9024206718234]


def test_log_and_ranked_probability_scores_equal_surveillance():
    np.testing.assert_allclose(poisson_log_score(MEANS[:, None], COUNTS[:, None]), LOGS, atol=1e-10)
    np.testing.assert_allclose(ranked_probability_score(MEANS[:, None], COUNTS[:, None])[:, 0], RPS, atol=1e-10)


def test_ranked_probability_score_equals_its_sum_at_high_means():
    mean, count = np.array([[0.0, 60.0, 250.0]]), np.array([[2.0, 45.0, 300.0]])
    steps = np.arange(900)[:, None]
    brute = ((stats.poisson.cdf(steps, mean) - (count <= steps)) ** 2).sum(axis=0)
    np.testing.assert_allclose(ranked_probability_score(mean, count)[0], brute, rtol=1e-9)


@pytest.mark.parametrize("score", [poisson_log_score, lambda e, o: ranked_probability_score(e, o).sum(axis=1)])
def test_scores_are_proper(score):
    observed = np.arange(40.0)[:, None]
    chance = stats.poisson.pmf(observed[:, 0], 2.0)
    mean_score = [chance @ score(np.full((40, 1), rate), observed) for rate in (1.0, 1.8, 2.0, 2.2, 3.0)]
    assert np.argmin(mean_score) == 2


def test_an_incident_where_none_was_expected_is_infinitely_bad():
    found = scores([[0, 1], [1, 1]], [[1, 0], [1, 1]], 0.5)
    assert found.log_score.value == np.inf
    assert found.deviance.upper == np.inf
    assert poisson_log_score(np.zeros((1, 2)), np.zeros((1, 2))).tolist() == [0.0]


def test_without_an_incident_scores_are_undefined_and_say_why():
    found = scores([1, 2], [0, 0], 0.5)
    assert np.isnan(found.pai.value)
    assert found.pai.why == "no incident fell into the area in the days scored"
    assert found.level.value == 0
    assert found.log_score.value == pytest.approx(3)
    nothing = scores([0, 0], [0, 2], 0.5)
    assert nothing.level.why == "no incident was expected at all"
    assert nothing.hit_rate.value == pytest.approx(0.5)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    covered = 0
    for stream in np.random.default_rng(9).spawn(200):
        observed = stream.poisson(0.1, (182, 20)).astype(float)
        parts = forecast_parts(np.tile(np.arange(20.0), (182, 1)), observed, np.ones(20), share=0.25)
        found = forecast_scores(parts, resamples=399, rng=stream).hit_rate
        covered += found.lower <= 0.25 <= found.upper
    # 26 blocks: percentile intervals are a little short (Davison & Hinkley 1997, ch. 5).
    assert 0.88 <= covered / 200 <= 0.98


def test_the_same_seed_gives_the_same_bits():
    expected, observed, area = table(np.random.default_rng(10))
    parts = forecast_parts(expected, observed, area, share=0.2)
    first = forecast_scores(parts, rng=np.random.default_rng(3))
    assert first == forecast_scores(parts, rng=np.random.default_rng(3))
    assert first != forecast_scores(parts, rng=np.random.default_rng(4))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"observed": np.ones((2, 2))}, r"one shape \(T, n\)"),
        ({"area": np.ones(2)}, r"one shape \(T, n\)"),
        ({"area": np.array([1.0, 0, 1])}, "smallest area must be a number greater than 0, found 0"),
        ({"expected": np.full((2, 3), np.nan)}, "expected must be finite and not negative"),
        ({"observed": np.full((2, 3), -1.0)}, "observed must be finite and not negative, found -1"),
        ({"share": 1.0}, r"share must be between 0 and 1, found 1\.0"),
    ],
)
def test_refuses_what_cannot_be_scored(change, sentence):
    given_ = {"expected": np.ones((2, 3)), "observed": np.ones((2, 3)), "area": np.ones(3), "share": 0.5} | change
    with pytest.raises(ParameterError, match=sentence):
        forecast_parts(**given_)


def test_refuses_no_forecast_and_fractions_of_counts():
    parts = forecast_parts(np.ones((0, 3)), np.ones((0, 3)), np.ones(3), share=0.5)
    with pytest.raises(ParameterError, match="at least 1 forecast"):
        forecast_scores(parts, rng=np.random.default_rng(1))
    with pytest.raises(ParameterError, match="whole counts"):
        ranked_probability_score(np.ones((1, 1)), np.full((1, 1), 0.5))
    one = forecast_parts(np.ones((1, 3)), np.ones((1, 3)), np.ones(3), share=0.5)
    with pytest.raises(ParameterError, match="block_length"):
        forecast_scores(one, block_length=0, rng=np.random.default_rng(1))
