from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.alert import ALL
from models.calendar import to_day_number
from models.displacement_watch import TooLittleHistoryError
from models.watch_beside import watch_beside
from models.watch_day import WatchData, WatchInputs, settled_power, settled_threshold, signals_of
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_record import RecordError, alert_power, beside_of, inputs_of, recompute, record
from models.watch_series import watch_series
from tests.alert_signal import SIGNAL

FIRST = to_day_number(date(2025, 1, 1))
FEW_YEARS = ThresholdParameters(years=40)


def inputs(days: int = 500, *, moved: int = 40, seed: int = 1) -> WatchInputs:
    """A treated area, two neighbours and a control; in the last ``moved`` days most goes to the second neighbour."""
    rng = np.random.default_rng(seed)
    rate = np.array([[1.5, 0.5], [0.5, 0.3], [0.5, 0.3], [2.0, 1.0]])
    counts = rng.poisson(rate, (days, 4, 2)).astype(float)
    if moved:
        counts[-moved:, 0, 0] = rng.poisson(0.2, moved)
        counts[-moved:, 2, 0] = rng.poisson(1.8, moved)
    return WatchInputs(("t", "near", "far", "c"), 2, ("hash", "vold"), FIRST, counts, WatchParameters(), FEW_YEARS)


def test_what_moved_is_a_signal_and_what_did_not_is_none() -> None:
    given_ = inputs()
    found = signals_of(given_, settled_threshold(given_))
    assert found[0].neighbour == "far"
    assert {signal.category for signal in found} <= {"hash", ALL}
    first = found[0]
    assert first.last_on == given_.day == date(2026, 5, 15)
    assert first.onset_from <= date(2026, 4, 6) <= first.onset_to
    assert abs((first.onset - date(2026, 4, 6)).days) <= 14
    assert first.onset_from <= first.onset <= first.onset_to <= first.raised_on <= first.last_on
    assert first.neighbour_observed - first.neighbour_expected > 20
    quiet = inputs(moved=0)
    assert signals_of(quiet, settled_threshold(quiet)) == []


def test_the_threshold_rests_on_the_days_before_the_month_and_on_no_thread_count() -> None:
    given_ = inputs()
    assert len(given_.settled) == (date(2026, 5, 1) - date(2025, 1, 1)).days
    later = replace(given_, counts=np.concatenate([given_.counts, np.ones((3, 4, 2))]))
    one, many = settled_threshold(given_, threads=1), settled_threshold(later, threads=3)
    assert (one.threshold, one.starts.tolist()) == (many.threshold, many.starts.tolist())


def test_too_little_history_is_refused() -> None:
    with pytest.raises(TooLittleHistoryError, match="at least 168 days of counts"):
        settled_threshold(inputs(150))


def test_a_record_computes_again_and_an_altered_one_does_not() -> None:
    given_ = inputs()
    threshold = settled_threshold(given_)
    [signal, *_] = signals_of(given_, threshold)
    body = record(given_, threshold, signal, code="1")
    assert inputs_of(body).counts.tobytes() == given_.counts.tobytes()
    assert recompute(body).same
    # The last bit of one figure.
    altered = record(given_, threshold, replace(signal, share=float(np.nextafter(signal.share, 0))), code="1")
    assert recompute(altered).differing == ("signal",)
    gone = record(given_, threshold, replace(signal, neighbour="near"), code="1")
    assert recompute(gone).differing == ("signal",)


def test_what_stands_beside_computes_again_too() -> None:
    edge = np.zeros((100, 4, 2))
    edge[-3, 0, 0] = 1.0
    given_ = replace(inputs(), data=WatchData(0.97, edge))
    threshold = settled_threshold(given_)
    [signal, *_] = signals_of(given_, threshold)
    beside, power = watch_beside(given_, signal), alert_power(given_, threshold, signal)
    body = record(given_, threshold, signal, code="1", beside=beside, power=power)
    assert beside_of(body) == (beside, power)
    assert inputs_of(body).data is not None
    assert recompute(body).same
    p = beside.in_time
    altered = replace(beside, in_time=replace(p, as_high=p.as_high + 1)), replace(power, treated=power.treated + 1e-12)
    changed = record(given_, threshold, signal, code="1", beside=altered[0], power=altered[1])
    assert recompute(changed).differing == ("beside", "power")
    # The evidence of before it was kept: nothing to say, and nothing to differ.
    old = record(replace(given_, data=None), threshold, signal, code="1")
    assert beside_of(old) == (None, None)
    assert recompute(old).same


def test_the_power_of_one_column_is_that_of_all() -> None:
    """What is kept with an alert was simulated with the rest of the month, and is computed again by itself."""
    given_ = replace(inputs(), threshold=ThresholdParameters(years=5))
    threshold = settled_threshold(given_)
    whole, one = settled_power(given_, threshold), settled_power(given_, threshold, columns=[2], threads=1)
    np.testing.assert_array_equal(whole.day[..., 2, :], one.day[..., 2, :])
    assert given_.position_of(replace(SIGNAL, neighbour="far", category=ALL)) == (1, 2)
    assert given_.position_of(replace(SIGNAL, neighbour="near", category="vold")) == (0, 1)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff", b'{"inputs": 1, "signal": 2}'])
def test_what_is_no_record_is_refused(body: bytes) -> None:
    with pytest.raises(RecordError, match="no record of a signal"):
        recompute(body)


def test_the_series_are_the_weeks_up_to_the_day_judged() -> None:
    given_ = inputs()
    [signal, *_] = signals_of(given_, settled_threshold(given_))
    series = watch_series(given_, signal, weeks=10)
    hash_, far = given_.categories.index("hash"), given_.areas.index("far")
    last = given_.counts[-70:, :, hash_].reshape(10, 7, 4).sum(axis=1)
    np.testing.assert_array_equal(series.treated.observed, last[:, 0])
    np.testing.assert_array_equal(series.neighbour.observed, last[:, far])
    assert series.starts[-1] == date(2026, 5, 9)
    # What moved between the two areas moves no expectation.
    even = replace(given_, counts=given_.counts.copy())
    even.counts[-40:, 0, hash_], even.counts[-40:, far, hash_] = 1.5, 0.5
    np.testing.assert_allclose(watch_series(even, signal, weeks=10).treated.expected, series.treated.expected)
    outside = (series.neighbour.observed > series.neighbour.upper) | (
        series.neighbour.observed < series.neighbour.lower
    )
    assert outside[-5:].mean() >= 0.8
    assert not outside[:4].all()
