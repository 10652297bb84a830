"""Do plans feed on themselves? Whether places get more reports because they are planned.

A plan sends people where reports came from. Where presence itself brings reports - somebody to tell, somebody who
writes - the next plan sends them there again, and the map learns about its own patrols (Lum, K. & Isaac, W. 2016,
*Significance* 13(5), 14-19; Ensign, D. et al. 2018, *PMLR* 81, 160-171).

What is compared is the same place with itself: for each place (cell, shift, beat) and stretch of four weeks, its
reports in shifts when it was in the plan beside those in shifts when it was not. Caps and draws see to it that there
are both. Given all reports of the stretch, those that fell into planned shifts are binomial with the share of planned
shifts, if plans make no difference: a place's own level, season and trend fall out. Over all places and stretches the
sum is compared with its exact distribution. A plan rests on months of reports, so that a single shift's chance hardly
decides whether the place is in the next one; what is left of that works against the warning, as a high count is
followed by planned shifts with usual ones.

Null hypothesis of p: in a stretch, each report is as likely in one of its shifts as in another, planned or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Floats = NDArray[np.float64]
STRETCH_DAYS = 28
LEVEL = 0.002  # looked at every week: `benchmarks/patrol_feedback.py` has the rate of false warnings a year
LEAST_RATIO = 1.25


@dataclass(frozen=True)
class PlannedDays:
    """One place in one shift: on which days (positions) it could be planned it ``was`` (n), and its ``reports`` (n)."""

    was: NDArray[np.bool_]
    reports: Floats


@dataclass(frozen=True)
class PlanFeedback:
    """``planned`` reports in planned shifts, and how many were ``expected`` there if plans make no difference;
    ``ratio`` of the rate in planned shifts to that in the others (Mantel and Haenszel), one-sided ``p``."""

    planned: int
    expected: float
    ratio: float
    p: float

    @property
    def warns(self) -> bool:
        """Whether people are to be told."""
        return self.p <= LEVEL and self.ratio >= LEAST_RATIO


def plan_feedback(places: Sequence[PlannedDays], *, stretch_days: int = STRETCH_DAYS) -> PlanFeedback:
    """Over all places and their stretches.

    Counts are rounded to whole reports, as an incident whose time is uncertain counts in several shifts.

    >>> was = np.arange(56) % 2 == 0
    >>> found = plan_feedback([PlannedDays(was, np.where(was, 1.0, 0.0))])
    >>> found.planned, found.expected, found.ratio, found.warns
    (28, 14.0, inf, True)
    """
    totals: list[int] = []
    shares: list[float] = []
    planned = 0
    above = below = 0.0
    for place in places:
        for first in range(0, len(place.was), stretch_days):
            was, reports = place.was[first : first + stretch_days], place.reports[first : first + stretch_days]
            share = float(was.mean())
            if not 0 < share < 1 or not reports.any():
                continue
            inside, outside = round(float(reports[was].sum())), round(float(reports[~was].sum()))
            totals.append(inside + outside)
            shares.append(share)
            planned += inside
            # Mantel and Haenszel: reports times the other side's shifts, over all of them.
            above += inside * (1 - share)
            below += outside * share
    expected = float(np.dot(totals, shares)) if totals else 0.0
    ratio = above / below if below else (float("inf") if above else 1.0)
    return PlanFeedback(planned, expected, ratio, _tail(totals, shares, planned))


def _tail(totals: Sequence[int], shares: Sequence[float], planned: int) -> float:
    """The chance of so many or more: the binomials added up exactly."""
    distribution = np.ones(1)
    # Stretches with the same share are one binomial: few convolutions are left.
    together: dict[float, int] = {}
    for total, share in zip(totals, shares, strict=True):
        together[round(share, 6)] = together.get(round(share, 6), 0) + total
    for share, total in together.items():
        distribution = np.convolve(distribution, binom.pmf(np.arange(total + 1), total, share))
    return float(min(distribution[planned:].sum(), 1.0))


def planned_days(
    plans: Mapping[int, Sequence[str]], reports: Mapping[tuple[str, int], float], days: range
) -> list[PlannedDays]:
    """Every place that was in a plan of one shift and beat on one of ``days`` (numbers): from the cells of each day's
    plan, and the reports by cell and day. Days without a plan count for none."""
    known = [day for day in days if day in plans]
    cells = sorted({cell for day in known for cell in plans[day]})
    return [
        PlannedDays(
            np.array([cell in plans[day] for day in known], dtype=bool),
            np.array([reports.get((cell, day), 0.0) for day in known]),
        )
        for cell in cells
    ]
