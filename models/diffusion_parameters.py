"""Settings of the watch for good effects that spread, apart from it: a partnership loads no compiled code with them."""

from dataclasses import dataclass
from typing import ClassVar

from models.parameter_limits import ParameterError, require_number, require_whole
from models.watch_parameters import WATCHED_YEARS, ThresholdParameters, WatchParameters


@dataclass(frozen=True)
class DiffusionParameters(WatchParameters):
    """As `WatchParameters`, but the neighbour falls too: by ``shares`` times the treated area's fall, 1 at most.

    ``alerts_per_year``: false ones allowed, over all neighbours and columns together; ``years`` are drawn for the
    threshold, in which the treated area falls alone ``own_falls_per_year`` times a year.
    """

    rival_odds: float = 0.01
    tie: float = 0.0
    alerts_per_year: float = 0.1
    years: int = 500
    own_falls_per_year: float = 1.0

    NEIGHBOUR_FALLS: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for share in self.shares:
            if share > 1:
                raise ParameterError(f"shares of a neighbour that falls too must be at most 1, found {share:g}")
        require_number("alerts_per_year", self.alerts_per_year, above=0)
        require_whole("years", self.years, at_least=WATCHED_YEARS)
        require_number("own_falls_per_year", self.own_falls_per_year, at_least=0)

    @property
    def budget(self) -> ThresholdParameters:
        return ThresholdParameters(self.alerts_per_year, self.years)
