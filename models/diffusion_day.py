"""A day of the watch for good effects that spread to a neighbour: its threshold, and the signals there are.

It rests on the same counts as the displacement watch. As in `models.watch_day`, how the split varies is measured, and
the threshold simulated, from the days before the month of the day judged.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from models.alert import AlertSignal
from models.diffusion_estimates import diffusion_estimates
from models.diffusion_parameters import DiffusionParameters
from models.diffusion_threshold import diffusion_threshold
from models.watch_day import WatchInputs, standing_signals
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
    return standing_signals(inputs, threshold, diffusion_estimates)
