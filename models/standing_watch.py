"""The displacement watch as it stands: every day judged by what was known then, and one alert per continuing signal.

The threshold is set on the first day watched, from the days before it, and again after every year.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.displacement_watch import (
    AlertStart,
    TooLittleHistoryError,
    WatchCounts,
    WatchEvidence,
    alert_starts,
    watch_evidence,
)
from models.watch_dispersion import lasting_dispersion
from models.watch_estimates import ChangeEstimates, WatchEstimates, watch_estimates
from models.watch_null import WatchNull, watch_null
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_threshold import WatchThreshold, watch_threshold

Floats = NDArray[np.float64]
Estimates_co = TypeVar("Estimates_co", bound=ChangeEstimates, covariant=True)

YEAR_DAYS = 364


@dataclass(frozen=True)
class WatchAlert(Generic[Estimates_co]):
    """A signal that began: where and when, its evidence, and what it says on that day.

    ``p`` and ``recurrence_days`` as `models.watch_threshold.WatchThreshold` has them.
    """

    start: AlertStart
    p: float
    recurrence_days: float
    estimates: Estimates_co


@dataclass(frozen=True, eq=False)
class WatchedYear:
    """Days from position ``first`` to before ``stop``, and what they were judged by."""

    first: int
    stop: int
    null: WatchNull
    threshold: WatchThreshold
    evidence: WatchEvidence


@dataclass(frozen=True, eq=False)
class StandingWatch(Generic[Estimates_co]):
    """``alerts`` in the order of their days; the ``years`` watched."""

    alerts: tuple[WatchAlert[Estimates_co], ...]
    years: tuple[WatchedYear, ...]


def standing_watch(
    counts: Floats,
    neighbours: int,
    *,
    since: int,
    watch: WatchParameters,
    parameters: ThresholdParameters,
    seed: int,
    confidence: float = 0.95,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> StandingWatch[WatchEstimates]:
    """Watch ``counts`` (days, areas, categories), areas as `WatchCounts.of` wants them, from position ``since`` on.

    What is said of a day depends on that day and those before it alone. ``advance`` is told how many years were
    simulated for the thresholds, `simulated_years` in all.

    Raises `TooLittleHistoryError` where ``since`` is too early or not among the days, and what its parts raise.
    """

    def threshold_of(null: WatchNull, number: int) -> WatchThreshold:
        rng = np.random.default_rng([seed, number])
        return watch_threshold(
            null, neighbours, watch=watch, parameters=parameters, rng=rng, threads=threads, advance=advance
        )

    estimates = partial(watch_estimates, raised=True, confidence=confidence)
    return standing_by(counts, neighbours, threshold_of, estimates, since=since, watch=watch)


def standing_by(
    counts: Floats,
    neighbours: int,
    threshold_of: Callable[[WatchNull, int], WatchThreshold],
    estimates: Callable[..., Estimates_co],
    *,
    since: int,
    watch: WatchParameters,
) -> StandingWatch[Estimates_co]:
    """The watch with any thresholds (of a past and the number of its year) and any ``estimates`` (called as
    `models.watch_estimates.watch_estimates` is).

    Raises as `standing_watch` does.
    """
    years = watched_years(counts, neighbours, threshold_of, since=since, watch=watch)
    watched = WatchCounts.of(counts, neighbours)

    def alert(start: AlertStart) -> WatchAlert[Estimates_co]:
        year = years[(start.day - since) // YEAR_DAYS]
        spread = lasting_dispersion(year.null)
        said = estimates(watched, year.evidence, spread, day=start.day, neighbour=start.neighbour, column=start.column)
        odds = start.log_odds
        return WatchAlert(start, year.threshold.p(odds), year.threshold.recurrence_days(odds), said)

    return StandingWatch(tuple(alert(start) for start in starts_of(years, watch)), years)


def watched_years(
    counts: Floats,
    neighbours: int,
    threshold_of: Callable[[WatchNull, int], WatchThreshold],
    *,
    since: int,
    watch: WatchParameters,
) -> tuple[WatchedYear, ...]:
    """Every year of days judged, with the threshold of what its past looks like and of its number.

    Raises as `standing_watch` does.
    """
    _refuse(len(counts), since, watch)
    watched = WatchCounts.of(counts, neighbours)
    years = []
    for number, first in enumerate(range(since, len(counts), YEAR_DAYS)):
        stop = min(first + YEAR_DAYS, len(counts))
        null = watch_null(counts[:first])
        threshold = threshold_of(null, number)
        evidence = watch_evidence(watched.before(stop), null.dispersion, watch)
        years.append(WatchedYear(first, stop, null, threshold, evidence))
    return tuple(years)


def starts_of(years: Sequence[WatchedYear], watch: WatchParameters) -> list[AlertStart]:
    """The starts of signals in all years, each with the evidence that it had."""
    found = []
    for start in alert_starts(_beside_threshold(years), 0.0, watch):
        year = years[(start.day - years[0].first) // YEAR_DAYS]
        odds = float(year.evidence.log_odds[start.day - year.evidence.first, start.neighbour, start.column])
        found.append(start._replace(log_odds=odds))
    return found


def simulated_years(days: int, since: int, parameters: ThresholdParameters) -> int:
    """How many years `standing_watch` simulates."""
    return len(range(since, days, YEAR_DAYS)) * parameters.simulated_years


def _refuse(days: int, since: int, watch: WatchParameters) -> None:
    if since < watch.first_judged:
        raise TooLittleHistoryError(
            f"the watch needs {watch.first_judged} days of counts before the first day it judges, found {since}"
        )
    if since >= days:
        raise TooLittleHistoryError(f"the first day judged must be one of the {days} days counted, found day {since}")


def _beside_threshold(years: Sequence[WatchedYear]) -> WatchEvidence:
    """The log odds of the days watched less the threshold of their year."""
    parts = [year.evidence.log_odds[year.first - year.evidence.first :] - year.threshold.threshold for year in years]
    return replace(years[-1].evidence, first=years[0].first, log_odds=np.concatenate(parts))
