"""Evaluation of an effort: incidents in its area while it lasts, beside long before, net of untreated controls.

Efforts tend to start when counts have just been high, and a count that was chosen because it was high falls by itself.
So *before* is a long baseline that ends where the run-up begins, the weeks just before the start. Given the margins of
(area, controls) x (baseline, effort) the rate ratio net of the controls has Fisher's exact test and interval
(`models.net_rate_ratio`), its counts divided by the dispersion of the split (`models.split_dispersion`). How far a fall
from the run-up is regression to the mean is empirical Bayes (`models.empirical_bayes`; Hauer, E. 1997, *Observational
Before-After Studies in Road Safety*, Pergamon, chapter 11). The placebos are those of `models.placebo`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from geo.errors import PlainError
from models.dispersion import POISSON, Dispersion, DispersionError
from models.effort_parameters import EffortParameters
from models.empirical_bayes import empirical_bayes
from models.level_variance import level_variance
from models.net_rate_ratio import Tables, net_rate_ratios
from models.parameter_limits import ParameterError
from models.placebo import Placebo
from models.poisson_did import did_z
from models.rate_ratio import RateRatio
from models.split_dispersion import split_dispersion

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Days = tuple[int, int]  # half-open positions
Lack = Literal["area", "days", "history", "controls", "incidents"]
EffortClass = Literal["fald", "ingen klar ændring", "stigning"]


class TooLittleForEffortError(PlainError, ValueError):
    """Too little data to evaluate an effort; ``lack`` of what."""

    def __init__(self, sentence: str, lack: Lack) -> None:
        super().__init__(sentence)
        self.lack = lack


@dataclass(frozen=True, eq=False)
class EffortCounts:
    """What an evaluation rests on: complete days, one category or the sum of several.

    ``counts`` (areas, days) incidents; ``treated`` (areas, days) whether some effort went on there, this one among
    them; ``area`` the effort's, ``controls`` those that may serve as such; ``start`` and ``stop`` its days, half-open.
    """

    counts: Floats
    treated: Flags
    area: int
    controls: tuple[int, ...]
    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.counts.shape != self.treated.shape:
            raise ParameterError(f"counts and treated must fit, found {self.counts.shape} and {self.treated.shape}")
        if not self.counts.min(initial=0) >= 0:
            raise ParameterError(f"counts must not be negative, found {self.counts.min()}")


@dataclass(frozen=True)
class EffortWindows:
    """Days of the three periods, half-open positions; the run-up follows the baseline, the effort the run-up."""

    baseline: Days
    run_up: Days
    during: Days


@dataclass(frozen=True)
class EffortChange:
    """``observed`` incidents during the effort, ``expected`` if the area had followed its controls since the baseline.

    H0 of ``ratio.p``: the area's rate changed as the controls' did. The interval and p allow for ``dispersion``.
    ``z`` is the log ratio over its standard error: what is ranked among placebos.
    """

    observed: float
    expected: float
    ratio: RateRatio
    z: float
    dispersion: Dispersion

    def judged(self, p: float, level: float) -> EffortClass:
        """The class of the change, by ``p`` (its own, or adjusted for others beside it)."""
        if not p <= level:
            return "ingen klar ændring"
        return "fald" if self.ratio.ratio < 1 else "stigning"


@dataclass(frozen=True)
class RegressionToMean:
    """What was to come of a high run-up by itself; incidents in the days of the effort, net of the controls.

    ``run_up`` incidents came in the run-up where ``run_up_expected`` were expected from the baseline. ``level`` would
    have come during the effort had the run-up's level lasted, ``expected`` is what empirical Bayes lets expect without
    an effort. ``weight`` of the baseline in it.
    """

    run_up: float
    run_up_expected: float
    level: float
    expected: float
    weight: float

    def share(self, observed: float) -> float | None:
        """The part of the fall from the run-up to ``observed`` that regression to the mean alone would give.

        1 or more where the fall is no more than that; None where the run-up was not high or nothing fell from it.
        """
        if self.level <= self.expected or self.level <= observed:
            return None
        return (self.level - self.expected) / (self.level - observed)


@dataclass(frozen=True, eq=False)
class EffortEvaluation:
    """``change`` with its guard and its placebos; None where there were none to compare with.

    ``in_time`` ranks the change among those of ``dates`` (positions) on which nothing started in the area, ``in_space``
    among those of ``areas`` in which nothing went on; both as `models.placebo.Placebo`, whose H0 they share.
    """

    windows: EffortWindows
    controls: tuple[int, ...]
    change: EffortChange
    regression: RegressionToMean
    dates: tuple[int, ...]
    in_time: Placebo | None
    areas: tuple[int, ...]
    in_space: Placebo | None


@dataclass(frozen=True, eq=False)
class _Net:
    """Sums (area, controls) before and during, and the change as it is ranked."""

    before: Floats
    during: Floats
    expected: float
    dispersion: Dispersion
    z: float


def evaluate_effort(data: EffortCounts, parameters: EffortParameters) -> EffortEvaluation:
    """The change of the effort's area, its guard against regression to the mean, and both placebos.

    Raises `TooLittleForEffortError` for an effort of too few complete days, a history too short for a baseline before
    the run-up, no control without an effort of its own, and too few incidents.
    """
    windows, controls, change = effort_change(data, parameters)
    regression = _regression(data, controls, windows, change, parameters)
    dates, in_time = _in_time(data, controls, windows, change, parameters)
    areas, in_space = _in_space(data, windows, change, parameters)
    return EffortEvaluation(windows, controls, change, regression, dates, in_time, areas, in_space)


def effort_change(
    data: EffortCounts, parameters: EffortParameters
) -> tuple[EffortWindows, tuple[int, ...], EffortChange]:
    """The periods, the controls and the change alone; raises as `evaluate_effort`."""
    windows = _windows(data.start, min(data.stop, data.counts.shape[1]), parameters)
    controls = _untreated(data, data.controls, windows)
    if not controls:
        raise TooLittleForEffortError("there is no control area without an effort of its own", "controls")
    return windows, controls, _change(_pair(data.counts, data.area, controls), windows, parameters)


def _windows(start: int, stop: int, parameters: EffortParameters) -> EffortWindows:
    days = max(stop - start, 0)
    if days < parameters.least_days:
        raise TooLittleForEffortError(
            f"an evaluation needs {parameters.least_days} complete days of the effort, found {days}", "days"
        )
    run_up = start - parameters.run_up_days
    baseline = max(0, run_up - parameters.baseline_days)
    if run_up - baseline < parameters.least_baseline_days:
        raise TooLittleForEffortError(
            f"an evaluation needs {parameters.least_baseline_days + parameters.run_up_days} days of data before the "
            f"effort, found {max(start, 0)}",
            "history",
        )
    return EffortWindows((baseline, run_up), (run_up, start), (start, stop))


def _untreated(data: EffortCounts, areas: Sequence[int], windows: EffortWindows) -> tuple[int, ...]:
    """Those of ``areas``, the effort's own left out, in which nothing went on from baseline to effort."""
    seen = np.flatnonzero(data.treated[:, windows.baseline[0] : windows.during[1]].any(axis=1)).tolist()
    return tuple(area for area in areas if area != data.area and area not in seen)


