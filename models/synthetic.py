"""Synthetic incidents at a realistic level, with a displacement that can be planted.

Demonstrations and tests need data whose truth is known. Counts per area, category and day are negative
binomial: a Poisson rate from residents, category, weekday and season, times gamma day effects, one shared by
all areas and one of the area's own. Each process draws from its own child of the generator, so that two calls
that differ only in the planted event agree in every incident the event did not move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import NO_AREA, AreaSet
from geo.errors import PlainError
from geo.projection import project, to_degrees
from models.calendar import to_day_number
from models.partnership import Category, Partnership
from models.synthetic_places import Places, draw_places, measured
from models.synthetic_times import (
    DAYS_A_YEAR,
    OTHER_PATTERN,
    PATTERNS,
    Days,
    Times,
    days_between,
    draw_times,
    own_effect,
)

OFFENCES_PER_1000_A_YEAR = 46.0  # reported, Copenhagen
RESIDENTS_PER_HA = 171.0  # 13,700 on the 80.1 ha of Indre Nørrebro

Floats = NDArray[np.float64]
Point = tuple[float, float]


class SyntheticError(PlainError, ValueError):
    """Synthetic incidents that cannot be drawn as asked; the sentence names the parameter."""


@dataclass(frozen=True)
class Spot:
    """A disc around ``lon``, ``lat`` (degrees)."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class Market:
    """A standing place of one category (its id), with ``per_day`` reported incidents."""

    category: str
    spot: Spot
    per_day: float


@dataclass(frozen=True)
class PlantedDisplacement:
    """From the shift-date ``start`` on, ``moved_share`` of the market's incidents happen at ``to_spot``."""

    start: date
    to_area: str
    to_spot: Spot
    moved_share: float = 0.9


@dataclass(frozen=True)
class SyntheticIncidents:
    """Incidents as columns of equal length in order of their report, numbered from 1.

    ``lon``, ``lat`` degrees (WGS84); ``accuracy_m`` metres; ``category`` position in the partnership's
    categories, ``basis`` in `models.panel.BASES`; ``from_s`` <= ``to_s`` <= ``reported_s`` instants in
    seconds since the epoch, whole minutes.
    """

    case: NDArray[np.int64]
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    category: NDArray[np.int16]
    basis: NDArray[np.int8]
    from_s: NDArray[np.int64]
    to_s: NDArray[np.int64]
    reported_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.case)

    def reported_before(self, as_of_s: int) -> Self:
        """Those reported before the instant ``as_of_s``."""
        known = self.reported_s < as_of_s
        return type(self)(**{field.name: getattr(self, field.name)[known] for field in fields(self)})


@dataclass(frozen=True)
class _Ground:
    """The areas in metres: outlines, ground without addresses, ``hot_xy`` (n, 2); their level ``per_day``."""

    polygons: Sequence[shapely.Polygon]
    empty: shapely.Geometry
    hot_xy: Floats
    per_day: Floats

    def places(self, area: int, n_categories: int, rng: np.random.Generator) -> Places:
        polygon = self.polygons[area]
        near = self.hot_xy[shapely.contains_xy(polygon, self.hot_xy[:, 0], self.hot_xy[:, 1])]
        return draw_places(polygon, empty=self.empty, hot_xy=near, n_categories=n_categories, rng=rng)


@dataclass(frozen=True)
class _Part:
    """Incidents of one area and category; ``x``, ``y`` (n) metres."""

    category: int
    times: Times
    x: Floats
    y: Floats
    accuracy_m: Floats


def synthetic_incidents(
    partnership: Partnership,
    *,
    first: date,
    last: date,
    rng: np.random.Generator,
    residents: Mapping[str, float] | None = None,
    hot_points: Sequence[Point] = (),
    uninhabited: Sequence[shapely.Polygon] = (),
    market: Market | None = None,
    planted: PlantedDisplacement | None = None,
) -> SyntheticIncidents:
    """Incidents of every area on the shift-dates ``first`` to ``last``, both included.

    ``residents`` per area id set its level (an area left out gets the density of Indre Nørrebro);
    ``hot_points`` (lon, lat) and ``uninhabited`` polygons (lon/lat) shape where incidents lie. The ``market``
    is part of its area's level, not added to it. Without ``planted`` it stays where it is.

    Raises `SyntheticError` for an unknown area or category, dates in the wrong order, a place outside the
    area it should be in, a share outside 0-1 or a market busier than its area.
    """
    if last < first:
        raise SyntheticError(f"last must not be before first, found {first} to {last}")
    per_day = _background(partnership, residents or {}, market)
    ground = _ground(partnership.areas, hot_points, uninhabited, per_day)
    days_rng, market_rng, *area_rngs = rng.spawn(2 + len(ground.polygons))
    days = days_between(partnership.calendar, first, last, days_rng)
    parts = []
    if market is not None:
        parts.append(_market_part(partnership, days, market, planted, market_rng))
    elif planted is not None:
        raise SyntheticError("a planted displacement needs a market to displace")
    for area, area_rng in enumerate(area_rngs):
        parts.extend(_area_parts(partnership.categories, days, ground, area, area_rng))
    return _in_order_of_report(parts, partnership.areas.metric_crs)


def _ground(
    areas: AreaSet, hot_points: Sequence[Point], uninhabited: Sequence[shapely.Polygon], per_day: Floats
) -> _Ground:
    hot = np.array(hot_points, dtype=np.float64).reshape(-1, 2)
    return _Ground(
        polygons=_in_metres([area.polygon for area in areas.areas], areas.metric_crs),
        empty=shapely.union_all(_in_metres(uninhabited, areas.metric_crs)),
        hot_xy=np.column_stack(project(hot[:, 0], hot[:, 1], areas.metric_crs)),
        per_day=per_day,
    )


