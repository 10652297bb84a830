"""Clusters that crossed the treated area's boundary: as data, as a sentence, and as arrows on a map."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from geo.projection import project, to_degrees
from maps import danish
from maps.alert_text import how_often, neighbour_name, seldom
from maps.arrow import arrow_outline
from maps.claims import category_label
from maps.colours import CROSSED
from maps.diffusion_text import spreads
from maps.language import N_, _
from maps.page import rounded
from models.alert import AlertSignal
from models.calendar import to_date, to_day_number
from models.cluster_following import ClusterCrossing, FollowedClusters, Place, released_crossings
from models.cluster_tracking import Direction
from models.crossing_support import CrossingSupport
from models.disclosure import MINIMUM_COUNT
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership

Floats = NDArray[np.float64]
ALL = "all"
YEAR_DAYS = 365.25
# Half widths; and an arrow is drawn at least this long, for a short way could not be seen.
SHAFT_M, HEAD_M, LEAST_M = 11.0, 34.0, 110.0
EDGE = "#101820"
KEY = N_("Klynge over grænsen")
NOTHING_SAID = N_(
    "Det viser ikke, at intet er flyttet: det, der holder op ét sted og begynder et andet, krydser ingen grænse."
)


def crossings_json(followed: FollowedClusters, partnership: Partnership) -> dict[str, Any]:
    """What following found, small clusters left out: of which days, how often by chance, and each crossing."""
    return {
        "followed_from": to_date(followed.first_day).isoformat(),
        "followed_until": to_date(followed.last_day).isoformat(),
        "settled_days": partnership.crossings.settled_days,
        "chance_per_year": partnership.crossings.chance_per_year,
        "minimum_count": MINIMUM_COUNT,
        "crossings": [crossing_json(c, partnership) for c in released_crossings(followed.crossings)],
    }


def crossing_json(crossing: ClusterCrossing, partnership: Partnership) -> dict[str, Any]:
    """One crossing; `crossings_of` reads it back."""
    areas, categories = partnership.areas.areas, partnership.categories
    everything = crossing.category == ALL_CATEGORIES
    return {
        "cluster": crossing.id,
        "category": ALL if everything else categories[crossing.category].id,
        "date": to_date(crossing.day).isoformat(),
        "direction": crossing.direction.value,
        "from": areas[crossing.from_area].id,
        "to": areas[crossing.to_area].id,
        "start": _place_json(crossing.start),
        "end": _place_json(crossing.end),
    }


def crossings_of(found: Iterable[Mapping[str, Any]], partnership: Partnership) -> tuple[ClusterCrossing, ...]:
    """Crossings as `crossing_json` gave them, without those of areas or categories that the settings no longer have."""
    areas = partnership.areas.index
    categories = {ALL: ALL_CATEGORIES, **partnership.category_index}
    return tuple(
        ClusterCrossing(
            id=one["cluster"],
            category=categories[one["category"]],
            day=_day(one["date"]),
            direction=Direction(one["direction"]),
            from_area=areas[one["from"]],
            to_area=areas[one["to"]],
            start=_place(one["start"]),
            end=_place(one["end"]),
        )
        for one in found
        if one["category"] in categories and one["from"] in areas and one["to"] in areas
    )


def shown_crossings(followed: FollowedClusters) -> tuple[ClusterCrossing, ...]:
    """Those a page of displacement shows: outwards, of clusters large enough."""
    return tuple(c for c in released_crossings(followed.crossings) if c.direction is Direction.OUTWARD)


def crossing_line(crossing: ClusterCrossing, partnership: Partnership) -> str:
    """``Klynge krydsede grænsen til Skt. Hans Torv 12. okt. (9 hændelser)``."""
    area = partnership.areas.areas[crossing.to_area].name
    when = danish.day_and_month(to_date(crossing.day))
    return _("Klynge krydsede grænsen til {area} {when} ({incidents} hændelser)").format(
        area=area, when=when, incidents=crossing.end.incidents
    )


def chance_text(chance_per_year: float | None) -> str:
    """How often it happens where nothing moves, to stand inside a sentence."""
    if chance_per_year is None:
        return _("hvor tit det sker tilfældigt, er ikke målt her")
    days = YEAR_DAYS / chance_per_year
    often, most = how_often(days), "" if seldom(days) else _("højst ")
    return _("tilfældigt sker det {most}{often} i opdigtede tal, alle naboer og kategorier regnet med").format(
        most=most, often=often
    )


def support_text(support: CrossingSupport, signal: AlertSignal, partnership: Partnership) -> str:
    """Whether a cluster's way supports the alert, and what that is worth."""
    if spreads(signal):
        return _("Klynger, der krydser grænsen, kan ikke støtte, at god virkning breder sig.")
    area = neighbour_name(signal, partnership)
    if not support.crossings:
        if not support.followed:
            return _("Klyngerne omkring begyndelsen er ikke fulgt: ingen kørsel dækker hele den tid.")
        return _("Ingen klynge er set krydse grænsen til {area} omkring begyndelsen. {nothing_said}").format(
            area=area, nothing_said=_(NOTHING_SAID)
        )
    crossing = support.crossings[0]
    what = _("{category}, {incidents} hændelser").format(
        category=category_label(partnership, crossing.category).lower(), incidents=crossing.end.incidents
    )
    when = danish.medium_date(to_date(crossing.day))
    counts = _("det støtter alarmen, og") if support.supports else _("det tæller ikke som støtte, for")
    return _("En klynge ({what}) krydsede den {when} grænsen til {area}; {counts} {chance}.").format(
        what=what, when=when, area=area, counts=counts, chance=chance_text(support.chance_per_year)
    )


