"""How often a cluster crosses the treated area's boundary where nothing moved.

    python -m benchmarks.cluster_crossings CITIES

Every demonstration city has streets, hot places, incidents of its own and no event planted; five years each, their
first 28 days left out. The setting ``chance_per_year`` of a partnership is the upper end of the interval.
"""

import sys
from collections import Counter
from datetime import date
from itertools import product

import numpy as np
from scipy import stats

from data.partnerships import load_partnership
from data.synthetic_file import demo_incidents
from models.calendar import to_day_number
from models.cluster_crossings import BoundaryCrossing, boundary_crossings
from models.cluster_following import tracked_categories
from models.cluster_tracking import Direction
from models.crossing_parameters import CrossingParameters
from models.panel import IncidentColumns
from models.partnership import Partnership
from models.synthetic import SyntheticIncidents

AS_OF, YEARS = date(2026, 11, 2), 5
SETTLED, MOVED_M = (1, 3, 7), (10.0, 30.0, 50.0, 80.0)
USED = CrossingParameters()


def columns(partnership: Partnership, drawn: SyntheticIncidents) -> IncidentColumns:
    """Incidents inside the areas; what following does not look at is left empty."""
    located = partnership.areas.locate(drawn.lon, drawn.lat)
    n = len(drawn)
    incidents = IncidentColumns(
        lon=drawn.lon,
        lat=drawn.lat,
        accuracy_m=drawn.accuracy_m,
        cell=np.zeros(n, dtype=np.int64),
        area=located.area,
        edge=np.zeros(n, dtype=np.bool_),
        category=drawn.category,
        basis=drawn.basis,
        from_s=drawn.from_s,
        to_s=drawn.to_s,
        known_s=drawn.reported_s,
    )
    return incidents.take(incidents.area >= 0)


def outwards(partnership: Partnership, incidents: IncidentColumns) -> Counter[tuple[int, float]]:
    """Crossings into a neighbour by settled days and metres moved."""
    areas, last_day = partnership.areas, to_day_number(AS_OF)
    first_day = last_day - round(365.25 * YEARS) + partnership.clusters.window_days
    found: Counter[tuple[int, float]] = Counter()
    for _, days, _ in tracked_categories(partnership, incidents, first_day=first_day, last_day=last_day):
        for settled, moved in product(SETTLED, MOVED_M):
            parameters = CrossingParameters(settled_days=settled, moved_m=moved)
            crossings = boundary_crossings(days, areas.area_in_metres, areas.treated_in_metres, parameters)
            found[settled, moved] += sum(_into_neighbour(crossing, partnership) for crossing in crossings)
    return found


def _into_neighbour(crossing: BoundaryCrossing, partnership: Partnership) -> bool:
    to_area = crossing.to_area
    outward = crossing.direction is Direction.OUTWARD and to_area >= 0
    return outward and partnership.areas.areas[to_area].role == "neighbour"


def chance(cities: int) -> None:
    partnership = load_partnership(None)
    found: Counter[tuple[int, float]] = Counter()
    for seed in range(1, cities + 1):
        drawn = demo_incidents(partnership, as_of=AS_OF, years=YEARS, seed=seed, displacement=False)
        own = outwards(partnership, columns(partnership, drawn))
        found.update(own)
        print(f"city {seed}: {own[USED.settled_days, USED.moved_m]} crossings", file=sys.stderr, flush=True)
    years = cities * (YEARS - partnership.clusters.window_days / 365.25)
    print("| days that make a stay |" + "".join(f" {moved:g} m or more |" for moved in MOVED_M))
    print("|---|" + "---|" * len(MOVED_M))
    for settled in SETTLED:
        print(f"| {settled} |" + "".join(f" {found[settled, moved] / years:.2f} |" for moved in MOVED_M))
    number = found[USED.settled_days, USED.moved_m]
    low, high = stats.chi2.ppf(0.025, 2 * number) / 2 if number else 0.0, stats.chi2.ppf(0.975, 2 * number + 2) / 2
    print(f"used: {number} in {years:.1f} years, 95 % interval {low / years:.2f}-{high / years:.2f} a year")


if __name__ == "__main__":
    chance(int(sys.argv[1]))
