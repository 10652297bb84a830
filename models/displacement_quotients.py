"""Displacement quotients: gross, net and total net effect, and where what went away went to.

The weighted displacement quotient (WDQ) of Bowers, K. J. & Johnson, S. D. (2003). Measuring the geographical
displacement and diffusion of benefit effects of crime prevention activity. *Journal of Quantitative Criminology*,
19(3), 275-301; the effects as in Guerette, R. T. (2009). *Analyzing crime displacement and diffusion*
(Problem-Oriented Guides for Police, tool guide 10), appendices B and C. They describe and carry no p-value: ratios
of ratios of small counts swing widely, and none of them says by how much.
"""

from dataclasses import dataclass
from typing import Literal

from models.parameter_limits import ParameterError, require_number

Counts = tuple[float, float]
Meaning = Literal[
    "diffusion beyond the response", "diffusion", "no change around it", "displacement", "displacement beyond the gain"
]

NO_SUCCESS = "the treated area did not improve beside its control, so nothing can have been displaced"
MEANINGS: dict[Meaning, str] = {
    "diffusion beyond the response": "the surroundings gained more than the treated area itself",
    "diffusion": "the surroundings gained as well",
    "no change around it": "the surroundings changed as the control did",
    "displacement": "part of what the treated area gained appeared in its surroundings",
    "displacement beyond the gain": "the surroundings took up all that the treated area gained, or more",
}


@dataclass(frozen=True)
class Quotient:
    """``value``, or None and the ``reason`` in one plain sentence why there is none."""

    value: float | None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ParameterError("a quotient has either a value or a reason why there is none")


@dataclass(frozen=True)
class DisplacementQuotients:
    """Effects are positive where crime fell.

    ``gross_effect`` Rb - Ra incidents, and in per cent of Rb. ``net_effect`` Rb/Cb - Ra/Ca, in incidents of the
    response area per incident of the control, and as the per cent by which the area fell beside the control.
    ``success_measure`` Ra/Ca - Rb/Cb, negative where the response area did better than the control;
    ``buffer_measure`` Da/Ca - Db/Cb, positive where the buffer did worse; their quotient is ``wdq``, defined only
    after a success, and ``meaning`` is its class. ``total_net_effect`` (Rb Ca/Cb - Ra) + (Db Ca/Cb - Da) incidents
    prevented in both, and in per cent of the incidents expected there.
    """

    gross_effect: float
    gross_effect_percent: Quotient
    net_effect: Quotient
    net_effect_percent: Quotient
    success_measure: Quotient
    buffer_measure: Quotient
    wdq: Quotient
    meaning: Meaning | None
    total_net_effect: Quotient
    total_net_effect_percent: Quotient


def displacement_quotients(
    treated: Counts, control: Counts, displaced: Counts | None = None, *, days: Counts = (1, 1)
) -> DisplacementQuotients:
    """Quotients of (before, after) counts in the response area, the control and the buffer around the response.

    A count before is first scaled to the length of the period after by ``days`` (before, after). Counts may be
    fractional. ``displaced`` None: there is no buffer, and what needs one says so.

    Raises `ParameterError` for a negative count or a length that is not positive.

    >>> found = displacement_quotients((100, 50), (100, 100), (100, 120))
    >>> found.gross_effect, found.net_effect.value, found.total_net_effect.value
    (50.0, 0.5, 30.0)
    >>> found.wdq.value, found.meaning
    (-0.4, 'displacement')
    >>> displacement_quotients((50, 60), (100, 100), (100, 80)).wdq.reason
    'the treated area did not improve beside its control, so nothing can have been displaced'
    """
    for name, pair in (("treated", treated), ("control", control), ("displaced", displaced or (0, 0))):
        for count in pair:
            require_number(name, count, at_least=0)
    for length in days:
        require_number("days", length, above=0)
    return _quotients(_scaled(treated, days), _scaled(control, days), _scaled(displaced, days) if displaced else None)


def meaning_of(wdq: float) -> Meaning:
    """The class of a WDQ; exactly 1 is diffusion, exactly -1 leaves no gain.

    >>> [meaning_of(value) for value in (1.5, 0.5, -0.5, -1)]
    ['diffusion beyond the response', 'diffusion', 'displacement', 'displacement beyond the gain']
    """
    if wdq > 1:
        return "diffusion beyond the response"
    if wdq > 0:
        return "diffusion"
    if wdq == 0:
        return "no change around it"
    return "displacement" if wdq > -1 else "displacement beyond the gain"


def _scaled(counts: Counts, days: Counts) -> Counts:
    return counts[0] * days[1] / days[0], float(counts[1])


def _quotients(treated: Counts, control: Counts, displaced: Counts | None) -> DisplacementQuotients:
    fell = treated[0] - treated[1]
    no_control = _no_control(control)
    no_buffer = no_control or ("" if displaced else "no displacement area is given")
    success = _part(treated, control, no_control)
    buffer = _part(displaced or (0, 0), control, no_buffer)
    wdq = _wdq(treated, control, displaced, no_buffer)
    both = (treated[0] + (displaced or (0, 0))[0], treated[1] + (displaced or (0, 0))[1])
    return DisplacementQuotients(
        gross_effect=fell,
        gross_effect_percent=_percent(fell, treated[0], "the treated area had no incidents before"),
        net_effect=_negative(success),
        net_effect_percent=_fall_beside(treated, control, no_control),
        success_measure=success,
        buffer_measure=buffer,
        wdq=wdq,
        meaning=None if wdq.value is None else meaning_of(wdq.value),
        total_net_effect=_prevented(both, control, no_buffer),
        total_net_effect_percent=_fall_beside(both, control, no_buffer),
    )


def _no_control(control: Counts) -> str:
    when = [name for name, count in zip(("before", "after"), control, strict=True) if not count]
    return f"the control had no incidents {' and '.join(when)}, so nothing can be set in proportion" if when else ""


def _part(area: Counts, control: Counts, reason: str) -> Quotient:
    """How an area's size beside the control changed."""
    return Quotient(None, reason) if reason else Quotient(area[1] / control[1] - area[0] / control[0])


def _negative(part: Quotient) -> Quotient:
    return part if part.value is None else Quotient(0.0 - part.value)


def _wdq(treated: Counts, control: Counts, displaced: Counts | None, reason: str) -> Quotient:
    """Both measures times both counts of the control: whole counts then meet the bounds 0 and 1 exactly."""
    success = treated[1] * control[0] - treated[0] * control[1]
    if all(control) and success >= 0:
        return Quotient(None, NO_SUCCESS)
    if reason or displaced is None:
        return Quotient(None, reason)
    return Quotient((displaced[1] * control[0] - displaced[0] * control[1]) / success + 0.0)


def _prevented(area: Counts, control: Counts, reason: str) -> Quotient:
    return Quotient(None, reason) if reason else Quotient(area[0] * control[1] / control[0] - area[1])


def _fall_beside(area: Counts, control: Counts, reason: str) -> Quotient:
    if reason:
        return Quotient(None, reason)
    expected = area[0] * control[1] / control[0]
    return _percent(expected - area[1], expected, "the area had no incidents before")


def _percent(part: float, whole: float, reason: str) -> Quotient:
    return Quotient(100 * part / whole) if whole else Quotient(None, reason)
