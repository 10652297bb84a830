"""The watch for good effects that spread as it stands: every day judged by what was known then, as the displacement
watch is in `models.standing_watch`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.diffusion_estimates import DiffusionEstimates, diffusion_estimates
from models.diffusion_parameters import DiffusionParameters
from models.diffusion_threshold import diffusion_threshold
from models.displacement_watch import AlertStart, WatchCounts
from models.standing_watch import YEAR_DAYS, Floats, WatchedYear, starts_of, watched_years
from models.watch_dispersion import lasting_dispersion
from models.watch_null import WatchNull
from models.watch_threshold import WatchThreshold

STREAM = 2  # of the seed: other pasts than those that displacement is judged by


@dataclass(frozen=True)
class DiffusionAlert:
    """A signal that began, as `models.standing_watch.WatchAlert` has it."""

    start: AlertStart
    p: float
    recurrence_days: float
    estimates: DiffusionEstimates


@dataclass(frozen=True, eq=False)
class StandingDiffusion:
    """``alerts`` in the order of their days; the ``years`` watched."""

    alerts: tuple[DiffusionAlert, ...]
    years: tuple[WatchedYear, ...]


def standing_diffusion(
    counts: Floats,
    neighbours: int,
    *,
    since: int,
    watch: DiffusionParameters,
    seed: int,
    confidence: float = 0.95,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> StandingDiffusion:
    """Watch ``counts`` (days, areas, categories), areas as `WatchCounts.of` wants them, from position ``since`` on.

    What is said of a day depends on that day and those before it alone. ``advance`` is told how many years were
    simulated for the thresholds, `models.standing_watch.simulated_years` in all.

    Raises as `models.standing_watch.standing_watch` does.
    """

    def threshold_of(null: WatchNull, number: int) -> WatchThreshold:
        rng = np.random.default_rng([seed, number, STREAM])
        return diffusion_threshold(null, neighbours, parameters=watch, rng=rng, threads=threads, advance=advance)

    years = watched_years(counts, neighbours, threshold_of, since=since, watch=watch)
    watched = WatchCounts.of(counts, neighbours)
    alerts = (
        _alert(start, years[(start.day - since) // YEAR_DAYS], watched, confidence) for start in starts_of(years, watch)
    )
    return StandingDiffusion(tuple(alerts), years)


def _alert(start: AlertStart, year: WatchedYear, counts: WatchCounts, confidence: float) -> DiffusionAlert:
    return DiffusionAlert(
        start,
        year.threshold.p(start.log_odds),
        year.threshold.recurrence_days(start.log_odds),
        diffusion_estimates(
            counts,
            year.evidence,
            lasting_dispersion(year.null),
            day=start.day,
            neighbour=start.neighbour,
            column=start.column,
            confidence=confidence,
        ),
    )
