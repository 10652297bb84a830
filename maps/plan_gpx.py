"""A plan as GPX 1.1 (Topografix 2004): each stop a waypoint, the round a route.

No place is finer than the centre of a cell.
"""

from gpxpy import gpx

from maps.parole import Sheet, sheet_title
from maps.plan_text import span_text, why_text
from models.partnership import Partnership


def plan_gpx(sheet: Sheet, partnership: Partnership) -> bytes:
    """The sheet's plan for a navigator; the same bytes for the same plan."""
    found = gpx.GPX()
    found.creator = "Trygkort"
    found.name = sheet_title(sheet, partnership)
    found.time = None
    route = gpx.GPXRoute(name=found.name)
    for at, stop in enumerate(sheet.plan.stops, 1):
        name = f"{at} {stop.place}"
        said = f"{span_text(stop.best)}. {why_text(stop, partnership)}."
        found.waypoints.append(gpx.GPXWaypoint(stop.lat, stop.lon, name=name, description=said))
        route.points.append(gpx.GPXRoutePoint(stop.lat, stop.lon, name=name))
    found.routes.append(route)
    return str(found.to_xml(version="1.1")).encode()
