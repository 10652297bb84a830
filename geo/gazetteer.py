"""Danish addresses to points: a register lookup that would rather say nothing than something wrong.

A house number that is not in the register never gets a neighbouring number's point: the incident is placed at
the middle of the street, with an accuracy that reaches all that is known of the street. A street that is not
known is not found; where several places fit, all of them are the answer and a person decides. Lengths are
measured on a local plane, which is right to a centimetre over a street.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.address_text import AddressText, house_key, number_of, readings
from geo.corners import corners
from geo.postcodes import may_be_at
from geo.street_names import bare_key, street_key
from geo.streets import House, LonLat, Street, metres_between, streets_of

Method = Literal["address", "range", "near-address", "corner", "place", "street", "decision"]
AccuracyClass = Literal["point", "near", "block", "street"]

ADDRESS_ACCURACY_M = 10.0
PLACE_ACCURACY_M = 50.0
# Two points of one house number further apart than this are two addresses: the number says nothing then.
SAME_ADDRESS_M = 50.0
PLACE_ON_STREET_M = 150.0
# Shorter names differ from other real names by one letter too often to be corrected.
MIN_CORRECTED_LETTERS = 8
SCORES: Mapping[Method, float] = {
    "address": 1.0,
    "range": 0.95,
    "near-address": 0.9,
    "corner": 0.9,
    "place": 0.9,
    "street": 0.6,
    "decision": 1.0,
}
BARE_SCORE, CORRECTED_SCORE, NUMBER_UNKNOWN_SCORE = 0.95, 0.8, 0.8
CLASS_LIMITS_M: Sequence[tuple[AccuracyClass, float]] = (("point", 15.0), ("near", 60.0), ("block", 150.0))


@dataclass(frozen=True)
class Found:
    """Where an address is: degrees (WGS84), accuracy in metres, what it was found as, and a score from 0 to 1.

    The score is a rank of how directly the text named the point, not a probability.
    """

    lon: float
    lat: float
    accuracy_m: float
    method: Method
    score: float = 1.0

    @property
    def accuracy_class(self) -> AccuracyClass:
        return accuracy_class(self.accuracy_m)


@dataclass(frozen=True)
class Candidate:
    """One of several places an address may be; ``name`` is the register's, never the text that was asked."""

    name: str
    found: Found


@dataclass(frozen=True)
class Ambiguous:
    """Several places fit, or one that contradicts the postcode given. ``asked`` is the normalised question."""

    asked: str
    candidates: tuple[Candidate, ...]


Lookup = Found | Ambiguous | None


@dataclass(frozen=True)
class Registered:
    """A house number's point in the register; the postcode may be empty."""

    lon: float
    lat: float
    postcode: str = ""


Fits = TypeVar("Fits", Registered, Street)


