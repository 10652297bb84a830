"""Settings of patrol plans."""

from dataclasses import dataclass

from models.parameter_limits import ParameterError, require_number, require_share, require_whole


@dataclass(frozen=True)
class PatrolParameters:
    """``least_stops`` to ``most_stops`` places a plan, ``least_apart_m`` metres or more apart, each visited for
    ``minutes`` about every ``every_minutes``; ``slack_share`` of the shift stays free of stops and ways.

    Of the stops ``exploration_share`` are drawn and not chosen, on average. A place is in at most ``cap_plans`` of
    ``cap_window`` plans of a shift and beat that follow each other. ``dialogue`` are ids of categories for which to
    talk with people does more than to be seen, before ``dialogue_until_hour`` o'clock. Speeds in kilometres an hour;
    ``detour`` is the way along streets beside the straight line.
    """

    least_stops: int = 2
    most_stops: int = 5
    least_apart_m: float = 200.0
    minutes: int = 12
    every_minutes: int = 120
    slack_share: float = 0.4
    exploration_share: float = 0.2
    cap_plans: int = 5
    cap_window: int = 7
    dialogue: tuple[str, ...] = ()
    dialogue_until_hour: int = 21
    walking_kmh: float = 4.5
    cycling_kmh: float = 13.0
    detour: float = 1.3

    def __post_init__(self) -> None:
        require_whole("least_stops", self.least_stops, at_least=1)
        require_whole("most_stops", self.most_stops, at_least=self.least_stops)
        require_number("least_apart_m", self.least_apart_m, at_least=0)
        require_whole("minutes", self.minutes, at_least=5)
        require_whole("every_minutes", self.every_minutes, at_least=30)
        require_share("slack_share", self.slack_share)
        require_share("exploration_share", self.exploration_share)
        require_whole("cap_plans", self.cap_plans, at_least=1)
        require_whole("cap_window", self.cap_window, at_least=self.cap_plans)
        require_number("walking_kmh", self.walking_kmh, above=0)
        require_number("cycling_kmh", self.cycling_kmh, above=0)
        require_number("detour", self.detour, at_least=1)
        if not 0 <= self.dialogue_until_hour <= 24:
            raise ParameterError(f"dialogue_until_hour must be 0 to 24, found {self.dialogue_until_hour}")
