"""Settings of the displacement watch, apart from it: a partnership has them without loading compiled code."""

from dataclasses import dataclass
from typing import ClassVar

from models.parameter_limits import ParameterError, require_number, require_share, require_whole

WATCHED_YEARS = 5  # of each simulated past


@dataclass(frozen=True)
class WatchParameters:
    """What the watch looks for, and from which past it knows what is usual.

    ``falls`` f and ``shares`` s: every pair is one hypothesis. ``rival_odds`` k: the chance that a
    rival begins on a given day. An area's share is that of the ``baseline_days`` that ended ``guard_days`` ago,
    renewed every ``renew_days``; in a category it is drawn towards the area's share in all of them by as much as
    ``prior_incidents`` weigh. Beforehand a displacement concerns all categories ``together`` with this probability, and
    each single one with an equal part of the rest. The watch begins when there are ``min_history_days`` before the
    guard. A signal is over when its evidence is ``release`` below the threshold, or below that of another neighbour
    with a signal; beside it another neighbour begins one with as much evidence, less ``tie``.
    """

    falls: tuple[float, ...] = (0.5, 0.75)
    shares: tuple[float, ...] = (0.4, 0.8)
    rival_odds: float = 5e-5
    baseline_days: int = 730
    guard_days: int = 84
    renew_days: int = 7
    min_history_days: int = 84
    prior_incidents: float = 10.0
    together: float = 0.4
    release: float = 5.0
    tie: float = 0.25

    NEIGHBOUR_FALLS: ClassVar[bool] = False  # as in `models.diffusion_parameters`, or gains what T lost

    def __post_init__(self) -> None:
        for name in ("falls", "shares"):
            if len(getattr(self, name)) == 0:
                raise ParameterError(f"{name} must hold at least one number, found none")
        for fall in self.falls:
            require_share("falls", fall)
        for share in self.shares:
            require_number("shares", share, above=0)
        require_number("rival_odds", self.rival_odds, at_least=0)
        for name in ("baseline_days", "guard_days", "renew_days", "min_history_days"):
            require_whole(name, getattr(self, name), at_least=1)
        require_number("prior_incidents", self.prior_incidents, above=0)
        require_share("together", self.together)
        require_number("release", self.release, above=0)
        require_number("tie", self.tie, at_least=0)

    @property
    def first_judged(self) -> int:
        """Position of the first day that can be judged."""
        return self.min_history_days + self.guard_days


@dataclass(frozen=True)
class ThresholdParameters:
    """``alerts_per_year``: false ones allowed, over all neighbours and columns together. ``years`` are drawn."""

    alerts_per_year: float = 0.62
    years: int = 500

    def __post_init__(self) -> None:
        require_number("alerts_per_year", self.alerts_per_year, above=0)
        require_whole("years", self.years, at_least=WATCHED_YEARS)

    @property
    def simulated_years(self) -> int:
        """``years`` in whole replicates."""
        return -(-self.years // WATCHED_YEARS) * WATCHED_YEARS
