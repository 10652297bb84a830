"""Where each row is: coordinates or addresses to points, and what is wrong with those that are nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.intake.block import Faults, IntakeError
from data.intake.numbers import parse_numbers
from data.intake.profile import MAX_ACCURACY_M, Field, Profile
from data.intake.texts import TextColumn, is_empty
from geo.areas import AreaSet
from geo.gazetteer import Ambiguous, Found, Gazetteer
from geo.projection import WGS84, to_degrees
from geo.streets import METRES_PER_DEGREE

Numbers = NDArray[np.float64]
Values = Mapping[Field, TextColumn]

MARGIN_M = 2_000.0
MOST = 0.9
KNOWN_CRS = ("EPSG:25832", "EPSG:25833", "EPSG:32632", "EPSG:32633", "EPSG:3857", "EPSG:23032", "EPSG:3035")


@dataclass(frozen=True)
class Points:
    """One point per row in degrees, its accuracy in metres, and how it was found; rows with a fault mean nothing."""

    lon: Numbers
    lat: Numbers
    accuracy_m: Numbers
    method: Sequence[str]


def place_rows(values: Values, profile: Profile, areas: AreaSet, gazetteer: Gazetteer, faults: Faults) -> Points:
    """The point of each row as the profile says; rows without one near ``areas`` are marked in ``faults``."""
    fields = profile.place_fields
    if len(fields) == 2 and fields[0] != "street":
        points = _from_coordinates(values, profile, areas, faults)
    else:
        points = _from_addresses(values, fields, gazetteer, faults)
    away = ~is_near(points.lon, points.lat, areas)
    faults.mark(away, "outside", f"the point is more than {MARGIN_M / 1000:.0f} km outside the partnership's areas")
    return points


def is_near(lon: Numbers, lat: Numbers, areas: AreaSet) -> NDArray[np.bool_]:
    """Which points lie in the box around ``areas`` widened by `MARGIN_M`."""
    west, south, east, north = areas.bounds
    north_south = MARGIN_M / METRES_PER_DEGREE
    east_west = north_south / np.cos(np.radians(max(abs(south), abs(north))))
    inside: NDArray[np.bool_] = (lon >= west - east_west) & (lon <= east + east_west)
    inside &= (lat >= south - north_south) & (lat <= north + north_south)
    return inside


def _from_coordinates(values: Values, profile: Profile, areas: AreaSet, faults: Faults) -> Points:
    first, second = (values[field] for field in profile.place_fields)
    a, b = (parse_numbers(column, profile.decimal) for column in (first, second))
    empty = is_empty(first) | is_empty(second)
    faults.mark(empty, "coordinates-missing", "a coordinate is empty")
    names = " and ".join(profile.place_fields)
    faults.mark(np.isnan(a) | np.isnan(b), "coordinates-not-numbers", f"{names} are not both numbers")
    a, b = np.nan_to_num(a), np.nan_to_num(b)
    lon, lat = to_degrees(a, b, profile.crs)
    swapped = ~is_near(lon, lat, areas) & is_near(*to_degrees(b, a, profile.crs), areas)
    faults.mark(swapped, "coordinates-swapped", f"{names} look swapped: the other way round the point is in the area")
    wrong = ~_in_degrees(lon, lat)
    faults.mark(wrong, "coordinates-not-degrees", f"{names} are not a place in {profile.crs}")
    accuracy = _accuracy(values.get("accuracy_m"), profile, faults, len(a))
    return Points(lon, lat, accuracy, ["coordinate"] * len(a))


def _accuracy(stated: TextColumn | None, profile: Profile, faults: Faults, n_rows: int) -> Numbers:
    if stated is None:
        return np.full(n_rows, profile.accuracy_m)
    empty = is_empty(stated)
    accuracy = np.where(empty, profile.accuracy_m, parse_numbers(stated, profile.decimal))
    wrong = ~((accuracy >= 0) & (accuracy <= MAX_ACCURACY_M))
    faults.mark(wrong, "accuracy-invalid", f"the accuracy is not a number from 0 to {MAX_ACCURACY_M:.0f} metres")
    return accuracy


def _from_addresses(values: Values, fields: Sequence[Field], gazetteer: Gazetteer, faults: Faults) -> Points:
    asked = list(zip(*(values[field].to_pylist() for field in fields), strict=True))
    look_up = gazetteer.find if len(fields) == 2 else gazetteer.find_address
    found_by_text = {text: look_up(*text) for text in set(asked)}
    found = [found_by_text[text] for text in asked]
    empty = np.array([not text[0] for text in asked], dtype=np.bool_)
    faults.mark(empty, "address-missing", "the address is empty")
    nowhere = np.array([place is None for place in found], dtype=np.bool_)
    faults.mark(nowhere, "address-unknown", "the street is not in the gazetteer")
    unclear = np.array([isinstance(place, Ambiguous) for place in found], dtype=np.bool_)
    faults.mark(unclear, "address-ambiguous", "the address fits several places: decide with 'trygkort geocode review'")
    placed = [place if isinstance(place, Found) else None for place in found]
    points = np.array([(p.lon, p.lat, p.accuracy_m) if p else (0.0, 0.0, 0.0) for p in placed]).reshape(-1, 3)
    return Points(points[:, 0], points[:, 1], points[:, 2], [p.method if p else "" for p in placed])


def refuse_misread_coordinates(values: Values, profile: Profile, areas: AreaSet) -> None:
    """Raise `IntakeError` if a sample of rows says that the profile misreads nearly all coordinates.

    Told apart are another decimal sign, swapped columns, degrees for metres, and metres for degrees or in
    another reference system.
    """
    fields = profile.place_fields
    if len(fields) != 2 or fields[0] == "street":
        return
    first, second = (values[field].to_pylist() for field in fields)
    columns = f"'{profile.columns[fields[0]]}' and '{profile.columns[fields[1]]}'"
    _refuse_other_decimal(first, second, profile.decimal, columns)
    a, b = (parse_numbers(column, profile.decimal) for column in (first, second))
    usable = ~(np.isnan(a) | np.isnan(b))
    a, b = a[usable], b[usable]
    if not len(a) or _share_near(a, b, profile.crs, areas) > 1 - MOST:
        return
    if _share_near(b, a, profile.crs, areas) >= MOST:
        raise IntakeError(f"{fields[0]} and {fields[1]} are swapped: exchange {columns} in the profile")
    if (found := _other_crs(a, b, profile.crs, areas)) is not None:
        what = "degrees: map them as lon and lat" if found == WGS84 else f"{found}: map them as x and y with that crs"
        raise IntakeError(f"{columns} are not in {profile.crs} but look like {what}")
    if profile.crs == WGS84 and np.mean(_in_degrees(a, b)) <= 1 - MOST:
        raise IntakeError(
            f"{columns} are not longitude and latitude in degrees; map them as x and y and name their crs"
        )


def _refuse_other_decimal(first: Sequence[str], second: Sequence[str], decimal: str, columns: str) -> None:
    other = "," if decimal == "." else "."
    given = [value for value in (*first, *second) if value]
    as_stated, as_other = (np.isfinite(parse_numbers(given, sign)).sum() for sign in (decimal, other))
    if as_other >= MOST * len(given) and as_stated <= (1 - MOST) * len(given) and given:
        raise IntakeError(f"{columns} are written with '{other}' as decimal sign: set decimal = \"{other}\" in [file]")


def _other_crs(a: Numbers, b: Numbers, crs: str, areas: AreaSet) -> str | None:
    """The reference system in which nearly all points, either way round, are near the areas."""
    for candidate in dict.fromkeys((WGS84, areas.metric_crs, *KNOWN_CRS)):
        if candidate != crs and max(_share_near(x, y, candidate, areas) for x, y in ((a, b), (b, a))) >= MOST:
            return candidate
    return None


def _share_near(a: Numbers, b: Numbers, crs: str, areas: AreaSet) -> float:
    return float(is_near(*to_degrees(a, b, crs), areas).mean())


def _in_degrees(lon: Numbers, lat: Numbers) -> NDArray[np.bool_]:
    return (np.abs(lon) <= 180) & (np.abs(lat) <= 90)


def require_gazetteer(profile: Profile, gazetteer: Gazetteer) -> None:
    """Raise `IntakeError` if the profile places rows by address and there is nothing to find them in."""
    if profile.place_fields[-1] in {"address", "house_number"} and not len(gazetteer):
        raise IntakeError(f"profile '{profile.name}' places rows by address, but there is no gazetteer")
