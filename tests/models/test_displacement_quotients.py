from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.displacement_quotients import Quotient, displacement_quotients, meaning_of
from models.parameter_limits import ParameterError

count = st.integers(1, 400)
pair = st.tuples(count, count)


def test_by_hand_from_the_published_formulas():
    """Guerette (2009), appendix B, on the counts of Wheeler & Ratcliffe (2018), table 2."""
    found = displacement_quotients((207, 110), (308, 318), (178, 157))
    success = Fraction(110, 318) - Fraction(207, 308)
    buffer = Fraction(157, 318) - Fraction(178, 308)
    assert found.gross_effect == 97
    assert found.gross_effect_percent.value == pytest.approx(100 * 97 / 207)
    assert found.net_effect.value == pytest.approx(float(-success))
    assert found.net_effect_percent.value == pytest.approx(100 * (1 - (110 / 318) / (207 / 308)))
    assert found.success_measure.value == pytest.approx(float(success))
    assert found.buffer_measure.value == pytest.approx(float(buffer))
    assert found.wdq.value == pytest.approx(float(buffer / success))
    assert found.meaning == "diffusion"
    expected = Fraction((207 + 178) * 318, 308)
    assert found.total_net_effect.value == pytest.approx(float(expected - 110 - 157))
    assert found.total_net_effect_percent.value == pytest.approx(float(100 * (1 - (110 + 157) / expected)))


def test_complete_displacement():
    """All of the 50 that left the response area are in the buffer: WDQ is -1 and nothing was gained."""
    found = displacement_quotients((100, 50), (100, 100), (100, 150))
    assert (found.success_measure.value, found.buffer_measure.value, found.wdq.value) == (-0.5, 0.5, -1)
    assert found.total_net_effect.value == 0
    assert found.meaning == "displacement beyond the gain"


@pytest.mark.parametrize(
    ("wdq", "meaning"),
    [
        (1.001, "diffusion beyond the response"),
        (1, "diffusion"),
        (0.001, "diffusion"),
        (0, "no change around it"),
        (-0.001, "displacement"),
        (-0.999, "displacement"),
        (-1, "displacement beyond the gain"),
        (-3, "displacement beyond the gain"),
    ],
)
def test_classes_of_the_literature(wdq, meaning):
    assert meaning_of(wdq) == meaning


@given(treated=pair, control=pair, displaced=pair)
def test_wdq_only_after_a_success_and_exactly_classed(treated, control, displaced):
    found = displacement_quotients(treated, control, displaced)
    success = Fraction(treated[1], control[1]) - Fraction(treated[0], control[0])
    buffer = Fraction(displaced[1], control[1]) - Fraction(displaced[0], control[0])
    assert (found.wdq.value is None) == (success >= 0) == ("did not improve" in found.wdq.reason)
    if found.wdq.value is not None:
        assert found.wdq.value == pytest.approx(float(buffer / success))
        assert (found.meaning == "displacement beyond the gain") == (buffer / success <= -1)
        assert (found.meaning == "diffusion beyond the response") == (buffer / success > 1)
        assert (found.meaning == "no change around it") == (buffer == 0)


@given(treated=pair, control=pair, displaced=pair)
def test_where_all_was_displaced_nothing_was_gained_in_all(treated, control, displaced):
    found = displacement_quotients(treated, control, displaced)
    assume(found.wdq.value is not None and found.total_net_effect.value is not None)
    # The gains of both areas, each in incidents of the control after.
    assert found.total_net_effect.value == pytest.approx(
        -control[1] * found.success_measure.value * (1 + found.wdq.value), abs=1e-8
    )


@given(treated=pair, control=pair, displaced=pair, factor=st.integers(2, 9))
def test_sizes_do_not_change_the_quotient(treated, control, displaced, factor):
    found = displacement_quotients(treated, control, displaced)
    larger_control = displacement_quotients(treated, (factor * control[0], factor * control[1]), displaced)
    longer_before = displacement_quotients(
        *((factor * before, after) for before, after in (treated, control, displaced)), days=(factor, 1)
    )
    for other in (larger_control, longer_before):
        assert other.meaning == found.meaning
        assert other.wdq.value == (None if found.wdq.value is None else pytest.approx(found.wdq.value))
        assert other.total_net_effect.value == pytest.approx(found.total_net_effect.value, abs=1e-8)


@given(treated=pair, control=pair, displaced=pair, more=st.integers(1, 50))
def test_more_in_the_buffer_is_more_displacement(treated, control, displaced, more):
    found = displacement_quotients(treated, control, displaced)
    assume(found.wdq.value is not None)
    assert displacement_quotients(treated, control, (displaced[0], displaced[1] + more)).wdq.value < found.wdq.value


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        ((0, 4), "the control had no incidents before, so"),
        ((4, 0), "the control had no incidents after, so"),
        ((0, 0), "the control had no incidents before and after, so"),
    ],
)
def test_without_incidents_in_the_control_there_are_no_ratios(control, reason):
    found = displacement_quotients((9, 4), control, (3, 5))
    assert found.gross_effect == 5
    for quotient in (found.net_effect, found.wdq, found.total_net_effect, found.buffer_measure):
        assert quotient.value is None
        assert quotient.reason.startswith(reason)
    assert found.meaning is None


def test_without_a_displacement_area():
    found = displacement_quotients((9, 4), (5, 5))
    assert found.net_effect.value == pytest.approx(1)
    assert found.wdq == found.total_net_effect == Quotient(None, "no displacement area is given")


def test_nothing_before_in_the_treated_area():
    found = displacement_quotients((0, 0), (5, 5), (0, 3))
    assert found.gross_effect_percent == Quotient(None, "the treated area had no incidents before")
    assert found.wdq.value is None
    assert found.total_net_effect.value == -3
    assert found.total_net_effect_percent.reason == "the area had no incidents before"


def test_refuses_what_cannot_be_counted():
    with pytest.raises(ParameterError, match="control must be a number at least 0, found -1"):
        displacement_quotients((9, 4), (5, -1))
    with pytest.raises(ParameterError, match="days must be a number greater than 0, found 0"):
        displacement_quotients((9, 4), (5, 1), days=(0, 1))
    with pytest.raises(ParameterError, match="either a value or a reason"):
        Quotient(None)
