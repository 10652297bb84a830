"""Space-time permutation scan: where the last days have more incidents than this place's and these days' own levels.

Needs incidents only, no population: what is common to a place (its usual level) and what is common to a day (its
season, its weather) is taken as it is. A rise of the whole area at once is therefore no cluster.

Kulldorff, M., Heffernan, R., Hartman, J., Assunção, R. & Mostashari, F. (2005). A space-time permutation scan statistic
for disease outbreak detection. *PLoS Medicine*, 2(3), e59.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.parameter_limits import ParameterError
from models.scan_statistic import BLOCK, Expectation, ScanParameters, ScanResult, Whole, counted, scanned, windows
from models.scan_zones import Zones

MINIMUM_CASES = 10


class TooFewCasesError(PlainError, ValueError):
    """Too few incidents for their arrangement to say anything."""


def scan_permutation(
    place: NDArray[np.int64],
    day: NDArray[np.int64],
    zones: Zones,
    *,
    days: int,
    parameters: ScanParameters,
    rng: np.random.Generator,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> ScanResult:
    """Scan whole incidents at ``place`` (C) on ``day`` (C), 0 … ``days`` - 1; windows end with the last day.

    Zone and window A with c incidents, where ``m = (incidents of the zone) (incidents of the window) / C`` are
    expected: ``c log(c/m) + (C - c) log((C - c)/(C - m))`` for c > m. H0 of p: the days are arranged at random over the
    incidents, whatever each place's and each day's total. Ties count against significance.

    Raises `TooFewCasesError` below 10 incidents or where all lie on one day or at one place, and `ParameterError`.

    >>> from models.scan_zones import nested_zones
    >>> rng = np.random.default_rng(1)
    >>> place, day = rng.integers(0, 4, 60), rng.integers(0, 30, 60)
    >>> place, day = np.append(place, [2, 2, 2, 2]), np.append(day, [29, 29, 28, 29])
    >>> zones = nested_zones(np.array([0.0, 100, 200, 300]), np.zeros(4), max_places=2)
    >>> found = scan_permutation(
    ...     place, day, zones, days=30, parameters=ScanParameters(max_duration=7, replicates=199), rng=rng
    ... )
    >>> found.clusters[0].places.tolist(), found.clusters[0].duration, found.clusters[0].p
    ([2], 5, 0.005)
    """
    _require_cases(place, day, days, zones, parameters)
    w = parameters.max_duration
    back = np.minimum(days - 1 - day, w)
    counts = windows(_by_period(place, day, zones.places, days), w)
    of_place = np.bincount(place, minlength=zones.places)
    base = np.outer(of_place, counts.sum(axis=0)) / len(place)

    def permuted(stream: np.random.Generator) -> Whole:
        shuffled = stream.permuted(np.broadcast_to(back, (BLOCK, len(back))), axis=1)
        return counted(place * (w + 1) + shuffled, zones.places, w + 1)

    expectation = Expectation(base, len(place))
    return scanned(
        counts, expectation, zones, parameters=parameters, draw=permuted, rng=rng, threads=threads, advance=advance
    )


def _by_period(place: NDArray[np.int64], day: NDArray[np.int64], places: int, days: int) -> Whole:
    return np.bincount(place * days + day, minlength=places * days).reshape(places, days)


def _require_cases(
    place: NDArray[np.int64], day: NDArray[np.int64], days: int, zones: Zones, parameters: ScanParameters
) -> None:
    if len(place) < MINIMUM_CASES:
        raise TooFewCasesError(f"the scan needs at least {MINIMUM_CASES} incidents in the period, found {len(place)}")
    if place.min() < 0 or place.max() >= zones.places:
        raise ParameterError(f"place must be 0 to {zones.places - 1}, found {place.min()} to {place.max()}")
    if day.min() < 0 or day.max() >= days:
        raise ParameterError(f"day must be 0 to {days - 1}, found {day.min()} to {day.max()}")
    for what, values in (("day", day), ("place", place)):
        if np.ptp(values) == 0:
            raise TooFewCasesError(f"all {len(place)} incidents have the same {what}: there is nothing to compare with")
    if parameters.max_duration >= days:
        raise ParameterError(
            f"max_duration must be shorter than the {days} days there are, found {parameters.max_duration}"
        )