def _in_metres(polygons: Sequence[shapely.Polygon], metric_crs: str) -> list[shapely.Polygon]:
    def to_metres(degrees: Floats) -> Floats:
        return np.column_stack(project(degrees[:, 0], degrees[:, 1], metric_crs))

    return [shapely.transform(polygon, to_metres) for polygon in polygons]


def _background(partnership: Partnership, residents: Mapping[str, float], market: Market | None) -> Floats:
    """Reported incidents per day of each area, without the market's."""
    areas = partnership.areas
    unknown = sorted(set(residents) - set(areas.index))
    if unknown:
        raise SyntheticError(f"residents names an unknown area '{unknown[0]}'")
    if min(residents.values(), default=0) < 0:
        raise SyntheticError(f"residents must not be negative, found {min(residents.values())}")
    size_m2 = shapely.area(_in_metres([area.polygon for area in areas.areas], areas.metric_crs))
    usual = RESIDENTS_PER_HA * size_m2 / 10_000
    people = np.array([residents.get(area.id, usual[i]) for i, area in enumerate(areas.areas)])
    per_day: Floats = people * OFFENCES_PER_1000_A_YEAR / 1_000 / DAYS_A_YEAR
    if market is not None:
        per_day[_market_area(partnership, market, per_day)] -= market.per_day
    return per_day


def _market_area(partnership: Partnership, market: Market, per_day: Floats) -> int:
    if market.category not in partnership.category_index:
        raise SyntheticError(f"the market's category '{market.category}' is not one of the partnership's")
    area = _area_of(partnership.areas, market.spot)
    if area == NO_AREA:
        raise SyntheticError(f"the market at {market.spot.lon}, {market.spot.lat} lies outside every area")
    if not 0 <= market.per_day <= per_day[area]:
        raise SyntheticError(f"market.per_day must be from 0 to its area's {per_day[area]:.2f}, found {market.per_day}")
    return area


def _market_part(
    partnership: Partnership,
    days: Days,
    market: Market,
    planted: PlantedDisplacement | None,
    rng: np.random.Generator,
) -> _Part:
    """The market's incidents; the draws are the same with and without a planted displacement."""
    pattern = PATTERNS.get(market.category, OTHER_PATTERN)
    times = draw_times(rng, market.per_day * own_effect(rng, days), pattern, days)
    n = len(times)
    reach, angle, luck = np.sqrt(rng.random(n)), rng.uniform(0, 2 * np.pi, n), rng.random(n)
    spots = [market.spot, market.spot]
    moved = np.zeros(n, dtype=np.intp)
    if planted is not None:
        _refuse_planted(partnership, planted)
        spots[1] = planted.to_spot
        late = days.first + times.day >= to_day_number(planted.start)
        moved = (late & (luck < planted.moved_share)).astype(np.intp)
    lon, lat, radius_m = np.array([(spot.lon, spot.lat, spot.radius_m) for spot in spots])[moved].T
    x, y = project(lon, lat, partnership.areas.metric_crs)
    dx, dy = radius_m * reach * np.cos(angle), radius_m * reach * np.sin(angle)
    return _Part(partnership.category_index[market.category], times, *measured(rng, x + dx, y + dy))


def _refuse_planted(partnership: Partnership, planted: PlantedDisplacement) -> None:
    if planted.to_area not in partnership.areas.index:
        raise SyntheticError(f"planted.to_area '{planted.to_area}' is not one of the partnership's areas")
    if not 0 <= planted.moved_share <= 1:
        raise SyntheticError(f"planted.moved_share must be from 0 to 1, found {planted.moved_share}")
    spot = planted.to_spot
    if _area_of(partnership.areas, spot) != partnership.areas.index[planted.to_area]:
        raise SyntheticError(f"planted.to_spot {spot.lon}, {spot.lat} lies outside '{planted.to_area}'")


def _area_of(areas: AreaSet, spot: Spot) -> int:
    return int(areas.locate(np.array([spot.lon]), np.array([spot.lat])).area[0])


def _area_parts(
    categories: Sequence[Category], days: Days, ground: _Ground, area: int, rng: np.random.Generator
) -> list[_Part]:
    patterns = [PATTERNS.get(category.id, OTHER_PATTERN) for category in categories]
    whole = sum(pattern.share for pattern in patterns)
    area_rng, *category_rngs = rng.spawn(1 + len(patterns))
    daily = ground.per_day[area] * own_effect(area_rng, days)
    places = ground.places(area, len(patterns), area_rng)
    parts = []
    for k, (pattern, category_rng) in enumerate(zip(patterns, category_rngs, strict=True)):
        times = draw_times(category_rng, daily * pattern.share / whole, pattern, days)
        at = category_rng.choice(len(places.x), size=len(times), p=places.share[k])
        parts.append(_Part(k, times, *measured(category_rng, places.x[at], places.y[at])))
    return parts


def _in_order_of_report(parts: Sequence[_Part], metric_crs: str) -> SyntheticIncidents:
    times = {field.name: np.concatenate([getattr(part.times, field.name) for part in parts]) for field in fields(Times)}
    category = np.repeat([part.category for part in parts], [len(part.times) for part in parts])
    lon, lat = to_degrees(
        np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts]), metric_crs
    )
    order = np.argsort(times["reported_s"], kind="stable")
    return SyntheticIncidents(
        case=np.arange(1, len(order) + 1),
        lon=lon[order],
        lat=lat[order],
        accuracy_m=np.concatenate([part.accuracy_m for part in parts])[order],
        category=category[order].astype(np.int16),
        basis=times["basis"][order],
        from_s=times["from_s"][order],
        to_s=times["to_s"][order],
        reported_s=times["reported_s"][order],
    )
