"""Do plans feed on themselves? Whether places get more reports because they are planned.

A plan sends people where reports came from. Where presence itself brings reports - somebody to tell, somebody who
writes - the next plan sends them there again, and the map learns about its own patrols (Lum, K. & Isaac, W. 2016,
*Significance* 13(5), 14-19; Ensign, D. et al. 2018, *PMLR* 81, 160-171). That plans follow reports is so by design:
what can be asked is the other half, whether reports follow plans.

Compared are places that the ranking chose with places that it chose as well and the cap on repeated visits left out
that day. Both are what they are by reports of the days before, at the same heights of the same ranking, and the same
places take turns. Beside the reports stands what the run expected of them, before they came. Pinned places and those
drawn by lot are in neither group. Given all reports of both, those of planned places are binomial with the planned
places' part of what was expected, if plans make no difference.

Two plainer comparisons are wrong, by `benchmarks/patrol_feedback.py`. A place's planned days beside all its others: a
report is what makes an unplanned place planned, so that without any loop planned days have half the reports, and a loop
of twice as many goes unseen. Chosen beside capped days within a stretch, given the place's total in it: a report on a
planned day keeps the place in the ranking until it is capped, and so brings itself into the comparison.

Null hypothesis of p: a report is as likely at a place whose turn it is as at one left out by the cap, for what was
expected there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scipy.stats import binom

LEVEL = 0.001  # looked at every day: `docs/patrol.md` has the rate of false warnings a year
LEAST_RATIO = 1.25


@dataclass(frozen=True)
class ComparedPlan:
    """The plan of one shift, beat and day (days since 1970-01-01): incidents expected, by cell (H3 text), at the places
    that its ranking ``planned``, and at those that the cap left out (``capped``)."""

    day: int
    planned: Mapping[str, float]
    capped: Mapping[str, float]


@dataclass(frozen=True)
class PlanFeedback:
    """``planned`` reports at planned places, and how many were ``expected`` there if plans make no difference;
    ``ratio`` of reports to what was expected of them, at planned places beside capped ones, one-sided ``p``."""

    planned: int
    expected: float
    ratio: float
    p: float

    @property
    def warns(self) -> bool:
        """Whether people are to be told."""
        return self.p <= LEVEL and self.ratio >= LEAST_RATIO


def plan_feedback(compared: Iterable[tuple[ComparedPlan, Mapping[tuple[str, int], float]]]) -> PlanFeedback:
    """Over all plans, each with the reports of its shift by cell and day.

    Reports are rounded to whole ones in the sum, as an incident whose time is uncertain counts in several shifts. Where
    nothing can be compared, ratio and p are 1.

    >>> plan = ComparedPlan(10, planned={"a": 0.2, "b": 0.1}, capped={"c": 0.1})
    >>> found = plan_feedback([(plan, {("a", 10): 3.0, ("c", 10): 1.0, ("d", 10): 9.0})])
    >>> found.planned, found.expected, found.ratio, round(found.p, 3)
    (3, 3.0, 1.0, 0.738)
    """
    reported = {"planned": 0.0, "capped": 0.0}
    expected = {"planned": 0.0, "capped": 0.0}
    for plan, reports in compared:
        for side, places in (("planned", plan.planned), ("capped", plan.capped)):
            reported[side] += sum(reports.get((cell, plan.day), 0.0) for cell in places)
            expected[side] += sum(places.values())
    inside, outside = round(reported["planned"]), round(reported["capped"])
    if not min(expected.values()) > 0:
        return PlanFeedback(inside, float(inside), 1.0, 1.0)
    share = expected["planned"] / sum(expected.values())
    total = inside + outside
    # Half a report is added to each side, so that the ratio has an end where one of them has none.
    ratio = (inside + 0.5) / (total * share + 0.5) * (total * (1 - share) + 0.5) / (outside + 0.5)
    return PlanFeedback(inside, round(total * share, 4), round(ratio, 4), float(binom.sf(inside - 1, total, share)))