def _pair(counts: Floats, area: int, controls: Sequence[int]) -> Floats:
    """The area and its pooled controls, (2, days)."""
    return np.stack([counts[area], counts[list(controls)].sum(axis=0)])


def _change(pair: Floats, windows: EffortWindows, parameters: EffortParameters) -> EffortChange:
    net = _net(pair, windows, parameters)
    return EffortChange(float(net.during[0]), net.expected, _ratio(net, parameters.confidence), net.z, net.dispersion)


def _net(pair: Floats, windows: EffortWindows, parameters: EffortParameters) -> _Net:
    before, during = (pair[:, slice(*days)].sum(axis=1) for days in (windows.baseline, windows.during))
    if not before.all() or not during[1]:
        raise TooLittleForEffortError(
            "an evaluation needs incidents before the effort and in the controls; found "
            f"{before[0]:g} in the area, {before[1]:g} and {during[1]:g} in the controls",
            "incidents",
        )
    expected = float(before[0] * during[1] / before[1])
    if max(expected, during[0]) < parameters.min_count:
        raise TooLittleForEffortError(
            f"an evaluation needs {parameters.min_count:g} incidents during the effort, expected or found; expected "
            f"{expected:.1f}, found {during[0]:g}",
            "incidents",
        )
    spread = _spread(pair, windows, parameters)
    return _Net(before, during, expected, spread, did_z(before, during) / spread.factor**0.5)


