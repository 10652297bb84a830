"""Completeness: up to which day the data hold nearly everything that will be reported.

The reporting delay of incidents long enough ago to be complete tells how much of a recent day is known by now
(the empirical form of the delay distribution in Lawless, J. F. 1994, Adjustments for reporting delays and the
prediction of occurred but not reported events, *Canadian Journal of Statistics*, 22(1), 15-31).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.parameter_limits import require_share, require_whole

Floats = NDArray[np.float64]
Instants = NDArray[np.int64]
DAY_S = 86_400


@dataclass(frozen=True)
class CompletenessParameters:
    """A day is complete at ``share``. Delays are taken from the ``history_days`` that ended ``mature_days``
    ago; with fewer than ``min_incidents`` there, the last ``fallback_days`` are taken as incomplete."""

    share: float = 0.95
    mature_days: int = 60
    history_days: int = 365
    min_incidents: int = 50
    fallback_days: int = 3

    def __post_init__(self) -> None:
        require_share("share", self.share)
        require_whole("mature_days", self.mature_days, at_least=1)
        require_whole("history_days", self.history_days, at_least=1)
        require_whole("min_incidents", self.min_incidents, at_least=1)
        require_whole("fallback_days", self.fallback_days, at_least=0)


@dataclass(frozen=True, eq=False)
class Completeness:
    """Days before ``complete_until_day`` (since 1970-01-01) are complete.

    ``share_by_age`` (mature_days + 1): share known a whole days after the end of an incident. Where
    ``estimated`` is False there was too little history: the fallback holds and ``share_by_age`` is empty.
    """

    complete_until_day: int
    share_by_age: Floats
    estimated: bool


def estimate_completeness(
    to_s: Instants, known_s: Instants, *, as_of_s: int, as_of_day: int, parameters: CompletenessParameters
) -> Completeness:
    """Completeness at the as-of, the instant ``as_of_s`` at which shift-date ``as_of_day`` starts.

    ``to_s`` (n) is when incidents ended, ``known_s`` (n) when they were known, in seconds since the epoch;
    what was known later than the as-of is left out. The last day before the as-of has age 0: what ended in it
    has had less than a day to be reported. A day is complete from the first age at which the share is reached;
    where delays are so long that none is, only days older than ``mature_days`` are.
    """
    mature_s = as_of_s - parameters.mature_days * DAY_S
    used = (to_s >= mature_s - parameters.history_days * DAY_S) & (to_s < mature_s) & (known_s <= as_of_s)
    delay_s = np.sort(known_s[used] - to_s[used])
    if len(delay_s) < parameters.min_incidents:
        return Completeness(as_of_day - parameters.fallback_days, np.empty(0), estimated=False)
    age_s = np.arange(parameters.mature_days + 1) * DAY_S
    share = np.searchsorted(delay_s, age_s, side="right") / len(delay_s)
    reached = share >= parameters.share
    age = int(reached.argmax()) if reached.any() else parameters.mature_days
    return Completeness(as_of_day - age, share, estimated=True)
