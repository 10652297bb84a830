"""Settings of the watch within the treated area, apart from it: a partnership loads no compiled code with them."""

from dataclasses import dataclass

from models.parameter_limits import require_number, require_share, require_whole
from models.watch_parameters import WATCHED_YEARS, WatchParameters


@dataclass(frozen=True)
class WithinParameters(WatchParameters):
    """As `WatchParameters`, and the budget of these claims.

    ``alerts_per_year``: false ones allowed, for shifts and for categories each; ``years`` are drawn for the threshold,
    in which one stratum of the treated area changes by itself ``own_changes_per_year`` times a year. An incident counts
    in a shift that holds at least ``certain_share`` of the time it may have happened in, and in none otherwise.
    """

    rival_odds: float = 0.01
    tie: float = 0.0
    alerts_per_year: float = 0.1
    years: int = 500
    own_changes_per_year: float = 1.0
    certain_share: float = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("alerts_per_year", self.alerts_per_year, above=0)
        require_whole("years", self.years, at_least=WATCHED_YEARS)
        require_number("own_changes_per_year", self.own_changes_per_year, at_least=0)
        require_share("certain_share", self.certain_share)
