"""Displacement: has crime moved from the treated area to one of its neighbours?

Every neighbour is compared with the treated area, for each category and all together, over the last complete
days: against the same length directly before, and against the same weeks of earlier years. Each row shows what
both areas changed beside the controls, with intervals; `models.displacement_claim` says when that is claimed to
be displacement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.displacement_claim import Roles, Windows, judge
from models.net_rate_ratio import Tables, net_rate_ratios
from models.panel import ALL_CATEGORIES
from models.parameter_limits import ParameterError, require_number, require_share, require_whole
from models.rate_ratio import RateRatio, rate_ratio
from models.wdd import Wdd, wdd_shared_control

Comparison = Literal["before", "earlier-years"]
Verdict = Literal["displacement", "no-claim", "too-little-data"]
Window = tuple[int, int]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

YEAR_DAYS = 364  # whole weeks, so that weekdays match


@dataclass(frozen=True)
class DisplacementParameters:
    """Windows of ``window_days``, up to ``earlier_years`` of them; error rates ``alpha`` (a table) and
    ``component_alpha`` (each check of step 3); ``min_expected`` incidents of the treated area in a window."""

    window_days: int = 28
    earlier_years: int = 4
    alpha: float = 0.05
    component_alpha: float = 0.05
    min_expected: float = 3.0

    def __post_init__(self) -> None:
        require_whole("window_days", self.window_days, at_least=1)
        require_whole("earlier_years", self.earlier_years, at_least=0)
        require_share("alpha", self.alpha)
        require_share("component_alpha", self.component_alpha)
        require_number("min_expected", self.min_expected, at_least=0)


@dataclass(frozen=True)
class Change:
    """Incidents per window: ``before`` is the mean where there are several earlier ones."""

    before: float
    after: float


@dataclass(frozen=True)
class DisplacementEstimate:
    """One row of the table: a neighbour (area index), a category and a comparison over ``periods`` windows.

    ``control`` is the sum of the control areas; the ratios are net of it and plain ratios without controls.
    The `Wdd` scales the control to each area by their incidents of that category in all days before the window.
    ``p``, ``p_adjusted`` and the verdict "displacement" are those of `models.displacement_claim`;
    "too-little-data" where the window before is not covered by the data or the treated area had fewer than
    ``min_expected`` incidents in it. ``treated_ratio`` and ``neighbour_ratio`` carry
    two-sided p-values of their own; they describe and do not decide.
    """

    neighbour: int
    category: int
    comparison: Comparison
    periods: int
    treated: Change
    neighbour_change: Change
    control: Change
    wdd: Wdd
    treated_ratio: RateRatio
    neighbour_ratio: RateRatio
    p: float
    p_adjusted: float
    verdict: Verdict


@dataclass(frozen=True)
class DisplacementTable:
    """Windows as half-open day numbers, and an estimate per comparison, neighbour and category in that order."""

    after: Window
    before: Window
    earlier: tuple[Window, ...]
    estimates: tuple[DisplacementEstimate, ...]


def displacement_table(
    counts: Floats,
    *,
    first_day: int,
    complete_until_day: int,
    treated: int,
    neighbours: Sequence[int],
    controls: Sequence[int],
    parameters: DisplacementParameters,
) -> DisplacementTable:
    """The table of ``counts`` (areas, days, categories), whose first day is ``first_day``.

    ``treated``, ``neighbours`` and ``controls`` are area indices. The window after is the last ``window_days``
    before ``complete_until_day`` (half-open); earlier years are 364 days apart, so that weekdays match, and
    count while they lie wholly in the data.

    Raises `ParameterError` where ``complete_until_day`` lies beyond the data.
    """
    last_day = first_day + counts.shape[1]
    if complete_until_day > last_day:
        raise ParameterError(f"complete_until_day must be at most {last_day}, found {complete_until_day}")
    days = _RunningTotal(counts, first_day)
    after = (complete_until_day - parameters.window_days, complete_until_day)
    before = (after[0] - parameters.window_days, after[0])
    earlier = _earlier_years(after, first_day, parameters.earlier_years)
    compared: dict[Comparison, Windows] = {"before": days.compare((before,), after)}
    if earlier:
        compared["earlier-years"] = days.compare(earlier, after)
    roles = Roles(treated, tuple(neighbours), tuple(controls))
    history = days.between((first_day, after[0]))
    claims = judge(list(compared.values()), roles, alpha=parameters.alpha, component_alpha=parameters.component_alpha)
    estimates: list[DisplacementEstimate] = []
    for i, (comparison, windows) in enumerate(compared.items()):
        expected = windows.before[treated] / windows.periods
        covered = comparison != "before" or before[0] >= first_day
        verdict = _verdicts(claims.claimed[i], enough=covered & (expected >= parameters.min_expected))
        judged = _Judged(claims.p[i], claims.p_adjusted[i], verdict)
        estimates.extend(_estimates(comparison, windows, roles, history, judged))
    return DisplacementTable(after, before, earlier, tuple(estimates))


class _RunningTotal:
    """Sums of daily counts over windows, for all categories together (column 0) and each."""

    def __init__(self, counts: Floats, first_day: int) -> None:
        with_all = np.concatenate([counts.sum(axis=2, keepdims=True), counts], axis=2)
        self._total = np.pad(with_all.cumsum(axis=1), ((0, 0), (1, 0), (0, 0)))
        self._first_day = first_day

    def between(self, window: Window) -> Floats:
        """Counts (areas, columns) in the part of ``window`` that the data cover."""
        start, stop = (max(day - self._first_day, 0) for day in window)
        # Counts are whole parts per million: this takes the rounding of the running sum off again.
        counted: Floats = np.round(self._total[:, stop] - self._total[:, start], 6)
        return counted

    def compare(self, before: Sequence[Window], after: Window) -> Windows:
        summed: Floats = np.sum([self.between(window) for window in before], axis=0)
        return Windows(summed, self.between(after), len(before))


@dataclass(frozen=True, eq=False)
class _Judged:
    """What one comparison's claims came to, each (neighbours, columns)."""

    p: Floats
    p_adjusted: Floats
    verdict: list[list[Verdict]]