@dataclass(frozen=True)
class Gazetteer:
    """Known addresses, places and streets by their normalised names; see `build_gazetteer`."""

    addresses: Mapping[tuple[str, str], tuple[Registered, ...]]
    places: Mapping[str, tuple[Candidate, ...]]
    streets: Mapping[str, tuple[Street, ...]]
    keys_by_bare: Mapping[str, tuple[str, ...]]
    bare_by_length: Mapping[int, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.addresses) + len(self.places) + len(self.streets)

    def find(self, street: str, house_number: str = "") -> Lookup:
        """The point of ``house_number`` in ``street``, else of the place or street, else None.

        A place comes before a street of the same name only where no house number is given.
        """
        return self.find_address(f"{street.strip()} {house_number.strip()}" if street.strip() else "")

    def find_address(self, text: str) -> Lookup:
        """Like `find`, of an address in one line as people write them."""
        read = []
        for reading in readings(text):
            if (outcome := self._look_up(reading, exact=True)) is not None:
                return outcome
            read.append(reading)
        for reading in read:
            if (outcome := self._look_up(reading, exact=False)) is not None:
                return outcome
        return None

    def _look_up(self, asked: AddressText, *, exact: bool) -> Lookup:
        if asked.other:
            return self._two_names(asked, exact=exact)
        keys, score = self._keys(asked.street, exact=exact)
        outcomes = {key: outcome for key in keys if (outcome := self._at(key, asked)) is not None}
        if len(outcomes) == 1:
            return _nearer_or_farther(next(iter(outcomes.values())), asked, score)
        candidates = [
            candidate for key, outcome in outcomes.items() for candidate in self._candidates(key, asked, outcome)
        ]
        return Ambiguous(_question(asked), tuple(candidates)) if candidates else None

    def _keys(self, name: str, *, exact: bool) -> tuple[tuple[str, ...], float]:
        """The known names that ``name`` may be: itself, without dots and rings, or one letter away."""
        key = street_key(name)
        if exact:
            return ((key,) if key in self.streets or key in self.places else ()), 1.0
        bare = bare_key(key)
        if known := self.keys_by_bare.get(bare):
            return known, BARE_SCORE
        if len(bare) < MIN_CORRECTED_LETTERS or any(c.isdecimal() for c in bare):
            return (), 0.0
        alike = [
            match
            for length in (len(bare) - 1, len(bare), len(bare) + 1)
            for match, _, _ in process.extract(
                bare, self.bare_by_length.get(length, ()), scorer=OSA.distance, score_cutoff=1, limit=None
            )
            if match[0] == bare[0]
        ]
        return tuple(key for match in alike for key in self.keys_by_bare[match]), CORRECTED_SCORE

    def _at(self, key: str, asked: AddressText) -> Lookup:
        if asked.number:
            outcome = self._range(key, asked) if asked.number_to else self._number(key, asked.number, asked)
            if outcome is not None:
                return outcome
        street, place = self._street(key, asked), self._place(key, asked)
        if asked.numbered:
            return _scaled(street, NUMBER_UNKNOWN_SCORE) or place
        return place or street

    def _number(self, key: str, number: str, asked: AddressText) -> Lookup:
        known = self.addresses.get((key, number), ())
        fitting, contradicted = _fitting(known, asked)
        if not fitting:
            return None
        if not contradicted and (len(fitting) == 1 or _spread_m(fitting) <= SAME_ADDRESS_M):
            return _found(fitting[0].lon, fitting[0].lat, ADDRESS_ACCURACY_M, "address")
        name = self.streets[key][0].name
        return Ambiguous(
            _question(asked),
            tuple(
                Candidate(
                    f"{name} {number} {one.postcode}".strip(),
                    _found(one.lon, one.lat, ADDRESS_ACCURACY_M, "address"),
                )
                for one in fitting
            ),
        )

    def _range(self, key: str, asked: AddressText) -> Lookup:
        """Between the two ends of a range; None unless both are known."""
        ends = [self._number(key, number, asked) for number in (asked.number, asked.number_to)]
        for end in ends:
            if not isinstance(end, Found):
                return end
        first, last = (end for end in ends if isinstance(end, Found))
        point = (first.lon + last.lon) / 2, (first.lat + last.lat) / 2
        for street in self.streets[key]:
            point = street.not_off((first.lon, first.lat), (last.lon, last.lat), point)
        apart_m = max(metres_between(point, (end.lon, end.lat)) for end in (first, last))
        return _found(*point, apart_m + ADDRESS_ACCURACY_M, "range")

    def _street(self, key: str, asked: AddressText) -> Lookup:
        fitting, contradicted = _fitting(self.streets.get(key, ()), asked)
        if len(fitting) == 1 and not contradicted:
            return _street_found(fitting[0], asked)
        return _several(asked, [Candidate(_street_name(street), _street_found(street, asked)) for street in fitting])

    def _place(self, key: str, asked: AddressText) -> Lookup:
        places = [
            place for place in self.places.get(key, ()) if may_be_at(asked.region, place.found.lon, place.found.lat)
        ]
        return places[0].found if len(places) == 1 else _several(asked, places)

    def _candidates(self, key: str, asked: AddressText, outcome: Found | Ambiguous) -> tuple[Candidate, ...]:
        if isinstance(outcome, Ambiguous):
            return outcome.candidates
        name = self.streets[key][0].name if key in self.streets else self.places[key][0].name
        number = asked.number if outcome.method == "address" else ""
        return (Candidate(f"{name} {number}".strip(), outcome),)

    def _two_names(self, asked: AddressText, *, exact: bool) -> Lookup:
        """A corner of two streets, a place on a street, or the one of two names that is known."""
        (first, first_score), (second, second_score) = (
            self._keys(name, exact=exact) for name in (asked.street, asked.other)
        )
        if not first or not second:
            # Half known is an answer only when the other half is not a misspelt street.
            keys, name = (first, asked.street) if first else (second, asked.other)
            other = asked.other if first else asked.street
            if exact and self._keys(other, exact=False)[0]:
                return None
            return self._look_up(replace(asked, street=name, other=""), exact=exact) if keys else None
        score = min(first_score, second_score)
        outcomes = [self._corner(a, b, asked) for a in first for b in second]
        if len(outcomes) == 1:
            return _nearer_or_farther(outcomes[0], replace(asked, away_m=0.0), score)
        candidates = [
            candidate
            for outcome in outcomes
            for candidate in (
                outcome.candidates if isinstance(outcome, Ambiguous) else (Candidate(_question(asked), outcome),)
            )
        ]
        return Ambiguous(_question(asked), tuple(candidates))

    def _corner(self, a: str, b: str, asked: AddressText) -> Found | Ambiguous:
        pairs = [
            (first, second)
            for first in _fitting(self.streets.get(a, ()), asked)[0]
            for second in _fitting(self.streets.get(b, ()), asked)[0]
        ]
        meeting = [
            Candidate(f"{first.name} / {second.name}", _found(*point, accuracy_m, "corner"))
            for first, second in pairs
            for point, accuracy_m in corners(first, second)
            if a != b
        ]
        if meeting:
            return meeting[0].found if len(meeting) == 1 else Ambiguous(_question(asked), tuple(meeting))
        return self._place_on_street(a, b, asked)

    def _place_on_street(self, a: str, b: str, asked: AddressText) -> Found | Ambiguous:
        """The place of two names, where it lies by the other; else both are what a person chooses from."""
        alone = [(key, self._at(key, replace(asked, other=""))) for key in dict.fromkeys((a, b))]
        known = [(key, outcome) for key, outcome in alone if isinstance(outcome, Found)]
        places = [outcome for _, outcome in known if outcome.method == "place"]
        if len(known) == 1 and len(alone) == 1:
            return known[0][1]
        if len(places) == 1 and len(known) == 2:
            point = places[0].lon, places[0].lat
            streets = [street for key in (a, b) for street in self.streets.get(key, ())]
            if any(street.distance_m(point) <= PLACE_ON_STREET_M + places[0].accuracy_m for street in streets):
                return places[0]
        several = [
            candidate for key, outcome in alone if outcome for candidate in self._candidates(key, asked, outcome)
        ]
        return Ambiguous(_question(asked), tuple(several))


