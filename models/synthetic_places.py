"""Where synthetic incidents happen: house fronts along streets, a few hot places, measured with an accuracy.

Everything is in metres in the partnership's projected CRS.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

HOT_SHARE = 0.3  # of an area's incidents at its hot places
HOT_RADIUS_M = 35.0
HOT_PLACES = 3
STREET_SPACING_M = 90.0
ADDRESS_STEP_M = 16.0
HOUSE_SETBACK_M = 9.0
ACCURACIES_M = np.array([5.0, 10.0, 20.0, 50.0])
ACCURACY_SHARES = (0.5, 0.25, 0.15, 0.1)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Addresses ``x``, ``y`` (n) of one area and the ``share`` (categories, n) of each category at them."""

    x: Floats
    y: Floats
    share: Floats


def draw_places(
    polygon: shapely.Polygon,
    *,
    empty: shapely.Geometry,
    hot_xy: Floats,
    n_categories: int,
    rng: np.random.Generator,
) -> Places:
    """Addresses within ``polygon``, outside ``empty`` where there is any such ground, unequally visited.

    The addresses nearest to ``hot_xy`` (n, 2), filled up to `HOT_PLACES` with random ones, are the centres
    of hot places, each category with strengths of its own.
    """
    x, y = _addresses(polygon, empty, rng)
    usual = rng.lognormal(0.0, 1.0, len(x))
    drawn = rng.integers(len(x), size=HOT_PLACES)
    given = [int(np.argmin((x - hot_x) ** 2 + (y - hot_y) ** 2)) for hot_x, hot_y in hot_xy]
    hot = np.array([*given, *drawn[len(given) :]])
    distance_m = np.hypot(x - x[hot, None], y - y[hot, None])
    strength = rng.gamma(2.0, 0.5, (n_categories, len(hot)))
    boosted = strength @ np.exp(-0.5 * (distance_m / HOT_RADIUS_M) ** 2) * usual
    share = (1 - HOT_SHARE) * usual / usual.sum() + HOT_SHARE * boosted / boosted.sum(axis=1, keepdims=True)
    return Places(x, y, share)


def _addresses(polygon: shapely.Polygon, empty: shapely.Geometry, rng: np.random.Generator) -> tuple[Floats, Floats]:
    west, south, east, north = polygon.bounds
    x, y = _turned_street_grid(np.hypot(east - west, north - south) / 2, rng.uniform(0, np.pi / 2))
    x, y = x + (west + east) / 2, y + (south + north) / 2
    inside = shapely.contains_xy(polygon, x, y)
    if not inside.any():
        centre = polygon.representative_point()
        return np.array([centre.x]), np.array([centre.y])
    lived_in = inside & ~shapely.contains_xy(empty, x, y)
    kept = lived_in if lived_in.any() else inside
    return x[kept], y[kept]


def _turned_street_grid(reach_m: float, turn: float) -> tuple[Floats, Floats]:
    """House fronts on both sides of crossing streets around the origin, turned by ``turn`` radians."""
    along, street, side = np.meshgrid(
        np.arange(-reach_m, reach_m, ADDRESS_STEP_M),
        np.arange(-reach_m, reach_m, STREET_SPACING_M),
        (-HOUSE_SETBACK_M, HOUSE_SETBACK_M),
    )
    east_west, north_south = along.ravel(), (street + side).ravel()
    u, v = np.concatenate([east_west, north_south]), np.concatenate([north_south, east_west])
    return u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)


def measured(rng: np.random.Generator, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Points as recorded, and their accuracy; half are exact addresses, so that addresses repeat."""
    accuracy_m = ACCURACIES_M[rng.choice(len(ACCURACIES_M), size=len(x), p=ACCURACY_SHARES)]
    sd_m = np.where(accuracy_m > ACCURACIES_M[0], accuracy_m / 2, 0.0)
    return x + sd_m * rng.standard_normal(len(x)), y + sd_m * rng.standard_normal(len(x)), accuracy_m
