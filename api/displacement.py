"""Use case: displacement of two periods from counts that a person has, without a database."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.errors import PlainError
from models.displacement_quotients import DisplacementQuotients, displacement_quotients
from models.net_rate_ratio import Tables, net_rate_ratios
from models.parameter_limits import require_share
from models.rate_ratio import RateRatio
from models.wdd import Counts, FourAreas, WddParts, WeightedCounts, wdd_parts, with_harm
from models.wdd_small_counts import SmallCountP, small_count_p

ONES: FourAreas = (1.0, 1.0, 1.0, 1.0)
SEED = 20180901


class CountsError(PlainError, ValueError):
    """Options that do not say two counts for every area and crime type."""


@dataclass(frozen=True)
class AreaCounts:
    """(before, after) of each crime type; None where there is no such area."""

    treated: Sequence[Counts]
    control: Sequence[Counts]
    displaced: Sequence[Counts] | None = None
    displaced_control: Sequence[Counts] | None = None


@dataclass(frozen=True)
class CountWeights:
    """``weights`` and ``areas`` in the order treated, control, displaced, displaced control; ``days`` before and
    after; ``harm`` per crime type, None where all count alike."""

    weights: FourAreas = ONES
    areas: FourAreas = ONES
    days: Counts = (1.0, 1.0)
    harm: Sequence[float] | None = None


@dataclass(frozen=True)
class TwoPeriods:
    """What two periods say; ``small_count_p`` only where the counts are too few for the normal approximation.

    ``net_ratio`` and ``quotients`` are of all crime types together, without weights.
    """

    wdd: WddParts
    small_count_p: SmallCountP | None
    net_ratio: RateRatio
    quotients: DisplacementQuotients
    confidence: float
    has_surroundings: bool

    @property
    def p(self) -> float:
        """The p-value that keeps its promise at these counts."""
        return self.small_count_p.p if self.small_count_p else self.wdd.total.p


def two_periods(areas: AreaCounts, weights: CountWeights, *, confidence: float) -> TwoPeriods:
    """WDD, quotients and net rate ratio of the areas' counts."""
    require_share("confidence", confidence)
    _refuse_areas(areas)
    cells = _cells(areas, weights)
    parts = wdd_parts(cells, confidence=confidence)
    small = None if parts.total.enough else small_count_p(cells, np.random.default_rng(SEED))
    treated, control = _sum(areas.treated), _sum(areas.control)
    table = Tables(*(np.array([count]) for count in (*treated, *control)))
    (ratio,) = net_rate_ratios(table, confidence=confidence)
    displaced = _sum(areas.displaced) if areas.displaced else None
    quotients = displacement_quotients(treated, control, displaced, days=weights.days)
    return TwoPeriods(parts, small, ratio, quotients, confidence, has_surroundings=displaced is not None)


def _cells(areas: AreaCounts, weights: CountWeights) -> WeightedCounts:
    none = [(0.0, 0.0)] * len(areas.treated)
    columns = (areas.treated, areas.control, areas.displaced or none, areas.displaced_control or none)
    types = [
        WeightedCounts.of(*row, weights=weights.weights, area_sizes=weights.areas, days=weights.days)
        for row in zip(*columns, strict=True)
    ]
    return with_harm(types, weights.harm if weights.harm is not None else [1.0] * len(types))


def _refuse_areas(areas: AreaCounts) -> None:
    if areas.displaced_control and not areas.displaced:
        raise CountsError("--displaced-control is the control of a displacement area: give --displaced too")
    given = {
        "--control": areas.control,
        "--displaced": areas.displaced,
        "--displaced-control": areas.displaced_control,
    }
    for name, counts in given.items():
        if counts is not None and len(counts) != len(areas.treated):
            raise CountsError(
                f"{name} is given {len(counts)} times and --treated {len(areas.treated)} times; "
                "each needs one pair of counts per crime type"
            )


def _sum(pairs: Sequence[Counts]) -> Counts:
    return sum(before for before, _ in pairs), sum(after for _, after in pairs)