def _earlier_years(after: Window, first_day: int, years: int) -> tuple[Window, ...]:
    shifts = [YEAR_DAYS * year for year in range(1, years + 1)]
    return tuple((after[0] - s, after[1] - s) for s in shifts if after[0] - s >= first_day)


def _verdicts(claimed: Flags, *, enough: Flags) -> list[list[Verdict]]:
    words: dict[tuple[bool, bool], Verdict] = {(True, True): "displacement", (False, True): "no-claim"}
    return [
        [words.get(pair, "too-little-data") for pair in zip(row, enough.tolist(), strict=True)]
        for row in claimed.tolist()
    ]


def _estimates(
    comparison: Comparison, windows: Windows, roles: Roles, history: Floats, judged: _Judged
) -> list[DisplacementEstimate]:
    """One comparison's rows, by neighbour and category."""
    control = Windows(
        windows.before[list(roles.controls)].sum(axis=0),
        windows.after[list(roles.controls)].sum(axis=0),
        windows.periods,
    )
    scale = _scales(history, roles)
    ratios = {area: _ratios(windows, area, control, roles) for area in (roles.treated, *roles.neighbours)}
    return [
        DisplacementEstimate(
            neighbour=area,
            category=column - 1 if column else ALL_CATEGORIES,
            comparison=comparison,
            periods=windows.periods,
            treated=_change(windows, (roles.treated, column)),
            neighbour_change=_change(windows, (area, column)),
            control=_change(control, (column,)),
            wdd=wdd_shared_control(
                _counts(windows, (roles.treated, column)),
                _counts(windows, (area, column)),
                _counts(control, (column,)),
                treated_scale=float(scale[roles.treated, column]),
                displaced_scale=float(scale[area, column]),
                before_periods=windows.periods,
            ),
            treated_ratio=ratios[roles.treated][column],
            neighbour_ratio=ratios[area][column],
            p=float(judged.p[j, column]),
            p_adjusted=float(judged.p_adjusted[j, column]),
            verdict=judged.verdict[j][column],
        )
        for j, area in enumerate(roles.neighbours)
        for column in range(windows.after.shape[1])
    ]


def _scales(history: Floats, roles: Roles) -> Floats:
    """How many incidents an area had for each of the controls', (areas, columns); 0 where these had none."""
    control = np.broadcast_to(history[list(roles.controls)].sum(axis=0), history.shape)
    scale: Floats = np.divide(history, control, out=np.zeros_like(history), where=control > 0)
    return scale


def _ratios(windows: Windows, area: int, control: Windows, roles: Roles) -> tuple[RateRatio, ...]:
    before, after = windows.before[area], windows.after[area]
    if roles.controls:
        return net_rate_ratios(Tables(before, after, control.before, control.after))
    pairs = zip(before.tolist(), after.tolist(), strict=True)
    return tuple(rate_ratio(b, a, before_exposure=windows.periods) for b, a in pairs)


def _counts(windows: Windows, at: tuple[int, ...]) -> tuple[float, float]:
    return float(windows.before[at]), float(windows.after[at])


def _change(windows: Windows, at: tuple[int, ...]) -> Change:
    before, after = _counts(windows, at)
    return Change(before / windows.periods, after)
