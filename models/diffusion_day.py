"""A day of the watch for good effects that spread to a neighbour: its threshold, and the signals there are.

It rests on the same counts as the displacement watch. As in `models.watch_day`, how the split varies is measured, and
the threshold simulated, from the days before the month of the day judged.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from models.alert import ALL, AlertSignal
from models.diffusion_estimates import DiffusionEstimates, diffusion_estimates
from models.diffusion_parameters import DiffusionParameters
from models.diffusion_threshold import diffusion_threshold
from models.displacement_watch import AlertStart, WatchCounts, standing, watch_evidence
from models.watch_day import WatchInputs
from models.watch_dispersion import lasting_dispersion
from models.watch_null import watch_null
from models.watch_threshold import WatchThreshold

STREAM = 2  # of the seed: other pasts than those that displacement and its power are judged by


@dataclass(frozen=True, eq=False)
class DiffusionInputs(WatchInputs):
    """As `WatchInputs`: the same counts, and what is looked for in them."""

    watch: DiffusionParameters

    @classmethod
    def of(cls, inputs: WatchInputs, parameters: DiffusionParameters) -> Self:
        """From what the displacement watch of the day rests on."""
        same = {field.name: getattr(inputs, field.name) for field in fields(inputs)}
        return cls(**{**same, "watch": parameters, "threshold": parameters.budget})


def settled_diffusion(inputs: DiffusionInputs, *, threads: int | None = None) -> WatchThreshold:
    """The threshold of the inputs' month; the same for all its days.

    Raises `models.displacement_watch.TooLittleHistoryError`.
    """
    return diffusion_threshold(
        watch_null(inputs.settled),
        inputs.neighbours,
        parameters=inputs.watch,
        rng=np.random.default_rng([inputs.seed, STREAM]),
        threads=threads,
    )


def diffusion_signals(inputs: DiffusionInputs, threshold: WatchThreshold) -> list[AlertSignal]:
    """The signals that stand on the day judged, the strongest first.

    Raises `models.displacement_watch.TooLittleHistoryError`, and `models.parameter_limits.ParameterError` where there
    is no neighbour or no control.
    """
    null = watch_null(inputs.settled)
    counts = WatchCounts.of(inputs.counts, inputs.neighbours)
    evidence = watch_evidence(counts, null.dispersion, inputs.watch)
    stand = standing(evidence, threshold.threshold, inputs.watch)
    spread = lasting_dispersion(null)
    found = []
    for start in sorted(stand, key=lambda start: -float(evidence.log_odds[-1, start.neighbour, start.column])):
        said = diffusion_estimates(
            counts, evidence, spread, day=counts.days - 1, neighbour=start.neighbour, column=start.column
        )
        # As much evidence as the signal ever had: what was said is not taken back while the signal stands.
        highest = float(evidence.log_odds[start.day - evidence.first :, start.neighbour].max())
        found.append(_signal(inputs, threshold, start, said, highest))
    return found


def _signal(
    inputs: DiffusionInputs, threshold: WatchThreshold, start: AlertStart, said: DiffusionEstimates, highest: float
) -> AlertSignal:
    categories = inputs.categories
    return AlertSignal(
        neighbour=inputs.areas[1 + start.neighbour],
        category=categories[start.column] if start.column < len(categories) else ALL,
        kind="diffusion-of-benefit",
        raised_on=inputs.date_of(start.day),
        last_on=inputs.day,
        onset=inputs.date_of(int(said.onset.estimate)),
        onset_from=inputs.date_of(int(said.onset.lower)),
        onset_to=inputs.date_of(int(said.onset.upper)),
        treated_observed=said.treated.observed,
        treated_expected=said.treated.expected,
        neighbour_observed=said.neighbour.observed,
        neighbour_expected=said.neighbour.expected,
        share=said.neighbour_fall.estimate,
        share_lower=said.neighbour_fall.lower,
        share_upper=said.neighbour_fall.upper,
        p=threshold.p(highest),
        recurrence_days=threshold.recurrence_days(highest),
    )
