"""Settings of the crossings of clusters, apart from what finds them: a partnership has them without scikit-learn."""

from dataclasses import dataclass

from models.parameter_limits import require_number, require_whole


@dataclass(frozen=True)
class CrossingParameters:
    """Clusters are followed over ``followed_days`` and a week at most.

    A side counts after ``settled_days`` in a row, and a way from ``moved_m`` metres on: from the centre ``reach_days``
    before the crossing to the one as long after it, or as far as the cluster stayed on either side.

    ``chance_per_year``: the most crossings outwards, over all neighbours and categories, that a year in which nothing
    moved may be expected to have, as `benchmarks.cluster_crossings` measured it for the partnership; None where nobody
    has.
    """

    followed_days: int = 56
    settled_days: int = 7
    reach_days: int = 28
    moved_m: float = 50.0
    chance_per_year: float | None = None

    def __post_init__(self) -> None:
        require_whole("followed_days", self.followed_days, at_least=1)
        require_whole("settled_days", self.settled_days, at_least=1)
        require_whole("reach_days", self.reach_days, at_least=1)
        require_number("moved_m", self.moved_m, above=0)
        if self.chance_per_year is not None:
            require_number("chance_per_year", self.chance_per_year, above=0)
