from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.alert import ALL
from models.calendar import to_day_number
from models.diffusion_day import DiffusionInputs, diffusion_signals, settled_diffusion
from models.diffusion_parameters import DiffusionParameters
from models.displacement_watch import TooLittleHistoryError
from models.watch_beside import watch_beside
from models.watch_day import WatchInputs, settled_threshold, signals_of
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_record import beside_of, inputs_of, kind_of, recompute, record
from models.watch_series import watch_series

FIRST = to_day_number(date(2025, 1, 1))
FEW = DiffusionParameters(years=40)


def days(number: int = 500, *, fallen: int = 40, seed: int = 1) -> WatchInputs:
    """A treated area, two neighbours and a control; T and the second one lose most in the last days."""
    rng = np.random.default_rng(seed)
    rate = np.array([[1.5, 0.5], [1.0, 0.3], [1.5, 0.3], [3.0, 1.0]])
    counts = rng.poisson(rate, (number, 4, 2)).astype(float)
    if fallen:
        counts[-fallen:, 0, 0], counts[-fallen:, 2, 0] = rng.poisson(0.3, (2, fallen))
    parameters = WatchParameters(), ThresholdParameters(years=40)
    return WatchInputs(("t", "near", "far", "c"), 2, ("hash", "vold"), FIRST, counts, *parameters)


@pytest.fixture(scope="module")
def fallen() -> DiffusionInputs:
    return DiffusionInputs.of(days(), FEW)


def test_what_spread_is_a_signal_of_its_class_and_no_displacement(fallen: DiffusionInputs) -> None:
    found = diffusion_signals(fallen, settled_diffusion(fallen))
    assert {(signal.neighbour, signal.kind) for signal in found} == {("far", "diffusion-of-benefit")}
    [first] = found
    assert first.category in {"hash", ALL}
    assert first.moved_to == "neighbour"
    assert first.onset_from <= date(2026, 4, 6) <= first.onset_to
    assert first.onset <= first.raised_on <= first.last_on == fallen.day
    assert first.treated_observed < first.treated_expected
    assert first.neighbour_observed < first.neighbour_expected
    assert 0 < first.share_lower < first.share < first.share_upper < 1
    plain = days()
    assert "far" not in {signal.neighbour for signal in signals_of(plain, settled_threshold(plain))}
    quiet = DiffusionInputs.of(days(fallen=0), FEW)
    assert diffusion_signals(quiet, settled_diffusion(quiet)) == []


def test_a_record_computes_again_and_an_altered_one_does_not(fallen: DiffusionInputs) -> None:
    threshold = settled_diffusion(fallen, threads=1)
    [signal] = diffusion_signals(fallen, threshold)
    beside = watch_beside(fallen, signal)
    body = record(fallen, threshold, signal, code="1", beside=beside)
    again = inputs_of(body)
    assert isinstance(again, DiffusionInputs)
    assert (again.watch, again.threshold) == (fallen.watch, fallen.threshold)
    assert again.counts.tobytes() == fallen.counts.tobytes()
    assert kind_of(body) == "diffusion-of-benefit"
    assert beside_of(body) == (beside, None)
    assert recompute(body).same
    altered = record(fallen, threshold, replace(signal, share=float(np.nextafter(signal.share, 0))), code="1")
    assert recompute(altered).differing == ("signal",)
    # Said as displacement, the same claim does not hold.
    assert recompute(record(fallen, threshold, replace(signal, kind="displacement"), code="1")).differing == ("signal",)


def test_beside_it_stands_whether_both_fell(fallen: DiffusionInputs) -> None:
    [signal] = diffusion_signals(fallen, settled_diffusion(fallen))
    beside = watch_beside(fallen, signal)
    assert beside.wdd is not None
    assert beside.wdd.supports_spread
    assert not beside.wdd.supports
    assert (beside.wdq.meaning or "").startswith("diffusion")
    assert beside.in_time.as_high == 0
    assert len(watch_series(fallen, signal, weeks=10).starts) == 10


def test_too_little_history_is_refused() -> None:
    with pytest.raises(TooLittleHistoryError, match="at least 168 days of counts"):
        settled_diffusion(DiffusionInputs.of(days(150), FEW))
