import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from models import cusum as module
from models.cusum import (
    CusumError,
    decision_limit,
    normal_run_length,
    poisson_cusum,
    reference_value,
    run_length,
    step_of,
    transformed_cusum,
    transformed_run_length,
    window_limit,
)
from models.parameter_limits import ParameterError

NEWPORT = Path(__file__).parents[3] / "shared/data/reference/weekly-counts/salmNewport_weekly.csv"
here = pytest.mark.skipif(
    not NEWPORT.exists(), reason="the weekly counts of R's surveillance lie beside the repository"
)

weeks = st.lists(st.integers(0, 9), min_size=1, max_size=60)
sides = st.sampled_from(["rise", "fall"])

# What the CUSUM of R's surveillance 1.20.3 (mean 1.3, k 0.5, h 4) makes of weeks 21 to 60 of its Salmonella Newport:
# the first alarm, and the path before it.
FROM_R = {
    "rossi": (19, "0.837374699 0.065640571 0 0 0 0.837374699 0 0 0 0 0.837374699 0.065640571"),
    "standard": (18, "0.990998633 0.227881227 0 0 0 0.990998633 0 0 0 0 0.990998633 0.227881227"),
    "anscombe": (19, "0.776367644 0.001926827 0 0 0 0.776367644 0 0 0 0 0.776367644 0.001926827"),
}


def floats(values):
    return np.array(list(values), dtype=np.float64)


def newport():
    with NEWPORT.open(newline="", encoding="utf-8") as file:
        return floats(row["observed"] for row in csv.DictReader(file))[20:60]


# Lucas' scheme (1985) with h 6 and k 2 at a mean of 1.88 and one shifted by 0.9627 standard deviations, as published
# with the R package IAcsSPCR for Lawson's book on statistical process control; then R surveillance's arlCusum.
@pytest.mark.parametrize(
    ("mean", "k", "h", "run", "from_head_start"),
    [
        (1.88, 2, 6, "37.20", "29.19"),
        (1.88 + 0.9627 * 1.88**0.5, 2, 6, "5.49", "3.33"),
        (0.3, 0.4, 5, "323.40", None),
        (0.3, 1, 3, "1557.01", None),
        (0.9, 0.4, 6.5, "13.89", None),
        (0.3, 0.4, 10, "6095.78", "5850.55"),
    ],
)
def test_published_run_lengths(mean, k, h, run, from_head_start):
    assert f"{run_length(mean, k=k, h=h):.2f}" == run
    if from_head_start:
        assert f"{run_length(mean, k=k, h=h, head_start=h / 2):.2f}" == from_head_start


@pytest.mark.parametrize(("side", "k", "h"), [("rise", 2.6, 4.2), ("fall", 1.45, 5)])
@pytest.mark.parametrize("variance", [1.0, 1.8])
def test_run_length_is_that_of_simulated_counts(side, k, h, variance):
    rng = np.random.default_rng(5)
    draw = (
        rng.poisson(2, (2_000, 600))
        if variance == 1
        else nbinom.rvs(2 / (variance - 1), 1 / variance, size=(2_000, 600), random_state=rng)
    )
    s, first = np.zeros(len(draw)), np.full(len(draw), draw.shape[1])
    for t in range(draw.shape[1]):
        s = np.maximum(0, s + (draw[:, t] - k) * (1 if side == "rise" else -1))
        first = np.where((s >= h - 1e-9) & (first == draw.shape[1]), t + 1, first)
    expected = run_length(2, k=k, h=h, side=side, variance=variance)
    assert expected == pytest.approx(first.mean(), abs=4 * first.std() / len(first) ** 0.5)


@given(counts=weeks, k=st.sampled_from([0.5, 1.0, 2.35]), h=st.sampled_from([1.0, 4.0]), side=sides)
def test_path_is_the_definition(counts, k, h, side):
    found = poisson_cusum(floats(counts), k=k, h=h, side=side)
    s, began = 0.0, 0
    for t, count in enumerate(counts):
        s = max(0.0, s + (count - k if side == "rise" else k - count))
        if s < 1e-9:
            s, began = 0.0, t + 1
        assert found.path[t] == pytest.approx(s, abs=1e-6)
        assert found.since[t] == (began if s else -1)
        assert found.alarm[t] == (s >= h - 1e-9)
        if found.alarm[t]:
            s, began = 0.0, t + 1


@here
@pytest.mark.parametrize("transform", ["rossi", "standard", "anscombe"])
def test_transformed_path_and_alarm_equal_surveillance(transform, monkeypatch):
    monkeypatch.setattr(module, "LEAST_SHARE_OF_RUN", 0.0)
    first, path = FROM_R[transform]
    counts = newport()
    found = transformed_cusum(counts, np.full(40, 1.3), k=0.5, h=4.0, transform=transform)
    np.testing.assert_allclose(found.path[:12], floats(path.split()), rtol=0, atol=1e-9)
    assert np.flatnonzero(found.alarm)[0] + 1 == first


