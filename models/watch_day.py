"""A day of the displacement watch for one partnership: what it rests on, its threshold, and the signals there are.

How the split of incidents over areas varies is measured, and the threshold simulated, from the days before the month
of the day judged: a change must not widen the variation it is measured by, and the threshold stays for a month.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from geo.areas import AreaSet
from models.alert import ALL, AlertSignal
from models.calendar import to_date, to_day_number
from models.displacement_watch import AlertStart, WatchCounts, standing, watch_evidence
from models.watch_dispersion import lasting_dispersion
from models.watch_estimates import ChangeEstimates, watch_estimates
from models.watch_null import watch_null
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_power import WatchPower, watch_power
from models.watch_threshold import WatchThreshold, watch_threshold

Floats = NDArray[np.float64]

EDGE_DAYS = 168  # as far back as an onset is looked for
SEED = 20261124  # of the simulated pasts: the same history gives the same threshold


@dataclass(frozen=True, eq=False)
class WatchData:
    """How good the data are: ``complete`` share of the incidents of the day judged that is known, None where delays
    are not; of the counts of the last days, ``edge`` (days, areas, categories) are closer to a boundary than they are
    accurate."""

    complete: float | None
    edge: Floats


@dataclass(frozen=True, eq=False)
class WatchInputs:
    """Everything a day of the watch rests on.

    ``counts`` (days, areas, categories) incidents, the first of ``areas`` the treated one, then ``neighbours`` of them,
    then the controls; the days begin on ``first_day`` (days since 1970-01-01), and the last is the day judged.
    """

    areas: tuple[str, ...]
    neighbours: int
    categories: tuple[str, ...]
    first_day: int
    counts: Floats
    watch: WatchParameters
    threshold: ThresholdParameters
    seed: int = SEED
    data: WatchData | None = None

    @property
    def day(self) -> date:
        """The day judged."""
        return self.date_of(len(self.counts) - 1)

    @property
    def settled(self) -> Floats:
        """The counts of the days before the month of the day judged."""
        return self.counts[: max(to_day_number(self.day.replace(day=1)) - self.first_day, 0)]

    def date_of(self, position: int) -> date:
        return to_date(self.first_day + position)

    def position_of(self, signal: AlertSignal) -> tuple[int, int]:
        """Of the signal's neighbour among the neighbours, and of its category among the columns judged."""
        column = self.categories.index(signal.category) if signal.category != ALL else max(self.columns - 1, 0)
        return self.areas.index(signal.neighbour) - 1, column

    @property
    def columns(self) -> int:
        """Every category, and where there are several, all together."""
        return len(self.categories) + (len(self.categories) > 1)


def watch_inputs(
    counts: Floats,
    areas: AreaSet,
    categories: Sequence[str],
    *,
    first_day: int,
    watch: WatchParameters,
    threshold: ThresholdParameters,
    complete: float | None = None,
    edge: Floats | None = None,
) -> WatchInputs:
    """From ``counts`` (areas in file order, days, categories) of complete days, and of these ``edge`` cases; the share
    of the last day that is ``complete``."""
    roles = [area.role for area in areas.areas]
    order = [i for role in ("treated", "neighbour", "control") for i, found in enumerate(roles) if found == role]
    return WatchInputs(
        tuple(areas.areas[i].id for i in order),
        roles.count("neighbour"),
        tuple(categories),
        first_day,
        _in_order(counts, order),
        watch,
        threshold,
        data=None if edge is None else WatchData(complete, _in_order(edge[:, -EDGE_DAYS:], order)),
    )


def _in_order(counts: Floats, order: Sequence[int]) -> Floats:
    return np.ascontiguousarray(counts[order].transpose(1, 0, 2))


def settled_threshold(inputs: WatchInputs, *, threads: int | None = None) -> WatchThreshold:
    """The threshold of the inputs' month; the same for all its days.

    Raises `models.displacement_watch.TooLittleHistoryError`.
    """
    return watch_threshold(
        watch_null(inputs.settled),
        inputs.neighbours,
        watch=inputs.watch,
        parameters=inputs.threshold,
        rng=np.random.default_rng(inputs.seed),
        threads=threads,
    )


def settled_power(
    inputs: WatchInputs,
    threshold: WatchThreshold,
    *,
    columns: Sequence[int] | None = None,
    threads: int | None = None,
) -> WatchPower:
    """What the watch can find in the inputs' month (`models.watch_power`), in ``columns`` or all; the same for all its
    days."""
    return watch_power(
        watch_null(inputs.settled),
        inputs.neighbours,
        threshold.threshold,
        watch=inputs.watch,
        rng=np.random.default_rng([inputs.seed, 1]),
        columns=columns,
        threads=threads,
    )


def signals_of(inputs: WatchInputs, threshold: WatchThreshold) -> list[AlertSignal]:
    """The signals that stand on the day judged, the strongest first.

    Raises `models.displacement_watch.TooLittleHistoryError`, and `models.parameter_limits.ParameterError` where there
    is no neighbour or no control.
    """
    return standing_signals(inputs, threshold, partial(watch_estimates, raised=True))


def standing_signals(
    inputs: WatchInputs, threshold: WatchThreshold, estimates: Callable[..., ChangeEstimates]
) -> list[AlertSignal]:
    """The signals that stand on the day judged, the strongest first, each with its ``estimates`` (called as
    `models.watch_estimates.watch_estimates` is).

    Raises as `signals_of` does.
    """
    null = watch_null(inputs.settled)
    counts = WatchCounts.of(inputs.counts, inputs.neighbours)
    evidence = watch_evidence(counts, null.dispersion, inputs.watch)
    stand = standing(evidence, threshold.threshold, inputs.watch)
    spread = lasting_dispersion(null)
    found = []
    for start in sorted(stand, key=lambda start: -float(evidence.log_odds[-1, start.neighbour, start.column])):
        said = estimates(counts, evidence, spread, day=counts.days - 1, neighbour=start.neighbour, column=start.column)
        # As much evidence as the signal ever had: what was said is not taken back while the signal stands.
        highest = float(evidence.log_odds[start.day - evidence.first :, start.neighbour].max())
        found.append(_signal(inputs, threshold, start, said, highest))
    return found


def _signal(
    inputs: WatchInputs, threshold: WatchThreshold, start: AlertStart, said: ChangeEstimates, highest: float
) -> AlertSignal:
    categories = inputs.categories
    return AlertSignal(
        neighbour=inputs.areas[1 + start.neighbour],
        category=categories[start.column] if start.column < len(categories) else ALL,
        kind=said.kind,
        raised_on=inputs.date_of(start.day),
        last_on=inputs.day,
        onset=inputs.date_of(int(said.onset.estimate)),
        onset_from=inputs.date_of(int(said.onset.lower)),
        onset_to=inputs.date_of(int(said.onset.upper)),
        treated_observed=said.treated.observed,
        treated_expected=said.treated.expected,
        neighbour_observed=said.neighbour.observed,
        neighbour_expected=said.neighbour.expected,
        share=said.share.estimate,
        share_lower=said.share.lower,
        share_upper=said.share.upper,
        p=threshold.p(highest),
        recurrence_days=threshold.recurrence_days(highest),
    )
