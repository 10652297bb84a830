"""A plan as it could have been made: three stops of a night, one of them drawn."""

from datetime import date, datetime, timedelta

import numpy as np

from geo.grid import cells_at, to_text
from models.partnership import Partnership
from models.patrol_plan import LeftOut, PatrolPlan, PlanStop, StopEvidence

PLACES = (
    (12.5561, 55.6861, "Blågårds Plads ved Blågårdsgade"),
    (12.5541, 55.6889, "Stengade ved Baggesensgade"),
    (12.5482, 55.6871, "Hans Tavsens Gade, vest"),
)


def some_plan(partnership: Partnership, day: date, shift: str = "nat") -> PatrolPlan:
    """A plan of the first beat."""
    position = partnership.calendar.index[shift]
    zone = partnership.calendar.timezone
    starts, ends = (datetime.fromtimestamp(at, zone) for at in partnership.calendar.interval_s(day, position))
    return PatrolPlan(
        partnership=partnership.id,
        date=day,
        shift=shift,
        beat=partnership.beats[0].id,
        starts=starts,
        ends=ends,
        as_of=partnership.calendar.start_of(day),
        run="ab" * 32,
        seed=1,
        travel="walking",
        stops=tuple(_stop(partnership, number, starts) for number in range(len(PLACES))),
        left_out=(LeftOut("8a1f05831a67fff", "Korsgade", "capped"),),
        way_m=1460.0,
        slack_minutes=212,
    )


def _stop(partnership: Partnership, number: int, starts: datetime) -> PlanStop:
    lon, lat, place = PLACES[number]
    cell = to_text(cells_at(np.array([lon]), np.array([lat]), 10).tolist())[0]
    reason = ("hot", "expected", "exploration")[number]
    return PlanStop(
        cell=cell,
        lon=lon,
        lat=lat,
        area=partnership.beats[0].areas[0],
        place=place,
        reason=reason,
        evidence=StopEvidence(
            expected=(0.42, 0.2, 0.01)[number],
            recent=(7.0, 2.5, 0.0)[number],
            q=0.002 if reason == "hot" else None,
            categories=(("hash", "vold"), ("vold",), ())[number],
            hours=(0.3, 0.3, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05),
        ),
        presence="dialogue" if number == 1 else "visibility",
        minutes=12,
        best=(starts, starts + timedelta(hours=2)),
        visits=tuple(starts + timedelta(minutes=20 + 17 * number + 120 * turn) for turn in range(4)),
        chance=0.004 if reason == "exploration" else None,
    )
