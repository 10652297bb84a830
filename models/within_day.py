"""A day of the watch within the treated area: what it rests on, its threshold, and the signals there are.

As in `models.watch_day`, how the splits vary is measured, and the threshold simulated, from the days before the month
of the day judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.areas import AreaSet
from models.alert import ALL, AlertSignal
from models.calendar import to_date, to_day_number
from models.displacement_watch import standing
from models.watch_day import SEED
from models.watch_null import WatchNull, watch_null
from models.watch_threshold import WatchThreshold
from models.within_estimates import WithinEstimates, within_estimates
from models.within_parameters import WithinParameters
from models.within_threshold import within_threshold
from models.within_watch import Pair, WithinCounts, WithinEvidence, pairs_of, within_evidence

Floats = NDArray[np.float64]
Strata = Literal["shift", "category"]


@dataclass(frozen=True, eq=False)
class WithinInputs:
    """Everything a day rests on.

    ``counts`` (days, areas, strata) incidents, the first of ``areas`` the treated one; ``strata`` are ids of shifts or
    categories, as ``kind`` says. The days begin on ``first_day`` (days since 1970-01-01); the last is judged.
    """

    kind: Strata
    areas: tuple[str, ...]
    strata: tuple[str, ...]
    first_day: int
    counts: Floats
    parameters: WithinParameters
    seed: int = SEED

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


def within_inputs(
    kind: Strata,
    counts: Floats,
    areas: AreaSet,
    strata: Sequence[str],
    *,
    first_day: int,
    parameters: WithinParameters,
) -> WithinInputs:
    """From ``counts`` (areas in file order, days, strata) of complete days."""
    treated = next(i for i, area in enumerate(areas.areas) if area.role == "treated")
    order = [treated, *(i for i in range(len(areas.areas)) if i != treated)]
    return WithinInputs(
        kind,
        tuple(areas.areas[i].id for i in order),
        tuple(strata),
        first_day,
        np.ascontiguousarray(counts[order].transpose(1, 0, 2)),
        parameters,
    )


def settled_within(inputs: WithinInputs, *, threads: int | None = None) -> WatchThreshold:
    """The threshold of the inputs' month; the same for all its days.

    Raises `models.displacement_watch.TooLittleHistoryError`.
    """
    return within_threshold(
        watch_null(inputs.settled),
        parameters=inputs.parameters,
        rng=np.random.default_rng(inputs.seed),
        threads=threads,
    )


def within_signals(inputs: WithinInputs, threshold: WatchThreshold) -> list[AlertSignal]:
    """The signals that stand on the day judged, the strongest first.

    Raises `models.displacement_watch.TooLittleHistoryError`, and `models.parameter_limits.ParameterError` where there
    is nothing to compare.
    """
    counts, null, evidence = judged(inputs)
    stand = standing(evidence.paths, threshold.threshold, inputs.parameters)
    found = []
    for start in sorted(stand, key=lambda start: -float(evidence.log_odds[-1, start.neighbour])):
        pair = pairs_of(counts.strata)[start.neighbour]
        said = within_estimates(counts, evidence, null.dispersion, day=counts.days - 1, pair=pair)
        # As much evidence as the signal ever had: what was said is not taken back while the signal stands.
        highest = float(evidence.log_odds[start.day - evidence.first :, start.neighbour].max())
        found.append(_signal(inputs, threshold, pair, said, raised_on=inputs.date_of(start.day), highest=highest))
    return found


def judged(inputs: WithinInputs) -> tuple[WithinCounts, WatchNull, WithinEvidence]:
    """What every day of the inputs was judged by; raises as `within_signals` does."""
    counts, null = WithinCounts.of(inputs.counts), watch_null(inputs.settled)
    return counts, null, within_evidence(counts, null.dispersion[: counts.strata], inputs.parameters)


def _signal(
    inputs: WithinInputs,
    threshold: WatchThreshold,
    pair: Pair,
    said: WithinEstimates,
    *,
    raised_on: date,
    highest: float,
) -> AlertSignal:
    return AlertSignal(
        neighbour=inputs.areas[0],
        category=ALL,
        kind="displacement",
        raised_on=raised_on,
        last_on=inputs.day,
        onset=inputs.date_of(int(said.onset.estimate)),
        onset_from=inputs.date_of(int(said.onset.lower)),
        onset_to=inputs.date_of(int(said.onset.upper)),
        treated_observed=said.source.observed,
        treated_expected=said.source.expected,
        neighbour_observed=said.target.observed,
        neighbour_expected=said.target.expected,
        share=said.moved_share.estimate,
        share_lower=said.moved_share.lower,
        share_upper=said.moved_share.upper,
        p=threshold.p(highest),
        recurrence_days=threshold.recurrence_days(highest),
        moved_to=inputs.kind,
        from_stratum=inputs.strata[pair.source],
        to_stratum=inputs.strata[pair.target],
    )