def accuracy_class(accuracy_m: float) -> AccuracyClass:
    """``point`` up to 15 m, ``near`` up to 60 m, ``block`` up to 150 m, else ``street``."""
    return next((name for name, limit in CLASS_LIMITS_M if accuracy_m <= limit), "street")


def build_gazetteer(
    *,
    streets: Iterable[tuple[str, Sequence[LonLat]]] = (),
    places: Iterable[tuple[str, LonLat] | tuple[str, LonLat, float]] = (),
    addresses: Iterable[tuple[str, str, LonLat] | tuple[str, str, LonLat, str]] = (),
) -> Gazetteer:
    """A gazetteer of street lines, named points and register addresses, all in degrees (WGS84).

    A street may come in several lines; one without a line is where its addresses are, and one name in several
    towns is several streets. A place may have its own accuracy in metres, an address its postcode. Raises
    `ValueError` for a line without two points or an address without a house number.
    """
    lines: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    names: dict[str, str] = {}
    for name, line in streets:
        if len(line) < 2:
            raise ValueError(f"street '{name}' has a line of {len(line)} points; at least 2 are needed")
        key = street_key(name)
        lines[key].append(np.asarray(line, dtype=np.float64)[:, :2])
        names.setdefault(key, name)
    houses: dict[str, list[House]] = defaultdict(list)
    registered: dict[tuple[str, str], list[Registered]] = defaultdict(list)
    keys, numbers = cache(street_key), cache(house_key)
    for name, number, point, *postcode in addresses:
        if not numbers(number):
            raise ValueError(f"'{number}' is not a house number of '{name}'")
        key, code = keys(name), postcode[0] if postcode else ""
        registered[key, numbers(number)].append(Registered(*point, code))
        houses[key].append(House(point, number_of(numbers(number)), code))
        names.setdefault(key, name)
    named: dict[str, list[Candidate]] = defaultdict(list)
    for name, point, *accuracy_m in places:
        found = _found(*point, accuracy_m[0] if accuracy_m else PLACE_ACCURACY_M, "place")
        named[street_key(name)].append(Candidate(name, found))
    known = list(dict.fromkeys((*names, *named)))
    keys_by_bare, bare_by_length = defaultdict(list), defaultdict(list)
    for key in known:
        keys_by_bare[bare_key(key)].append(key)
    for bare in keys_by_bare:
        bare_by_length[len(bare)].append(bare)
    return Gazetteer(
        addresses={key: tuple(same) for key, same in registered.items()},
        places={key: tuple(same) for key, same in named.items()},
        streets={key: streets_of(name, lines.get(key, ()), houses.get(key, ())) for key, name in names.items()},
        keys_by_bare={bare: tuple(same) for bare, same in keys_by_bare.items()},
        bare_by_length={length: tuple(same) for length, same in bare_by_length.items()},
    )


