"""Released trends: how each figure changed between two releases, from what they show and nothing else.

Who has both releases can compute each of these by hand, so none of them says anything of a figure that is hidden.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.multiple_testing import benjamini_hochberg
from models.rate_ratio import RateRatio, rate_ratio
from models.release_body import Body, period_of
from models.trend import TrendClass, trend_class

Q = 0.05


@dataclass(frozen=True)
class ReleasedChange:
    """A figure shown twice, the ``ratio`` of its rates per day with a 95 % interval, and what may be said of it.

    ``trend`` other than 'ingen klar ændring' needs ``q`` (`benjamini_hochberg` over the figures that are shown twice)
    of at most 0.05; H0 of the ratio's p (`rate_ratio`): the rate is the same in both periods.
    """

    before: int
    now: int
    ratio: RateRatio
    q: float
    trend: TrendClass


def released_changes(now: Body, before: Body | None) -> list[list[ReleasedChange | None]]:
    """The change of each figure of an areas' table against that of ``before``, the same kind of period earlier.

    None where one of them is hidden, or the areas and categories are not the same.
    """
    changes: list[list[ReleasedChange | None]] = [[None for _ in row] for row in now["figures"]]
    if before is None or not comparable(now, before):
        return changes
    places = list(_shown_twice(now, before))
    days = {"before_exposure": days_of(before), "after_exposure": days_of(now)}
    ratios = [rate_ratio(old, new, **days) for _, _, old, new in places]
    q_values = benjamini_hochberg(np.array([ratio.p for ratio in ratios])).tolist() if ratios else []
    for (a, c, old, new), ratio, q in zip(places, ratios, q_values, strict=True):
        changes[a][c] = ReleasedChange(old, new, ratio, q, trend_class(ratio, q, Q))
    return changes


def comparable(now: Body, before: Body) -> bool:
    """Whether two tables count the same areas and categories over periods of one kind."""
    return all(now[what] == before[what] for what in ("table", "kind", "areas", "categories"))


def days_of(body: Body) -> float:
    """Days of the period."""
    period = period_of(body)
    return float((period.stop - period.start).days)


def _shown_twice(now: Body, before: Body) -> Iterator[tuple[int, int, int, int]]:
    """Row, column and both figures."""
    for a, (row, earlier) in enumerate(zip(now["figures"], before["figures"], strict=True)):
        for c, (new, old) in enumerate(zip(row, earlier, strict=True)):
            if new is not None and old is not None:
                yield a, c, old, new