def _ratio(net: _Net, confidence: float) -> RateRatio:
    spread, factor = net.dispersion, net.dispersion.factor
    if spread.degrees_of_freedom and factor > 1:
        # The factor is an estimate: Student's t is as much wider than the normal distribution.
        upper_tail = (1 + confidence) / 2
        factor *= float(stdtrit(spread.degrees_of_freedom, upper_tail) / ndtri(upper_tail)) ** 2
    cells = (net.before[:1], net.during[:1], net.before[1:], net.during[1:])
    [found] = net_rate_ratios(Tables(*(cell / factor for cell in cells)), confidence=confidence)
    return found


def _spread(pair: Floats, windows: EffortWindows, parameters: EffortParameters) -> Dispersion:
    """Of blocks as long as the effort, but a dozen of them; from all that came before the run-up."""
    history = pair[:, : windows.baseline[1]]
    days = windows.during[1] - windows.during[0]
    block = max(parameters.block_days, min(days, history.shape[1] // parameters.blocks))
    try:
        return split_dispersion(history[0], history[1], block_days=block)
    except DispersionError:
        return POISSON  # counts so thin that they vary as chance does


def _regression(
    data: EffortCounts,
    controls: tuple[int, ...],
    windows: EffortWindows,
    change: EffortChange,
    parameters: EffortParameters,
) -> RegressionToMean:
    pair = _pair(data.counts, data.area, controls)
    before, run_up = (pair[:, slice(*days)].sum(axis=1) for days in (windows.baseline, windows.run_up))
    # Half an incident keeps a run-up in which the controls had none from deciding.
    expected = float(before[0] * max(run_up[1], 0.5) / before[1])
    found = empirical_bayes(float(run_up[0]), expected, factor=_level_factor(pair, windows, expected, parameters))
    scale = change.expected / expected
    level, by_itself = float(run_up[0]) * scale, found.estimate * scale
    return RegressionToMean(float(run_up[0]), expected, level, by_itself, found.weight)


def _level_factor(pair: Floats, windows: EffortWindows, expected: float, parameters: EffortParameters) -> float:
    history = pair[:, : windows.baseline[1]]
    try:
        return level_variance(history[0], history[1], block_days=parameters.block_days).factor(expected)
    except DispersionError:
        return 1.0


def _in_time(
    data: EffortCounts,
    controls: tuple[int, ...],
    windows: EffortWindows,
    change: EffortChange,
    parameters: EffortParameters,
) -> tuple[tuple[int, ...], Placebo | None]:
    """Earlier dates, back from the run-up, each as long as the effort and clear of the next."""
    pair = _pair(data.counts, data.area, controls)
    length = windows.during[1] - windows.during[0]
    starts, values = [], []
    for start in range(windows.run_up[0] - length, 0, -length):
        if data.treated[data.area, start : start + length].any():
            continue
        try:
            values.append(_net(pair, _windows(start, start + length, parameters), parameters).z)
        except TooLittleForEffortError:
            continue
        starts.append(start)
    return tuple(starts), _ranked(change.z, values)


def _in_space(
    data: EffortCounts, windows: EffortWindows, change: EffortChange, parameters: EffortParameters
) -> tuple[tuple[int, ...], Placebo | None]:
    """The same dates in every area in which nothing went on, beside the controls without it."""
    areas, values = [], []
    for area in _untreated(data, range(len(data.counts)), windows):
        other = replace(data, area=area)
        controls = tuple(c for c in _untreated(other, data.controls, windows) if c != data.area)
        if not controls:
            continue
        try:
            values.append(_net(_pair(data.counts, area, controls), windows, parameters).z)
        except TooLittleForEffortError:
            continue
        areas.append(area)
    return tuple(areas), _ranked(change.z, values)


def _ranked(observed: float, placebos: list[float]) -> Placebo | None:
    if not placebos:
        return None
    found = np.array(placebos, dtype=np.float64)
    as_far = int(np.count_nonzero(np.abs(found) >= abs(observed) - 1e-12))
    return Placebo(observed, found, (1 + as_far) / (1 + len(found)))