def _found(lon: float, lat: float, accuracy_m: float, method: Method) -> Found:
    return Found(lon, lat, accuracy_m, method, SCORES[method])


def _street_found(street: Street, asked: AddressText) -> Found:
    reach_m = street.reach_of_m(number_of(asked.number)) if asked.number else street.reach_m
    return _found(street.lon, street.lat, reach_m, "street")


def _street_name(street: Street) -> str:
    return " ".join([street.name, *sorted(street.postcodes)])


def _several(asked: AddressText, candidates: Sequence[Candidate]) -> Ambiguous | None:
    return Ambiguous(_question(asked), tuple(candidates)) if candidates else None


def _scaled(outcome: Lookup, factor: float) -> Lookup:
    return replace(outcome, score=outcome.score * factor) if isinstance(outcome, Found) else outcome


def _nearer_or_farther(outcome: Lookup, asked: AddressText, score: float) -> Lookup:
    """The outcome for a text that names it less directly: near it, or in another spelling."""
    if not isinstance(outcome, Found) or (score == 1.0 and not asked.away_m):
        return outcome
    if not asked.away_m or outcome.method == "street":
        return replace(outcome, score=outcome.score * score)
    method: Method = "near-address" if outcome.method in {"address", "range"} else outcome.method
    return replace(
        outcome,
        accuracy_m=outcome.accuracy_m + asked.away_m,
        method=method,
        score=min(outcome.score, SCORES["near-address"]) * score,
    )


def _fitting(known: Sequence[Fits], asked: AddressText) -> tuple[list[Fits], bool]:
    """Those of ``known`` that the postcode allows, and whether all of them contradict it all the same."""
    if not asked.region:
        return list(known), False
    near = [one for one in known if may_be_at(asked.region, one.lon, one.lat)]
    stated = [one for one in near if _postcodes(one)]
    if not asked.postcode or not stated:
        return near, False
    same = [one for one in near if asked.postcode in _postcodes(one)]
    return (same, False) if same else (near, True)


def _postcodes(one: Registered | Street) -> Collection[str]:
    if isinstance(one, Street):
        return one.postcodes
    return (one.postcode,) if one.postcode else ()


def _question(asked: AddressText) -> str:
    """The question in normalised words, as decisions are kept by it: never the text as it was written."""
    names = [street_key(asked.street), *([street_key(asked.other)] if asked.other else [])]
    number = "-".join(part for part in (asked.number, asked.number_to) if part) or ("?" if asked.numbered else "")
    return " ".join(part for part in (" / ".join(names), number, asked.postcode or asked.region) if part)


def _spread_m(points: Sequence[Registered]) -> float:
    return max(metres_between((points[0].lon, points[0].lat), (one.lon, one.lat)) for one in points)
