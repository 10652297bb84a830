"""The weeks around an effort: what came, and what the baseline and the controls let expect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.count_quantile import count_quantile
from models.dispersion import POISSON, DispersionError
from models.effort_evaluation import EffortCounts, EffortWindows
from models.split_dispersion import split_dispersion

Floats = NDArray[np.float64]

WEEK_DAYS = 7
SMOOTHED_WEEKS = 13  # of the controls: a single week of theirs is mostly chance
BAND = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class EffortWeeks:
    """Weeks (n) that begin on the positions ``starts``; one of them is the start of the effort.

    Incidents ``observed`` and ``expected``, and between what 95 % of such weeks lie, each week by itself.
    """

    starts: NDArray[np.int64]
    observed: Floats
    expected: Floats
    lower: Floats
    upper: Floats


def effort_weeks(
    data: EffortCounts, windows: EffortWindows, controls: tuple[int, ...], *, before: int = 52, most: int = 104
) -> EffortWeeks:
    """Whole weeks from ``before`` weeks ahead of the effort to its last complete day, the first ``most`` of them.

    Expected is the area's baseline times how the controls, smoothed over a quarter, stand to theirs.
    """
    start = windows.during[0]
    first = start - WEEK_DAYS * min(before, start // WEEK_DAYS)
    number = min(most, (windows.during[1] - first) // WEEK_DAYS)
    stop = first + number * WEEK_DAYS
    own, others = data.counts[data.area], data.counts[list(controls)].sum(axis=0)
    baseline = slice(*windows.baseline)
    weekly = others[first:stop].reshape(number, WEEK_DAYS).sum(axis=1)
    expected = own[baseline].sum() / others[baseline].sum() * _smoothed(weekly)
    history = slice(0, windows.baseline[1])
    try:
        factor = split_dispersion(own[history], others[history], block_days=WEEK_DAYS).factor
    except DispersionError:
        factor = POISSON.factor
    lower, upper = (count_quantile(share, expected, factor) for share in BAND)
    observed = own[first:stop].reshape(number, WEEK_DAYS).sum(axis=1)
    return EffortWeeks(np.arange(first, stop, WEEK_DAYS, dtype=np.int64), observed, expected, lower, upper)


def _smoothed(weekly: Floats) -> Floats:
    """Mean of the weeks around each, fewer at the ends."""
    width = np.ones(min(SMOOTHED_WEEKS, 2 * len(weekly) - 1))
    total, number = (np.convolve(x, width, mode="full") for x in (weekly, np.ones(len(weekly))))
    cut = slice(len(width) // 2, len(width) // 2 + len(weekly))
    mean: Floats = total[cut] / number[cut]
    return mean
