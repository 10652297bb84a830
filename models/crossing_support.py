"""Crossings that support an alert: a cluster that went into its neighbour when the change began.

A crossing never makes an alert, and none is no evidence against one: a cluster that ends in one place while another
begins elsewhere crosses nothing. How often chance makes one has to be measured before it may count as support.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.alert import ALL, AlertSignal
from models.calendar import to_day_number
from models.cluster_following import ClusterCrossing
from models.cluster_tracking import Direction
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership


@dataclass(frozen=True)
class CrossingSupport:
    """What was seen of clusters around an alert's onset: ``crossings`` into its neighbour, by day.

    ``followed``: whether clusters were followed from the beginning of that time on. ``chance_per_year``: the most
    crossings that chance makes in a year, over all neighbours and categories; None where nobody has measured it.
    """

    crossings: tuple[ClusterCrossing, ...] = ()
    followed: bool = False
    chance_per_year: float | None = None

    @property
    def supports(self) -> bool:
        """Whether it may be said that a crossing supports the alert."""
        return bool(self.crossings) and self.chance_per_year is not None


def onset_window(signal: AlertSignal, partnership: Partnership) -> tuple[date, date]:
    """The dates, both included, on which a crossing belongs to the signal's onset.

    A day's clusters are those of a whole window, so their centres follow a change by up to as long as that is.
    """
    return signal.onset_from, signal.onset_to + timedelta(days=partnership.clusters.window_days)


def supporting(
    crossings: Sequence[ClusterCrossing], signal: AlertSignal, partnership: Partnership
) -> tuple[ClusterCrossing, ...]:
    """Those out of the treated area into the signal's neighbour, in its category or in all together, at its onset;
    none for a signal of good effects that spread, which they would not support."""
    if signal.kind == "diffusion-of-benefit":
        return ()
    first, last = (to_day_number(day) for day in onset_window(signal, partnership))
    categories = {ALL_CATEGORIES}
    if signal.category != ALL and signal.category in partnership.category_index:
        categories.add(partnership.category_index[signal.category])
    neighbour = partnership.areas.index.get(signal.neighbour)
    return tuple(
        crossing
        for crossing in crossings
        if crossing.direction is Direction.OUTWARD
        and crossing.to_area == neighbour
        and crossing.category in categories
        and first <= crossing.day <= last
    )
