"""Released trends: fald, stigning or no clear change between two releases, from what they show and nothing else.

Who has both releases can compute each class by hand, so no class says anything of a figure that is hidden.
"""

import numpy as np

from models.multiple_testing import benjamini_hochberg
from models.rate_ratio import RateRatio, rate_ratio
from models.release_body import Body, period_of
from models.trend import TrendClass

Q = 0.05
Classes = list[list[TrendClass | None]]


def released_classes(now: Body, before: Body | None) -> Classes:
    """The class of each figure of an areas' table against that of ``before``, the same period of an earlier year.

    None where one of them is hidden, or the areas and categories are not the same. A class other than 'ingen klar
    ændring' needs q (`benjamini_hochberg` over the figures that are shown twice) of at most 0.05; H0 of its p
    (`rate_ratio` per day): the rate is the same in both periods.
    """
    classes: Classes = [[None for _ in row] for row in now["figures"]]
    if before is None or any(now[what] != before[what] for what in ("table", "kind", "areas", "categories")):
        return classes
    pairs = [
        (a, c, old, new)
        for a, (row, earlier) in enumerate(zip(now["figures"], before["figures"], strict=True))
        for c, (new, old) in enumerate(zip(row, earlier, strict=True))
        if new is not None and old is not None
    ]
    days = {"before_exposure": _days(before), "after_exposure": _days(now)}
    ratios = [rate_ratio(old, new, **days) for _, _, old, new in pairs]
    q_values = benjamini_hochberg(np.array([ratio.p for ratio in ratios])).tolist() if ratios else []
    for (a, c, _, _), ratio, q in zip(pairs, ratios, q_values, strict=True):
        classes[a][c] = _class(ratio, q)
    return classes


def _class(ratio: RateRatio, q: float) -> TrendClass:
    if q > Q:
        return "ingen klar ændring"
    return "fald" if ratio.ratio < 1 else "stigning"


def _days(body: Body) -> float:
    period = period_of(body)
    return float((period.stop - period.start).days)
