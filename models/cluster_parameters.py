"""Settings of the clusters, apart from them: a partnership has them without loading scikit-learn."""

from dataclasses import dataclass

from models.parameter_limits import require_number, require_whole


@dataclass(frozen=True)
class ClusterParameters:
    """At least ``min_incidents`` within ``radius_m`` of an incident (itself included) start a cluster."""

    window_days: int = 28
    radius_m: float = 60.0
    min_incidents: int = 5

    def __post_init__(self) -> None:
        require_whole("window_days", self.window_days, at_least=1)
        require_number("radius_m", self.radius_m, above=0)
        require_whole("min_incidents", self.min_incidents, at_least=2)
