"""Incidents of a cluster that drifts over the treated area's boundary, one or more a day."""

from dataclasses import fields

import numpy as np
import shapely

from geo.projection import to_degrees
from models.calendar import to_date
from models.panel import IncidentColumns
from models.partnership import Partnership

TO_AREA = "sankt-hans-torv"
DRIFT_DAYS = 90
REACH_M = 110.0


def drifting_incidents(
    partnership: Partnership,
    *,
    last_day: int,
    category: str = "hash",
    outwards: bool = True,
    along: bool = False,
    per_day: int = 1,
    seed: int = 1,
) -> IncidentColumns:
    """Ninety days of incidents, the last on the day before ``last_day``, known within the hour.

    Their place goes from `REACH_M` inside the treated area to as far inside the neighbour `TO_AREA`, the other way
    round where not ``outwards``; ``along`` the edge it stays inside and goes as far sideways.
    """
    areas, rng = partnership.areas, np.random.default_rng(seed)
    treated = areas.treated_in_metres
    neighbour = areas.in_metres(areas.index[TO_AREA])
    edge = shapely.intersection(shapely.boundary(treated), neighbour.buffer(5))
    at = shapely.get_coordinates(shapely.line_interpolate_point(shapely.line_merge(edge), 0.5, normalized=True))[0]
    towards = shapely.get_coordinates(neighbour.representative_point())[0] - at
    out = towards / np.hypot(*towards)
    way = np.linspace(-REACH_M, REACH_M, DRIFT_DAYS * per_day)[:: 1 if outwards else -1, None]
    side = np.array([-out[1], out[0]])
    places = at - 40 * out + 0.5 * way * side if along else at + way * out
    x_m, y_m = (places + rng.normal(0, 12, places.shape)).T
    lon, lat = to_degrees(x_m, y_m, areas.metric_crs)
    day = last_day - DRIFT_DAYS + np.arange(len(x_m)) // per_day
    noon = np.array([int(partnership.calendar.start_of(to_date(d)).timestamp()) + 5 * 3600 for d in day.tolist()])
    n = len(x_m)
    columns = {
        "lon": lon,
        "lat": lat,
        "accuracy_m": np.full(n, 5.0),
        "cell": np.zeros(n),
        "area": areas.locate(lon, lat).area,
        "edge": np.zeros(n),
        "category": np.full(n, partnership.category_index[category]),
        "basis": np.zeros(n),
        "from_s": noon - 600,
        "to_s": noon,
        "known_s": noon + 3600,
    }
    empty = _no_incidents()
    return IncidentColumns(**{f.name: columns[f.name].astype(getattr(empty, f.name).dtype) for f in fields(empty)})


def _no_incidents() -> IncidentColumns:
    kinds = {
        **dict.fromkeys(("lon", "lat", "accuracy_m"), np.float64),
        **dict.fromkeys(("cell", "from_s", "to_s", "known_s"), np.int64),
        **dict.fromkeys(("area", "category"), np.int16),
        "edge": np.bool_,
        "basis": np.int8,
    }
    return IncidentColumns(**{f.name: np.empty(0, dtype=kinds[f.name]) for f in fields(IncidentColumns)})