def crossing_outline(crossing: ClusterCrossing, crs: str) -> list[list[float]]:
    """The open outline (lon, lat) of the arrow of a crossing."""
    corners = _outline(crossing, crs)
    lon, lat = to_degrees(corners[:, 0], corners[:, 1], crs)
    return [[rounded(x), rounded(y)] for x, y in zip(lon, lat, strict=True)]


def draw_crossings(axes: Axes, crossings: Sequence[ClusterCrossing], crs: str) -> list[Patch]:
    """Put the arrows on a map in metres; the handles for its legend, none where there is nothing."""
    for crossing in crossings:
        axes.fill(*_outline(crossing, crs).T, facecolor=CROSSED, edgecolor=EDGE, linewidth=1.0, zorder=5)
    return [Patch(label=_(KEY), facecolor=CROSSED, edgecolor=EDGE)] if crossings else []


def _outline(crossing: ClusterCrossing, crs: str) -> Floats:
    start, end = crossing.start, crossing.end
    a, b = np.column_stack(project(np.array([start.lon, end.lon]), np.array([start.lat, end.lat]), crs))
    longer = max(1.0, LEAST_M / float(np.hypot(*(b - a))))
    return arrow_outline(a, a + longer * (b - a), shaft_m=SHAFT_M, head_m=HEAD_M)


def _place_json(place: Place) -> dict[str, Any]:
    return {
        "date": to_date(place.day).isoformat(),
        "lon": rounded(place.lon),
        "lat": rounded(place.lat),
        "incidents": place.incidents,
    }


def _place(found: Mapping[str, Any]) -> Place:
    return Place(_day(found["date"]), found["lon"], found["lat"], found["incidents"])


def _day(text: str) -> int:
    return to_day_number(date.fromisoformat(text))


def support_as_json(support: CrossingSupport, partnership: Partnership) -> dict[str, Any]:
    """What clusters did at an alert's onset."""
    return {
        "followed": support.followed,
        "supports": support.supports,
        "chance_per_year": support.chance_per_year,
        "crossings": [crossing_json(crossing, partnership) for crossing in support.crossings],
    }