def test_run_of_normal_variables_is_the_published_one():
    # Montgomery, Introduction to Statistical Quality Control: two-sided runs of 168 and 465 at k 0.5, h 4 and 5.
    assert round(normal_run_length(k=0.5, h=4) / 2) == 168
    assert round(normal_run_length(k=0.5, h=5) / 2) == 465
    assert transformed_run_length(5e3, k=0.5, h=4) == pytest.approx(335.4, rel=0.02)


def test_standard_counts_break_what_normal_limits_say_and_are_refused():
    assert transformed_run_length(2, k=0.5, h=4, transform="standard") < 0.6 * normal_run_length(k=0.5, h=4)
    with pytest.raises(CusumError, match=r"a run of 335 periods; with a mean of 2 counts transformed by standard run"):
        transformed_cusum(np.ones(5), np.full(5, 2.0), k=0.5, h=4.0, transform="standard")
    assert not transformed_cusum(np.ones(5), np.full(5, 2.0), k=0.5, h=4.0, transform="rossi").alarm.any()


@given(mean=st.sampled_from([0.1, 0.7, 2.0, 14.0, 60.0]), factor=st.sampled_from([0.5, 1.5, 2.0]))
@settings(deadline=None, max_examples=8)
def test_decision_limit_is_the_smallest_that_keeps_the_run(mean, factor):
    k, side = reference_value(mean, factor * mean), "rise" if factor > 1 else "fall"
    h = decision_limit(mean, k=k, periods=200, side=side)
    assert run_length(mean, k=k, h=h, side=side) >= 200
    step = step_of(k)
    between = np.gcd(round(k / step), round(1 / step)) * step  # of two values that S can take
    if h > between + 1e-9:
        assert run_length(mean, k=k, h=h - between, side=side) < 200


def test_reference_value_is_lucas_and_keeps_to_its_side():
    assert reference_value(2, 4) == pytest.approx(2 / np.log(2), abs=0.025)
    assert 0.02 < reference_value(0.02, 0.04) == 0.05
    assert reference_value(14, 7) == pytest.approx(7 / np.log(2), abs=0.025)


@pytest.mark.parametrize("side", ["rise", "fall"])
def test_window_limit_keeps_its_chance_when_history_and_window_share_a_rate(side):
    rng = np.random.default_rng(8)
    k = 3.0 if side == "rise" else 1.0
    limits = {}  # the limit rests on the sum of the history alone
    alarms = []
    for _ in range(1_000):
        history, window = floats(rng.poisson(2, 26)), floats(rng.poisson(2, 26))
        total = history.sum()
        if total not in limits:
            limits[total] = window_limit(history, watched=26, k=k, side=side)
        alarms.append(poisson_cusum(window, k=k, h=limits[total], side=side).alarm.any())
    assert 0.01 < np.mean(alarms) < 0.05 + 3 * (0.05 * 0.95 / 1_000) ** 0.5


def test_a_longer_history_and_a_calmer_one_allow_a_lower_limit():
    long, short = np.full(104, 3.0), np.full(13, 3.0)
    assert window_limit(long, watched=26, k=4) < window_limit(short, watched=26, k=4)
    assert window_limit(long, watched=26, k=4) < window_limit(long, watched=26, k=4, variance=2.0)


def test_a_reference_value_too_near_the_mean_has_no_limit(monkeypatch):
    monkeypatch.setattr(module, "MOST_STATES", 250)
    with pytest.raises(CusumError, match="no limit of up to 250 steps is high enough: k lies too near the mean"):
        decision_limit(14, k=14, periods=1e9)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: window_limit(np.zeros(9), watched=4, k=1), CusumError, "a history with an incident, found none in 9"),
        (lambda: run_length(2, k=0.03, h=4), ParameterError, "k must be a multiple of 0.05, found 0.03"),
        (lambda: poisson_cusum(floats([1, -1]), k=1, h=2), ParameterError, "none of them negative"),
        (lambda: poisson_cusum(floats([1, np.nan]), k=1, h=2), ParameterError, "counts must hold finite numbers"),
        (lambda: poisson_cusum(floats([1]), k=1, h=0), ParameterError, "h must be a number greater than 0"),
        (lambda: reference_value(2, 2), ParameterError, "out_of_control must differ from in_control, found 2 for both"),
        (lambda: run_length(0, k=1, h=2), ParameterError, "mean must be greater than 0, found 0"),
        (lambda: transformed_cusum(np.ones(2), np.ones(3), k=1, h=2), ParameterError, "means must be as many"),
        (lambda: run_length(2, k=2.05, h=1_000), CusumError, "h must be at most 200 at this k, found 1000"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
