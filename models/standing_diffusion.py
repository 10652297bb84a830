"""The watch for good effects that spread as it stands: every day judged by what was known then, as the displacement
watch is in `models.standing_watch`."""

from collections.abc import Callable
from functools import partial

import numpy as np

from models.diffusion_estimates import DiffusionEstimates, diffusion_estimates
from models.diffusion_parameters import DiffusionParameters
from models.diffusion_threshold import diffusion_threshold
from models.standing_watch import Floats, StandingWatch, standing_by
from models.watch_null import WatchNull
from models.watch_threshold import WatchThreshold

STREAM = 2  # of the seed: other pasts than those that displacement is judged by


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
) -> StandingWatch[DiffusionEstimates]:
    """Watch ``counts`` (days, areas, categories), areas as `WatchCounts.of` wants them, from position ``since`` on.

    What is said of a day depends on that day and those before it alone. ``advance`` is told how many years were
    simulated for the thresholds, `models.standing_watch.simulated_years` in all.

    Raises as `models.standing_watch.standing_watch` does.
    """

    def threshold_of(null: WatchNull, number: int) -> WatchThreshold:
        rng = np.random.default_rng([seed, number, STREAM])
        return diffusion_threshold(null, neighbours, parameters=watch, rng=rng, threads=threads, advance=advance)

    estimates = partial(diffusion_estimates, confidence=confidence)
    return standing_by(counts, neighbours, threshold_of, estimates, since=since, watch=watch)
