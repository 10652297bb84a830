"""Danish addresses to points: normalised street names, house numbers, and an honest fallback.

A house number that is not in the register never gets a neighbouring number's point: the incident is placed
at the middle of the street, with half the street's length as its accuracy. A street that is not known is not
found. Lengths are measured on a local plane, which is right to a centimetre over a street.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

Method = Literal["address", "place", "street"]
LonLat = tuple[float, float]

ADDRESS_ACCURACY_M = 10.0
PLACE_ACCURACY_M = 50.0
MIN_STREET_ACCURACY_M = 25.0
# Two points of one house number further apart than this are two addresses: the number says nothing then.
SAME_ADDRESS_M = 50.0
METRES_PER_DEGREE = math.radians(1) * 6_371_008.8

ABBREVIATIONS = {
    "skt": "sankt",
    "sct": "sankt",
    "gl": "gammel",
    "ndr": "nordre",
    "nr": "noerre",
    "kgs": "kongens",
}
FOLDED = str.maketrans({"æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "å": "aa"})
WORD = re.compile(r"[^\W_]+")
APOSTROPHE = re.compile("['’`´]")
HOUSE_NUMBER = re.compile(r"0*(\d{1,4})\s*([^\W\d_])?")
HOUSE_NUMBER_IN_ADDRESS = re.compile(r"\d{1,4}(?:\s?[^\W\d_])?(?=$|[\s.;/])")


@dataclass(frozen=True)
class Found:
    """Where an address is: degrees (WGS84), accuracy in metres, and what it was found as."""

    lon: float
    lat: float
    accuracy_m: float
    method: Method


@dataclass(frozen=True)
class Gazetteer:
    """Known addresses, places and streets by their normalised names; see `build_gazetteer`."""

    addresses: Mapping[tuple[str, str], Found]
    places: Mapping[str, Found]
    streets: Mapping[str, Found]

    def __len__(self) -> int:
        return len(self.addresses) + len(self.places) + len(self.streets)

    def find(self, street: str, house_number: str = "") -> Found | None:
        """The point of ``house_number`` in ``street``, else of the place or street, else None.

        A place comes before a street of the same name only where no house number is given.
        """
        name, number = street_key(street), house_key(house_number)
        if found := self.addresses.get((name, number)):
            return found
        if house_number.strip():
            return self.streets.get(name) or self.places.get(name)
        return self.places.get(name) or self.streets.get(name)

    def find_address(self, text: str) -> Found | None:
        """Like `find`, of an address in one line; what follows the house number is not looked at."""
        return self.find(*split_address(text))


def street_key(name: str) -> str:
    """A street name without its spelling: case, accents, spaces, å/aa and Skt./Sct./Sankt do not count.

    >>> street_key("SKT.  HANS TORV") == street_key("Sankt Hans Torv")
    True
    >>> street_key("Aaboulevard") == street_key("Åboulevard")
    True
    """
    text = APOSTROPHE.sub("", unicodedata.normalize("NFC", name).casefold()).translate(FOLDED)
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(ABBREVIATIONS.get(word, word) for word in WORD.findall(plain))


def house_key(house_number: str) -> str:
    """A house number as number and capital letter, such as ``12B``; empty where it is not one number."""
    match = HOUSE_NUMBER.fullmatch(house_number.strip())
    return f"{match[1]}{(match[2] or '').upper()}" if match else ""


def split_address(text: str) -> tuple[str, str]:
    """Street and house number of an address in one line; the number is as written, or empty.

    >>> split_address("Nørrebrogade 12 B, 3. tv, 2200 København N")
    ('Nørrebrogade', '12 B')
    """
    line = text.partition(",")[0].strip()
    digit = next((i for i, c in enumerate(line) if c.isdecimal()), len(line))
    street, rest = line[:digit].strip(), line[digit:]
    number = HOUSE_NUMBER_IN_ADDRESS.match(rest)
    return street, number[0] if number else rest


def build_gazetteer(
    *,
    streets: Iterable[tuple[str, Sequence[LonLat]]] = (),
    places: Iterable[tuple[str, LonLat]] = (),
    addresses: Iterable[tuple[str, str, LonLat]] = (),
) -> Gazetteer:
    """A gazetteer of street lines, named points and register addresses, all in degrees (WGS84).

    A street may come in several lines. A street without a line is where its addresses are. A house number
    that stands twice at different places is left out. Raises `ValueError` for a line without two points or
    an address without a house number.
    """
    lines: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for name, line in streets:
        if len(line) < 2:
            raise ValueError(f"street '{name}' has a line of {len(line)} points; at least 2 are needed")
        lines[street_key(name)].append(np.asarray(line, dtype=np.float64))
    points: dict[str, dict[str, list[LonLat]]] = defaultdict(lambda: defaultdict(list))
    for name, number, point in addresses:
        if not house_key(number):
            raise ValueError(f"'{number}' is not a house number of '{name}'")
        points[street_key(name)][house_key(number)].append(point)
    by_addresses = {name: _around([p for same in numbers.values() for p in same]) for name, numbers in points.items()}
    return Gazetteer(
        addresses={
            (name, number): Found(*same[0], ADDRESS_ACCURACY_M, "address")
            for name, numbers in points.items()
            for number, same in numbers.items()
            if _spread_m(same) <= SAME_ADDRESS_M
        },
        places={street_key(name): Found(*point, PLACE_ACCURACY_M, "place") for name, point in places},
        streets=by_addresses | {name: _middle(same) for name, same in lines.items()},
    )


def _middle(lines: Sequence[NDArray[np.float64]]) -> Found:
    """The point halfway along the longest line; the accuracy is half the length of all."""
    scale = _metres_per_degree(float(lines[0][0, 1]))
    in_metres = [shapely.LineString(line * scale) for line in lines]
    longest = max(in_metres, key=lambda line: line.length)
    lon, lat = np.array(longest.interpolate(0.5, normalized=True).coords[0]) / scale
    half_m = sum(line.length for line in in_metres) / 2
    return Found(float(lon), float(lat), max(half_m, MIN_STREET_ACCURACY_M), "street")


def _around(points: Sequence[LonLat]) -> Found:
    """The middle of the box around ``points``; the accuracy is half its diagonal."""
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    lon, lat = (low + high) / 2
    return Found(float(lon), float(lat), max(_spread_m(points) / 2, MIN_STREET_ACCURACY_M), "street")


def _spread_m(points: Sequence[LonLat]) -> float:
    extent = np.ptp(np.asarray(points), axis=0) * _metres_per_degree(points[0][1])
    return float(np.hypot(*extent))


def _metres_per_degree(lat: float) -> NDArray[np.float64]:
    return np.array([METRES_PER_DEGREE * math.cos(math.radians(lat)), METRES_PER_DEGREE])
