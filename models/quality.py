"""Quality of the data behind a day's products: fresh, complete, well placed, counted once.

Only what is known at the as-of comes in. Counts leave as they may be shown: those below the minimum count are
None, and so is the smallest shown one where a hidden one could be found by subtracting.

Dump points: where incidents are put that have no place of their own (a station, a street's middle). Null
hypothesis: the counts of the m coordinates in use are draws from one Poisson distribution, or, where they vary more
than that allows, from one negative binomial (addresses with gamma-distributed expectations) with their mean and
variance. The bound is the number that any of m such coordinates exceeds with probability ``dump_level`` at most
(Bonferroni). A real hotspot with one address may pass it too: a dump point is a place to look at, not a proof.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammainc

from geo.areas import NO_AREA
from models.completeness import Completeness
from models.disclosure import MINIMUM_COUNT
from models.panel import REPORTED, IncidentColumns
from models.parameter_limits import require_share, require_whole

DAY_S = 86_400
COORDINATE_DECIMALS = 5  # of degrees: about 1 m
ACCURACY_EDGES_M = (0.0, 10.0, 25.0, 50.0, 100.0, np.inf)
DAYS_SHOWN = 14
DUMP_POINTS_SHOWN = 10


@dataclass(frozen=True)
class QualityParameters:
    """Incidents that ended within ``window_days`` are looked at. A coordinate is a dump point with at least
    ``dump_minimum`` incidents and either more than ``dump_share`` of all or more than chance gives at ``dump_level``.
    Incidents of one coordinate and category that start within ``duplicate_minutes`` may be one incident twice."""

    window_days: int = 365
    dump_minimum: int = 10
    dump_share: float = 0.02
    dump_level: float = 0.001
    duplicate_minutes: int = 10

    def __post_init__(self) -> None:
        require_whole("window_days", self.window_days, at_least=1)
        require_whole("dump_minimum", self.dump_minimum, at_least=MINIMUM_COUNT)
        require_share("dump_share", self.dump_share)
        require_share("dump_level", self.dump_level)
        require_whole("duplicate_minutes", self.duplicate_minutes, at_least=1)


@dataclass(frozen=True)
class ImportRecord:
    """One import as it was logged; ``rejects`` counts rows by reason, ``dropped_columns`` columns of person data."""

    imported_s: int
    source: str
    read: int
    accepted: int
    created: int
    changed: int
    rejects: Mapping[str, int]
    dropped_columns: int = 0

    @property
    def rejected(self) -> int:
        return self.read - self.accepted


@dataclass(frozen=True, eq=False)
class IntakeHistory:
    """What the store knows of how incidents came in: newest ``imports`` first, incidents of the window by geocode
    method, and for those reported since the first import how long after their report they were imported."""

    imports: tuple[ImportRecord, ...] = ()
    methods: Mapping[str, int] = field(default_factory=dict)
    wait_s: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True)
class Delay:
    """Median and 90th percentile, in seconds, of a delay of so many ``incidents``."""

    incidents: int
    median_s: float
    p90_s: float


@dataclass(frozen=True)
class DayShare:
    """Estimated share of a day's incidents that is reported by now, None where nothing can be said; ``complete``
    as `models.completeness` has it."""

    day: int
    share: float | None
    complete: bool


@dataclass(frozen=True)
class Counted:
    """How many rows or incidents have a name; None where too few to show."""

    name: str
    count: int | None


@dataclass(frozen=True)
class AccuracyBand:
    """Incidents placed with an accuracy in (``above_m``, ``up_to_m``]; the first band holds 0 too."""

    above_m: float
    up_to_m: float
    count: int | None


@dataclass(frozen=True)
class DumpPoint:
    """A coordinate far too popular: degrees, position of its area (-1 outside), incidents there."""

    lon: float
    lat: float
    area: int
    incidents: int


@dataclass(frozen=True)
class AreaQuality:
    """Incidents of an area (-1 outside all) and those nearer to a boundary than their accuracy; None: too few."""

    area: int
    incidents: int | None
    edge: int | None

    @property
    def edge_share(self) -> float | None:
        return self.edge / self.incidents if self.edge is not None and self.incidents else None


@dataclass(frozen=True)
class QualityReport:
    """Everything the quality page says; times in seconds since the epoch, shares of 1, None where nothing is known.

    ``report_delay`` is from the end of an incident to its report, among reported incidents old enough for late
    reports to be in; ``import_delay`` from there to the import. ``dump_bound`` is the largest number of incidents
    chance gives a coordinate; ``duplicates`` the incidents that look like others, ``duplicate_groups`` in how many.
    """

    window_days: int
    incidents: int
    last_event_s: int | None
    last_report_s: int | None
    imports: tuple[ImportRecord, ...]
    rejects: tuple[Counted, ...]
    report_delay: Delay | None
    import_delay: Delay | None
    days: tuple[DayShare, ...]
    methods: tuple[Counted, ...]
    accuracy: tuple[AccuracyBand, ...]
    dump_points: tuple[DumpPoint, ...]
    dump_point_count: int
    dump_bound: int
    duplicates: int | None
    duplicate_groups: int | None
    areas: tuple[AreaQuality, ...]
    edge_share: float | None
    outside_share: float | None


def quality_report(
    recent: IncidentColumns,
    history: IntakeHistory,
    completeness: Completeness,
    *,
    as_of_s: int,
    as_of_day: int,
    heard_day: int,
    mature_days: int,
    n_areas: int,
    parameters: QualityParameters,
) -> QualityReport:
    """The quality of ``recent``: incidents known at the as-of, those outside all areas too.

    ``heard_day`` is the day the flow of reports reaches: days from it to ``as_of_day`` are missing, not quiet.
    Delays leave out what ended in the last ``mature_days``, of which only the quickly reported are known.
    """
    window = recent.take(recent.to_s >= as_of_s - parameters.window_days * DAY_S)
    mature = window.take((window.basis == REPORTED) & (window.to_s < as_of_s - mature_days * DAY_S))
    delay_s = np.maximum(mature.known_s - mature.to_s, 0)
    popular, bound = dump_points(window, parameters)
    twice, groups = duplicate_suspects(window, within_s=parameters.duplicate_minutes * 60)
    rejects = sum((Counter(record.rejects) for record in history.imports), Counter[str]())
    return QualityReport(
        window_days=parameters.window_days,
        incidents=len(window),
        last_event_s=int(window.to_s.max()) if len(window) else None,
        last_report_s=int(window.known_s.max()) if len(window) else None,
        imports=history.imports,
        rejects=tuple(Counted(name, shown_count(rows)) for name, rows in _by_frequency(rejects)),
        report_delay=_delay(delay_s),
        import_delay=_delay(history.wait_s),
        days=_days(delay_s, completeness, as_of_day=as_of_day, heard_day=heard_day),
        methods=_counted(Counter(history.methods)),
        accuracy=_accuracy(window.accuracy_m),
        dump_points=popular[:DUMP_POINTS_SHOWN],
        dump_point_count=len(popular),
        dump_bound=bound,
        duplicates=shown_count(twice),
        duplicate_groups=shown_count(groups) if twice >= MINIMUM_COUNT else None,
        areas=_areas(window, n_areas),
        edge_share=_share(window.edge),
        outside_share=_share(window.area == NO_AREA),
    )


def released_counts(counts: Sequence[int], *, minimum_count: int = MINIMUM_COUNT) -> tuple[int | None, ...]:
    """``counts`` that add up to a known total, as they may be shown: small ones, zero too, are None.

    One hidden count, or several that add up to little, could be found by subtracting: then the smallest shown one
    is hidden as well.

    >>> released_counts([40, 7, 3])
    (40, None, None)
    """
    hidden = [count for count in counts if count < minimum_count]
    shown = sorted(count for count in counts if count >= minimum_count)
    limit = minimum_count - 1
    if hidden and shown and any(hidden) and (len(hidden) == 1 or sum(hidden) < minimum_count):
        limit = shown[0]
    # Equal counts are hidden together, so that which of them was chosen says nothing.
    return tuple(None if count <= limit else count for count in counts)


def dump_points(incidents: IncidentColumns, parameters: QualityParameters) -> tuple[tuple[DumpPoint, ...], int]:
    """Coordinates far too popular, most popular first, and the largest number of incidents chance gives one."""
    incidents = incidents.take(np.isfinite(incidents.lon))
    n = len(incidents)
    if n == 0:
        return (), 0
    places = np.round(np.column_stack([incidents.lon, incidents.lat]), COORDINATE_DECIMALS)
    found, first, count = np.unique(places, axis=0, return_index=True, return_counts=True)
    large = count > parameters.dump_share * n
    bound = _bound(count[~large] if not large.all() else count, parameters.dump_level / len(found))
    popular = (count >= parameters.dump_minimum) & ((count > bound) | large)
    order = np.flatnonzero(popular)[np.argsort(-count[popular], kind="stable")]
    points = tuple(
        DumpPoint(float(found[i, 0]), float(found[i, 1]), int(incidents.area[first[i]]), int(count[i])) for i in order
    )
    return points, bound


def duplicate_suspects(incidents: IncidentColumns, *, within_s: int) -> tuple[int, int]:
    """Incidents that look like another one, and the groups they form.

    In a group, each starts within ``within_s`` seconds of the one before it, at the same coordinate and with the same
    category and basis. All of them have keys of their own: the store keeps one incident per key.
    """
    incidents = incidents.take(np.isfinite(incidents.lon))
    lon, lat = (np.round(degrees, COORDINATE_DECIMALS) for degrees in (incidents.lon, incidents.lat))
    kind: tuple[NDArray[Any], ...] = (lon, lat, incidents.category, incidents.basis)
    order = np.lexsort((incidents.from_s, *kind))
    same = np.diff(incidents.from_s[order]) <= within_s
    for column in kind:
        same &= column[order][1:] == column[order][:-1]
    joined = np.concatenate([[False], same, [False]])
    members = joined[1:] | joined[:-1]
    starts = joined[1:] & ~joined[:-1]
    return int(members[: len(incidents)].sum()), int(starts[: len(incidents)].sum())


def _bound(count: NDArray[np.intp], level: float) -> int:
    """The number that a coordinate exceeds by chance with probability ``level`` at most."""
    mean, variance = float(count.mean()), float(count.var())
    size = mean**2 / (variance - mean) if variance > mean else np.inf
    candidates = 16
    while True:
        above = np.arange(1, candidates + 1)  # P(X > k) for k = 0, 1, …
        exceeded = gammainc(above, mean) if np.isinf(size) else betainc(above, size, mean / (size + mean))
        if exceeded[-1] <= level:
            return int(np.argmax(exceeded <= level))
        candidates *= 2


def _delay(delay_s: NDArray[np.int64]) -> Delay | None:
    if len(delay_s) < MINIMUM_COUNT:
        return None
    median_s, p90_s = np.quantile(delay_s, [0.5, 0.9])
    return Delay(len(delay_s), float(median_s), float(p90_s))


def _days(
    delay_s: NDArray[np.int64], completeness: Completeness, *, as_of_day: int, heard_day: int
) -> tuple[DayShare, ...]:
    """The last days, newest first. What ended in a day of age a has had between a and a + 1 days to be reported; the
    share is the mean over that day of how many of the known delays are shorter."""
    days = []
    delay_days = delay_s / DAY_S
    for day in range(as_of_day - 1, as_of_day - 1 - DAYS_SHOWN, -1):
        age = heard_day - 1 - day
        said = completeness.estimated and age >= 0 and len(delay_s) >= MINIMUM_COUNT
        share = float(np.clip(age + 1 - delay_days, 0, 1).mean()) if said else None
        days.append(DayShare(day, share, complete=day < completeness.complete_until_day))
    return tuple(days)


def _accuracy(accuracy_m: NDArray[np.float64]) -> tuple[AccuracyBand, ...]:
    band = np.maximum(np.searchsorted(ACCURACY_EDGES_M, accuracy_m, side="left") - 1, 0)
    counts = released_counts(np.bincount(band, minlength=len(ACCURACY_EDGES_M) - 1).tolist())
    return tuple(AccuracyBand(*edges, count) for edges, count in zip(pairwise(ACCURACY_EDGES_M), counts, strict=True))


def _areas(incidents: IncidentColumns, n_areas: int) -> tuple[AreaQuality, ...]:
    """One row per area in order, and one for outside all."""
    position = np.where(incidents.area == NO_AREA, n_areas, incidents.area)
    total = released_counts(np.bincount(position, minlength=n_areas + 1).tolist())
    edge = released_counts(np.bincount(position[incidents.edge], minlength=n_areas + 1).tolist())
    areas = [*range(n_areas), NO_AREA]
    return tuple(AreaQuality(area, n, None if n is None else e) for area, n, e in zip(areas, total, edge, strict=True))


def _counted(counts: Counter[str]) -> tuple[Counted, ...]:
    ordered = _by_frequency(counts)
    shown = released_counts([count for _, count in ordered])
    return tuple(Counted(name, count) for (name, _), count in zip(ordered, shown, strict=True))


def _by_frequency(counts: Counter[str]) -> list[tuple[str, int]]:
    """Most frequent first, by name where equal."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def shown_count(count: int) -> int | None:
    """``count`` as it may be shown where it is no part of a total that is shown too."""
    return count if count >= MINIMUM_COUNT else None


def _share(which: NDArray[np.bool_]) -> float | None:
    return float(which.mean()) if len(which) >= MINIMUM_COUNT else None
