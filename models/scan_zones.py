"""Candidate zones of a scan statistic: round each centre, the nested sets of its nearest places.

Kulldorff, M. & Nagarwalla, N. (1995). Spatial disease clusters: detection and inference. *Statistics in Medicine*,
14(8), 799-810.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.parameter_limits import ParameterError, require_number, require_share, require_whole

Floats = NDArray[np.float64]
# Distances are compared in whole millimetres: rounding errors of a projection order nothing.
DISTANCE_DECIMALS = 3


class NoZoneError(PlainError, ValueError):
    """Limits within which not even one zone fits."""


@dataclass(frozen=True, eq=False)
class Zones:
    """Chains of places: each place that enters a chain makes a larger zone of it.

    ``place`` (m) positions of the places in order of entry, chain after chain; chain i is
    ``place[start[i]:start[i + 1]]``. A zone is named by the position in ``place`` of its last entry; ``complete`` (m)
    says where there is one. ``radius_m`` (m) from the chain's first place to its farthest so far, NaN where zones were
    listed. ``places`` is the number of places there are.
    """

    place: NDArray[np.int32]
    start: NDArray[np.int64]
    complete: NDArray[np.bool_]
    radius_m: Floats
    places: int

    def __len__(self) -> int:
        return int(self.complete.sum())

    def members(self, zone: int) -> NDArray[np.int32]:
        """The places of ``zone`` in their order of entry, the centre first."""
        return self.place[self._first(zone) : zone + 1]

    def size(self) -> NDArray[np.int64]:
        """Number of places of each zone (m)."""
        return np.arange(len(self.place)) - np.repeat(self.start[:-1], np.diff(self.start)) + 1

    def touching(self, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each zone (m) holds one of the ``marked`` places (``places``)."""
        seen = np.cumsum(marked[self.place])
        before = np.repeat(np.append(0, seen)[self.start[:-1]], np.diff(self.start))
        return seen > before

    def _first(self, zone: int) -> int:
        return int(self.start[np.searchsorted(self.start, zone, side="right") - 1])


def nested_zones(
    x_m: Floats,
    y_m: Floats,
    *,
    max_places: int | None = None,
    max_radius_m: float | None = None,
    max_share: float | None = None,
    weight: Floats | None = None,
) -> Zones:
    """Zones of places at ``x_m``, ``y_m`` (n) in metres: for each place as centre, its 1, 2, 3 … nearest places.

    Equidistant places (to the millimetre) enter one at a time, the western before the eastern, then the southern
    before the northern, then by position. A zone has at most ``max_places`` places, none farther from the centre than
    ``max_radius_m``, and at most ``max_share`` of the sum of ``weight`` (n): cases or population; None is no limit.
    Raises `ParameterError`, and `NoZoneError` where no zone is within the limits.

    >>> zones = nested_zones(np.array([0.0, 100, 300]), np.zeros(3), max_places=2)
    >>> [zones.members(zone).tolist() for zone in range(len(zones.place))]
    [[0], [0, 1], [1], [1, 0], [2], [2, 1]]
    """
    _require_limits(len(x_m), max_places, max_radius_m, max_share, weight)
    chains = [
        _chain(i, x_m, y_m, max_places=max_places, max_radius_m=max_radius_m, max_share=max_share, weight=weight)
        for i in range(len(x_m))
    ]
    length = np.array([len(order) for order, _ in chains if len(order)], dtype=np.int64)
    if len(length) == 0:
        raise NoZoneError("no place alone is within the limits of a zone: raise the largest share or add places")
    place = np.concatenate([order for order, _ in chains]).astype(np.int32)
    radius_m = np.concatenate([radius for _, radius in chains])
    return Zones(place, np.append(0, np.cumsum(length)), np.ones(len(place), dtype=np.bool_), radius_m, len(x_m))


def listed_zones(zones: Sequence[Sequence[int]], places: int) -> Zones:
    """The ``zones`` themselves: each a list of positions 0 … ``places`` - 1 without repeats.

    Zone k of the list is the k-th position where `Zones.complete` is true. Raises `ParameterError`.

    >>> zones = listed_zones([[0], [0, 2], [1, 2]], 3)
    >>> zones.place.tolist(), zones.start.tolist(), zones.complete.tolist()
    ([0, 2, 1, 2], [0, 2, 4], [True, True, False, True])
    """
    _require_lists(zones, places)
    chains = list(_chains(zones))
    place = np.concatenate([np.array(order, dtype=np.int32) for order, _ in chains])
    complete = np.zeros(len(place), dtype=np.bool_)
    start = np.append(0, np.cumsum([len(order) for order, _ in chains]))
    for first, (_, sizes) in zip(start, chains, strict=False):
        complete[first + np.array(sizes) - 1] = True
    return Zones(place, start, complete, np.full(len(place), np.nan), places)


def _chain(
    centre: int,
    x_m: Floats,
    y_m: Floats,
    *,
    max_places: int | None,
    max_radius_m: float | None,
    max_share: float | None,
    weight: Floats | None,
) -> tuple[NDArray[np.intp], Floats]:
    distance = np.hypot(x_m - x_m[centre], y_m - y_m[centre]).round(DISTANCE_DECIMALS)
    others = np.arange(len(x_m)) != centre
    order = np.lexsort((y_m, x_m, distance, others))
    allowed = len(order) if max_places is None else min(len(order), max_places)
    if max_radius_m is not None:
        allowed = min(allowed, int(np.searchsorted(distance[order], max_radius_m, side="right")))
    if max_share is not None and weight is not None:
        limit = max_share * float(weight.sum()) * (1 + 1e-12)
        allowed = min(allowed, int(np.searchsorted(np.cumsum(weight[order]), limit, side="right")))
    order = order[:allowed]
    return order, distance[order]


def _chains(zones: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], list[int]]]:
    """Each run of zones that grow one out of the other, as one order of entry and the sizes that are zones."""
    order: list[int] = []
    sizes: list[int] = []
    for zone in zones:
        if sizes and len(zone) > len(order) and set(order) <= set(zone):
            order += sorted(set(zone) - set(order))
            sizes.append(len(order))
            continue
        if sizes:
            yield order, sizes
        order, sizes = list(zone), [len(zone)]
    yield order, sizes


def _require_limits(
    n: int, max_places: int | None, max_radius_m: float | None, max_share: float | None, weight: Floats | None
) -> None:
    if max_places is not None:
        require_whole("max_places", max_places, at_least=1)
    if max_radius_m is not None:
        require_number("max_radius_m", max_radius_m, at_least=0)
    if max_share is None:
        return
    if max_share != 1:
        require_share("max_share", max_share)
    if weight is None or weight.shape != (n,):
        raise ParameterError(f"max_share needs a weight for each of the {n} places")


def _require_lists(zones: Sequence[Sequence[int]], places: int) -> None:
    if not zones:
        raise NoZoneError("the list of zones is empty")
    for number, zone in enumerate(zones, start=1):
        if not zone or len(set(zone)) != len(zone) or min(zone) < 0 or max(zone) >= places:
            raise ParameterError(f"zone {number} must hold positions 0 to {places - 1}, each once, found {list(zone)}")
