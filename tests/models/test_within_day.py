from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.partnerships import load_partnership
from models.alert import ALL
from models.calendar import to_day_number
from models.displacement_watch import TooLittleHistoryError
from models.parameter_limits import ParameterError
from models.watch_day import watch_inputs
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_record import RecordError
from models.within_day import WithinInputs, settled_within, within_inputs, within_signals
from models.within_parameters import WithinParameters
from models.within_record import inputs_within, is_within, recompute_within, record_within
from models.within_series import within_series

FIRST = to_day_number(date(2025, 1, 1))
FEW_YEARS = WithinParameters(years=40)


def inputs(days: int = 500, *, moved: int = 40, seed: int = 1) -> WithinInputs:
    """A treated area and three others; in its last ``moved`` days most of the evening goes to the night."""
    rng = np.random.default_rng(seed)
    rate = np.array([[0.5, 1.5, 0.6], [0.5, 0.8, 0.5], [1.0, 1.5, 1.0], [2.0, 3.0, 2.0]])
    counts = rng.poisson(rate, (days, 4, 3)).astype(float)
    if moved:
        counts[-moved:, 0, 1] = rng.poisson(0.2, moved)
        counts[-moved:, 0, 2] = rng.poisson(1.9, moved)
    return WithinInputs("shift", ("t", "a", "b", "c"), ("dag", "aften", "nat"), FIRST, counts, FEW_YEARS)


def test_what_moved_is_the_signal_and_what_did_not_is_none() -> None:
    given = inputs()
    [signal] = within_signals(given, settled_within(given))
    assert (signal.moved_to, signal.from_stratum, signal.to_stratum) == ("shift", "aften", "nat")
    assert (signal.neighbour, signal.category, signal.kind) == ("t", ALL, "displacement")
    assert signal.last_on == given.day == date(2026, 5, 15)
    assert abs((signal.onset - date(2026, 4, 6)).days) <= 4
    assert signal.onset_from <= signal.onset <= signal.onset_to <= signal.raised_on <= signal.last_on
    assert signal.treated_expected - signal.treated_observed > 25
    assert signal.neighbour_observed - signal.neighbour_expected > 25
    assert signal.p < 0.01
    quiet = inputs(moved=0)
    assert within_signals(quiet, settled_within(quiet)) == []


def test_a_whole_fall_and_hours_that_move_everywhere_are_no_signal() -> None:
    fallen, everywhere = inputs(moved=0), inputs(moved=0, seed=2)
    fallen.counts[-60:, 0] = np.random.default_rng(3).poisson([0.15, 0.4, 0.2], (60, 3))
    everywhere.counts[-60:, :, 1] = np.random.default_rng(4).poisson([0.5, 0.3, 0.5, 1.0], (60, 4))
    everywhere.counts[-60:, :, 2] = np.random.default_rng(5).poisson([1.2, 1.0, 2.0, 4.0], (60, 4))
    for given in (fallen, everywhere):
        assert within_signals(given, settled_within(given)) == []


def test_the_threshold_rests_on_the_days_before_the_month_and_on_no_thread_count() -> None:
    given = inputs()
    assert len(given.settled) == (date(2026, 5, 1) - date(2025, 1, 1)).days
    later = replace(given, counts=np.concatenate([given.counts, np.ones((3, 4, 3))]))
    one, many = settled_within(given, threads=1), settled_within(later, threads=3)
    assert (one.threshold, one.starts.tolist()) == (many.threshold, many.starts.tolist())


def test_the_treated_area_stands_first_whatever_the_file_has_first() -> None:
    areas = load_partnership(None).areas
    counts = np.arange(len(areas.areas) * 3 * 2, dtype=float).reshape(len(areas.areas), 3, 2)
    found = within_inputs("category", counts, areas, ("x", "y"), first_day=FIRST, parameters=FEW_YEARS)
    position = [area.id for area in areas.areas].index(areas.treated.id)
    assert found.areas[0] == areas.treated.id
    assert sorted(found.areas) == sorted(area.id for area in areas.areas)
    np.testing.assert_array_equal(found.counts[:, 0], counts[position])
    same = watch_inputs(
        counts, areas, ("x", "y"), first_day=FIRST, watch=WatchParameters(), threshold=ThresholdParameters()
    )
    assert found.counts.sum() == same.counts.sum()


def test_too_little_to_judge_is_refused() -> None:
    with pytest.raises(TooLittleHistoryError, match="at least 168 days of counts"):
        settled_within(inputs(150))
    one = inputs()
    alone = replace(one, counts=one.counts[:, :1], areas=("t",))
    with pytest.raises(ParameterError, match="at least 1 other area, found 0"):
        within_signals(alone, settled_within(one))


def test_a_record_computes_again_and_an_altered_one_does_not() -> None:
    given = inputs()
    threshold = settled_within(given)
    [signal] = within_signals(given, threshold)
    body = record_within(given, threshold, signal, code="1")
    assert is_within(body)
    assert inputs_within(body).counts.tobytes() == given.counts.tobytes()
    assert inputs_within(body).parameters == given.parameters
    assert recompute_within(body).same
    # The last bit of one figure.
    altered = replace(signal, share=float(np.nextafter(signal.share, 0)))
    assert recompute_within(record_within(given, threshold, altered, code="1")).differing == ("signal",)
    gone = replace(signal, to_stratum="dag")
    assert recompute_within(record_within(given, threshold, gone, code="1")).differing == ("signal",)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff", b'{"inputs": 1, "threshold": 2, "signal": 2}'])
def test_what_is_no_record_is_refused(body: bytes) -> None:
    assert not is_within(body)
    with pytest.raises(RecordError, match="no record of a signal within the treated area"):
        recompute_within(body)


def test_the_series_are_the_weeks_of_both_shifts() -> None:
    given = inputs()
    [signal] = within_signals(given, settled_within(given))
    series = within_series(given, signal, weeks=10)
    last = given.counts[-70:, 0].reshape(10, 7, 3).sum(axis=1)
    np.testing.assert_array_equal(series.treated.observed, last[:, 1])
    np.testing.assert_array_equal(series.neighbour.observed, last[:, 2])
    assert series.starts[-1] == date(2026, 5, 9)
    # What moves within the area moves no expectation: that comes from the other areas.
    even = replace(given, counts=given.counts.copy())
    even.counts[-40:, 0] = 1.0
    np.testing.assert_allclose(within_series(even, signal, weeks=10).treated.expected, series.treated.expected)
    assert (series.neighbour.observed > series.neighbour.upper)[-5:].mean() >= 0.6
    assert (series.treated.observed < series.treated.lower)[-5:].mean() >= 0.6
