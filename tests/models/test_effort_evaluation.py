from dataclasses import replace
from functools import cache
from math import exp, log

import numpy as np
import pytest
import statsmodels.api as sm

from models.effort_evaluation import (
    EffortCounts,
    RegressionToMean,
    TooLittleForEffortError,
    effort_change,
    evaluate_effort,
)
from models.effort_parameters import EffortParameters
from models.net_rate_ratio import Tables, net_rate_ratios
from models.parameter_limits import ParameterError

PARAMETERS = EffortParameters()
PER_DAY = np.array([1.7, 0.6, 0.9, 1.2, 1.5, 1.8])  # the effort's area first, the last two are controls
CONTROLS = (4, 5)
DAYS, LENGTH, RUN_UP = 1400, 28, 84


def drawn(rng, *, days=DAYS, per_day=PER_DAY, shape=5.0, lasts=1):
    """Negative binomial counts: gamma levels of each area that last ``lasts`` days, one shared by all, and a season."""
    own = rng.gamma(shape, 1 / shape, (len(per_day), -(-days // lasts))).repeat(lasts, axis=1)[:, :days]
    season = 1 + 0.15 * np.sin(2 * np.pi * np.arange(days) / 365.25)
    return rng.poisson(per_day[:, None] * own * rng.gamma(40, 1 / 40, days) * season).astype(np.float64)


def effort(counts, start, *, length=LENGTH, controls=CONTROLS):
    """Of the first area; the days after it are not known."""
    known = counts[:, : start + length]
    treated = np.zeros(known.shape, dtype=bool)
    treated[0, start:] = True
    return EffortCounts(known, treated, 0, controls, start, start + length)


def after_the_worst_quarter(counts, first=500):
    """The partners meet every twelve weeks; the effort starts after the quarter with the most incidents."""
    meetings = np.arange(first, counts.shape[1] - LENGTH, RUN_UP)
    total = np.concatenate([[0], counts[0].cumsum()])
    return int(meetings[np.argmax(total[meetings] - total[meetings - RUN_UP])])


@cache
def null_runs(chosen, trials=110):
    """Evaluations where nothing was done, and whether a plain comparison with the run-up calls it a fall."""
    found, plain = [], []
    for rng in np.random.default_rng(20261125).spawn(trials):
        counts = drawn(rng)
        data = effort(counts, after_the_worst_quarter(counts) if chosen else DAYS - LENGTH)
        one = evaluate_effort(data, PARAMETERS)
        pair = np.stack([counts[0], counts[list(CONTROLS)].sum(axis=0)])
        before, during = (pair[:, slice(*days)].sum(axis=1) for days in (one.windows.run_up, one.windows.during))
        found.append(one)
        net = net_rate_ratios(Tables(before[:1], during[:1], before[1:], during[1:]))[0]
        plain.append(net.p <= 0.05 and net.ratio < 1)
    return found, np.array(plain)


@pytest.mark.parametrize("chosen", [False, True])
def test_type_one_error_is_nominal_also_after_a_high_run_up(chosen):
    found, plain = null_runs(chosen)
    rate = np.mean([one.change.ratio.p <= 0.05 for one in found])
    assert 0.005 <= rate <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / len(found))
    falls = np.mean([one.change.ratio.p <= 0.05 and one.change.ratio.ratio < 1 for one in found])
    assert falls <= 0.025 + 2.6 * np.sqrt(0.025 * 0.975 / len(found))
    if chosen:  # the comparison with the weeks just before is what the baseline is there to replace
        assert plain.mean() > max(0.08, 2 * falls)


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize("where", ["in_time", "in_space"])
def test_placebo_p_is_nominal(chosen, where):
    found, _ = null_runs(chosen)
    p = np.array([getattr(one, where).p for one in found])
    for level in (0.1, 0.3):
        assert np.mean(p <= level) <= level + 2.6 * np.sqrt(level * (1 - level) / len(p))
    ranks = p * np.array([1 + len(getattr(one, where).placebos) for one in found])
    assert ranks.min() >= 1
    np.testing.assert_allclose(ranks, np.round(ranks))


@pytest.mark.parametrize(("lasts", "shape", "falls_by"), [(1, 5.0, 0.03), (4 * RUN_UP, 20.0, 0.0)])
def test_regression_to_the_mean_is_expected_as_it_comes(lasts, shape, falls_by):
    """With passing bursts all of a high run-up goes by itself; where levels last most of it stays."""
    observed = by_itself = level = 0.0
    for rng in np.random.default_rng(7).spawn(90):
        counts = drawn(rng, days=6 * 336, shape=shape, lasts=lasts, per_day=PER_DAY * 2)
        # Efforts start in the middle of what lasts, after the higher of two quarters.
        starts = 5 * 336 + np.array([-168, 168])
        start = int(max(starts, key=lambda day: counts[0, day - RUN_UP : day].sum()))
        one = evaluate_effort(effort(counts, start, length=RUN_UP), PARAMETERS)
        observed += one.change.observed
        by_itself += one.regression.expected
        level += one.regression.level
    assert observed == pytest.approx(by_itself, rel=0.06)
    assert level > (1 + falls_by) * observed


@pytest.mark.filterwarnings("ignore:Perfect separation")
def test_the_ratio_equals_a_poisson_glm():
    data = effort(drawn(np.random.default_rng(1), shape=1e6), DAYS - LENGTH)
    windows, controls, change = effort_change(data, PARAMETERS)
    pair = np.stack([data.counts[0], data.counts[list(controls)].sum(axis=0)])
    sums = np.array([pair[:, slice(*days)].sum(axis=1) for days in (windows.baseline, windows.during)])
    days = np.array([windows.baseline[1] - windows.baseline[0], LENGTH])
    area, during = np.array([1, 0, 1, 0]), np.array([0, 0, 1, 1])
    design = np.column_stack([np.ones(4), area, during, area * during])
    model = sm.GLM(sums.ravel(), design, family=sm.families.Poisson(), exposure=days.repeat(2))
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = model.fit(tol=1e-12)
    assert log(change.ratio.ratio) == pytest.approx(fitted.params[-1], abs=1e-9)
    assert change.expected == pytest.approx(change.observed / change.ratio.ratio)
    # Exact and a little wider than the normal interval.
    lower, upper = np.exp(fitted.conf_int()[-1])
    assert 0.85 * lower < change.ratio.lower < lower
    assert upper < change.ratio.upper < 1.15 * upper


def test_the_interval_with_bursts_is_that_of_a_negative_binomial_glm():
    """Blocks of four weeks, each with its own level: effects of area, block and effort, dispersion by moments."""
    widths = []
    for seed in range(6):
        counts = drawn(np.random.default_rng(seed), shape=8.0, lasts=28, per_day=3 * PER_DAY)
        data = effort(counts, DAYS - LENGTH)
        windows, controls, change = effort_change(data, PARAMETERS)
        kept = slice(windows.baseline[0], windows.baseline[1])
        pair = np.stack([data.counts[0], data.counts[list(controls)].sum(axis=0)])
        blocks = pair[:, kept].reshape(2, -1, 28).sum(axis=2)
        table = np.concatenate([blocks, pair[:, slice(*windows.during)].sum(axis=1, keepdims=True)], axis=1)
        n = table.shape[1]
        design = np.column_stack(
            [
                np.repeat([1, 0], n),
                np.tile(np.eye(n), (2, 1)),
                np.repeat([1, 0], n) * np.tile(np.arange(n) == n - 1, 2),
            ]
        ).astype(float)
        fitted = sm.GLM(table.ravel(), design, family=sm.families.NegativeBinomial(alpha=1 / 8)).fit()
        assert log(change.ratio.ratio) == pytest.approx(fitted.params[-1], abs=0.12)
        # The block effects of that model leave one block after the effort: twice the level's variance, area and pool.
        widths.append((log(change.ratio.upper / change.ratio.lower)) / (2 * 1.96 * fitted.bse[-1]))
    assert 0.6 < np.mean(widths) < 1.4


def test_a_halving_is_found_and_no_more_than_that():
    found = []
    for rng in np.random.default_rng(3).spawn(20):
        counts = drawn(rng)
        start = DAYS - 168
        counts[0, start:] = rng.binomial(counts[0, start:].astype(int), 0.5)
        one = evaluate_effort(effort(counts, start, length=168), PARAMETERS)
        found.append(one.change.judged(one.change.ratio.p, PARAMETERS.level))
        assert one.change.ratio.lower < 0.65
        assert one.in_space.p == 1 / (1 + len(one.areas))
    assert found.count("fald") >= 18
    assert "stigning" not in found


def test_areas_with_efforts_of_their_own_serve_as_nothing():
    data = effort(drawn(np.random.default_rng(5)), DAYS - LENGTH)
    treated = data.treated.copy()
    treated[4, DAYS - 300 : DAYS - 290] = True
    treated[1, DAYS - 10] = True
    treated[2, 5] = True  # long before the baseline
    found = evaluate_effort(replace(data, treated=treated), PARAMETERS)
    assert found.controls == (5,)
    # The last control has no other control to stand beside.
    assert found.areas == (2, 3)
    everywhere = np.ones_like(treated)
    with pytest.raises(TooLittleForEffortError, match="no control area without an effort of its own"):
        evaluate_effort(replace(data, treated=everywhere), PARAMETERS)


def test_placebo_dates_are_clear_of_the_run_up_of_one_another_and_of_other_efforts():
    data = effort(drawn(np.random.default_rng(5)), DAYS - LENGTH)
    found = evaluate_effort(data, PARAMETERS)
    dates = np.array(found.dates)
    assert dates[0] + LENGTH == found.windows.run_up[0]
    assert set(np.diff(dates)) == {-LENGTH}
    assert dates[-1] >= RUN_UP + PARAMETERS.least_baseline_days
    treated = data.treated.copy()
    treated[0, dates[3] + 5] = True
    assert set(evaluate_effort(replace(data, treated=treated), PARAMETERS).dates) == set(found.dates) - {found.dates[3]}


def test_the_run_up_takes_no_part_in_the_change():
    counts = drawn(np.random.default_rng(6))
    start = DAYS - LENGTH
    other = counts.copy()
    other[0, start - RUN_UP : start] += 5
    plain, high = (evaluate_effort(effort(c, start), PARAMETERS) for c in (counts, other))
    assert plain.change == high.change
    assert high.regression.run_up == plain.regression.run_up + 5 * RUN_UP


def test_unaffected_by_what_moves_all_areas_alike():
    counts = np.tile([[2.0], [1], [1], [1], [3], [3]], (1, DAYS))
    counts[:, DAYS - LENGTH :] *= 2
    change = effort_change(effort(counts, DAYS - LENGTH), PARAMETERS)[2]
    assert (change.ratio.ratio, change.expected) == (pytest.approx(1), pytest.approx(change.observed))


@pytest.mark.parametrize(
    ("start", "length", "lack", "said"),
    [
        (DAYS - 13, 13, "days", "needs 14 complete days of the effort, found 13"),
        (DAYS, 0, "days", "found 0"),
        (265, LENGTH, "history", "needs 266 days of data before the effort, found 265"),
        (-5, LENGTH, "history", "before the effort, found 0"),
    ],
)
def test_too_little_is_said_plainly(start, length, lack, said):
    counts = drawn(np.random.default_rng(1))
    data = EffortCounts(counts, np.zeros(counts.shape, dtype=bool), 0, CONTROLS, start, start + length)
    with pytest.raises(TooLittleForEffortError, match=said) as raised:
        evaluate_effort(data, PARAMETERS)
    assert raised.value.lack == lack


def test_too_few_incidents_are_said_plainly():
    counts = np.zeros((6, DAYS))
    with pytest.raises(TooLittleForEffortError, match="found 0 in the area, 0 and 0 in the controls"):
        effort_change(effort(counts, DAYS - LENGTH), PARAMETERS)
    counts[:, ::14] = 1
    with pytest.raises(TooLittleForEffortError, match=r"needs 5 incidents .* expected 2.0, found 2"):
        effort_change(effort(counts, DAYS - LENGTH), PARAMETERS)


def test_the_part_that_goes_by_itself():
    high = RegressionToMean(run_up=40, run_up_expected=20, level=20, expected=12, weight=0.8)
    assert high.share(4) == pytest.approx(0.5)
    assert high.share(15) == pytest.approx(1.6)  # the fall is less than what goes by itself
    assert high.share(20) is None
    low = RegressionToMean(run_up=15, run_up_expected=20, level=7.5, expected=9, weight=0.8)
    assert low.share(4) is None


def test_counts_must_fit():
    with pytest.raises(ParameterError, match="counts and treated must fit"):
        EffortCounts(np.ones((2, 9)), np.ones((2, 8), dtype=bool), 0, (1,), 0, 9)
    with pytest.raises(ParameterError, match="counts must not be negative"):
        EffortCounts(-np.ones((2, 9)), np.ones((2, 9), dtype=bool), 0, (1,), 0, 9)
    with pytest.raises(ParameterError, match="baseline_days must be a whole number of at least 182"):
        EffortParameters(baseline_days=100)
    with pytest.raises(ParameterError, match="at least four blocks of 60 days"):
        EffortParameters(block_days=60)
    assert exp(log(PARAMETERS.level)) == pytest.approx(0.05)
