"""The two series behind a signal within the treated area, week by week."""

import numpy as np

from models.alert import AlertSignal
from models.watch_series import WEEK_DAYS, WatchSeries, by_week
from models.within_day import WithinInputs, judged
from models.within_estimates import usual_beside


def within_series(inputs: WithinInputs, signal: AlertSignal, *, weeks: int = 26) -> WatchSeries:
    """Of the two strata of ``signal`` in the treated area, in the places of the treated area and the neighbour.

    Expected is the area's usual share of the stratum beside what the other areas had in it; the band as in
    `models.watch_series.watch_series`.
    """
    counts, null, evidence = judged(inputs)
    number = min(weeks, len(evidence.log_odds) // WEEK_DAYS)
    days = np.arange(counts.days - number * WEEK_DAYS, counts.days)
    share = evidence.share[days - evidence.first]
    strata = [inputs.strata.index(stratum) for stratum in (signal.from_stratum, signal.to_stratum)]
    source, target = (
        by_week(counts.treated[days, c], usual_beside(counts, share, days, c), float(null.dispersion[c]))
        for c in strata
    )
    return WatchSeries(tuple(inputs.date_of(int(day)) for day in days[::WEEK_DAYS]), source, target)
