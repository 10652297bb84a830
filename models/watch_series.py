"""The two series behind a signal, week by week: what came, and what the past and the other areas let expect."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.alert import AlertSignal
from models.count_quantile import count_quantile
from models.displacement_watch import WatchCounts, watch_evidence
from models.watch_day import WatchInputs
from models.watch_null import watch_null

Floats = NDArray[np.float64]

WEEK_DAYS = 7


@dataclass(frozen=True, eq=False)
class Expected:
    """Per week (n): incidents ``observed`` and ``expected``, and between what 95 % of such weeks lie."""

    observed: Floats
    expected: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, eq=False)
class WatchSeries:
    """Weeks (n) that begin on ``starts``; the last ends with the day judged."""

    starts: tuple[date, ...]
    treated: Expected
    neighbour: Expected


def watch_series(inputs: WatchInputs, signal: AlertSignal, *, weeks: int = 26) -> WatchSeries:
    """Of the areas and the category of ``signal``; fewer weeks where fewer were judged.

    Expected is the area's usual share of all areas' incidents, those of the two areas themselves left out, so that what
    moved between them moves no expectation. The band is the negative binomial's with the dispersion of a day's split
    (the Poisson's where there is none): each week by itself, 95 %.
    """
    null = watch_null(inputs.settled)
    counts = WatchCounts.of(inputs.counts, inputs.neighbours)
    evidence = watch_evidence(counts, null.dispersion, inputs.watch)
    neighbour = inputs.areas.index(signal.neighbour) - 1
    column = inputs.categories.index(signal.category) if signal.category else counts.total.shape[1] - 1
    number = min(weeks, len(evidence.log_odds) // WEEK_DAYS)
    days = np.arange(counts.days - number * WEEK_DAYS, counts.days)
    at = days - evidence.first
    shares = evidence.treated_share[at, column], evidence.neighbour_share[at, neighbour, column]
    came = counts.treated[days, column], counts.neighbour[days, neighbour, column]
    rest = (counts.total[days, column] - came[0] - came[1]) / (1 - shares[0] - shares[1])
    dispersion = float(null.dispersion[column])
    treated, near = (by_week(c, rest * s, dispersion) for c, s in zip(came, shares, strict=True))
    return WatchSeries(tuple(inputs.date_of(int(day)) for day in days[::WEEK_DAYS]), treated, near)


def by_week(came: Floats, expected: Floats, dispersion: float) -> Expected:
    """Of days (whole weeks): what came, what was expected, and the band of a week by itself."""
    observed, mean = (x.reshape(-1, WEEK_DAYS).sum(axis=1) for x in (came, expected))
    lower, upper = (count_quantile(share, mean, dispersion) for share in (0.025, 0.975))
    return Expected(observed, mean, lower, upper)
