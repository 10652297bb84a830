"""A partnership: a named set of areas with its calendar, categories, resolutions and method parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from functools import cached_property
from typing import Any, TypeVar

from geo.areas import AreaSet, parse_areas
from geo.errors import PlainError
from geo.grid import FINEST
from geo.projection import require_metric
from models.agreement import Goal, SeriesBreak, require_agreement
from models.basemap_parameters import BasemapParameters
from models.beat import Beat, require_beats, treated_beat
from models.calendar import Shift, ShiftCalendar, shift_calendar
from models.cluster_parameters import ClusterParameters
from models.completeness import CompletenessParameters
from models.crossing_parameters import CrossingParameters
from models.diffusion_parameters import DiffusionParameters
from models.displacement import DisplacementParameters
from models.effort_parameters import EffortParameters
from models.getis_ord import HotspotParameters
from models.indicator import IndicatorError, IndicatorSeries
from models.intensity import IntensityParameters
from models.patrol_parameters import PatrolParameters
from models.quality import QualityParameters
from models.retention import RetentionParameters
from models.scorecard import ScorecardParameters
from models.trend import TrendParameters
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.within_parameters import WithinParameters

Section = TypeVar("Section")


class PartnershipError(PlainError, ValueError):
    """Partnership settings that cannot be used; the sentence names the setting."""


@dataclass(frozen=True)
class Category:
    """A kind of incident; ``id`` is stored, ``label`` is shown."""

    id: str
    label: str


@dataclass(frozen=True)
class Resolutions:
    """H3 resolutions: what incidents are stored in, what planners see, what an overview shows."""

    stored: int
    map: int
    overview: int


@dataclass(frozen=True)
class Partnership:
    """Everything that differs from one partnership to another."""

    id: str
    name: str
    areas: AreaSet
    calendar: ShiftCalendar
    categories: tuple[Category, ...]
    resolutions: Resolutions
    intensity: IntensityParameters
    hotspots: HotspotParameters
    clusters: ClusterParameters
    crossings: CrossingParameters
    displacement: DisplacementParameters
    trend: TrendParameters
    completeness: CompletenessParameters
    quality: QualityParameters
    watch: WatchParameters
    false_alarms: ThresholdParameters
    efforts: EffortParameters
    within: WithinParameters
    retention: RetentionParameters
    diffusion: DiffusionParameters
    patrol: PatrolParameters
    scorecard: ScorecardParameters
    beats: tuple[Beat, ...]
    goals: tuple[Goal, ...] = ()
    breaks: tuple[SeriesBreak, ...] = ()
    indicators: tuple[IndicatorSeries, ...] = ()
    basemap: BasemapParameters = field(default_factory=BasemapParameters)

    @cached_property
    def category_index(self) -> Mapping[str, int]:
        """From category id to position in `categories`."""
        return {category.id: i for i, category in enumerate(self.categories)}


METHOD_SECTIONS: Mapping[str, type] = {
    "intensity": IntensityParameters,
    "hotspots": HotspotParameters,
    "clusters": ClusterParameters,
    "crossings": CrossingParameters,
    "displacement": DisplacementParameters,
    "trend": TrendParameters,
    "completeness": CompletenessParameters,
    "quality": QualityParameters,
    "watch": WatchParameters,
    "false_alarms": ThresholdParameters,
    "efforts": EffortParameters,
    "within": WithinParameters,
    "retention": RetentionParameters,
    "diffusion": DiffusionParameters,
    "patrol": PatrolParameters,
    "scorecard": ScorecardParameters,
}
REQUIRED = ("id", "name", "timezone", "metric_crs", "resolutions", "shifts", "categories")
OPTIONAL = ("beats", "goals", "breaks", "indicators", "basemap")


def parse_partnership(settings: Mapping[str, Any], areas: Mapping[str, Any]) -> Partnership:
    """A `Partnership` from the parsed ``partnership.toml`` and ``areas.geojson``.

    Raises `PartnershipError`, or the `AreaError`, `CalendarError` or `ProjectionError` of the part that is
    wrong.
    """
    missing = [name for name in REQUIRED if name not in settings]
    if missing:
        raise PartnershipError(f"partnership.toml lacks '{missing[0]}'")
    unknown = sorted(set(settings) - set(REQUIRED) - set(OPTIONAL) - set(METHOD_SECTIONS))
    if unknown:
        raise PartnershipError(f"partnership.toml has an unknown setting '{unknown[0]}'")
    methods: dict[str, Any] = {
        name: _section(f"[{name}]", kind, settings.get(name, {})) for name, kind in METHOD_SECTIONS.items()
    }
    parsed = parse_areas(areas, metric_crs=require_metric(_text("metric_crs", settings["metric_crs"])))
    categories = _categories(settings["categories"])
    goals, breaks = _listed("goals", Goal, settings), _listed("breaks", SeriesBreak, settings)
    require_agreement(goals, breaks, parsed, [category.id for category in categories])
    return Partnership(
        id=_text("id", settings["id"]),
        name=_text("name", settings["name"]),
        areas=parsed,
        calendar=shift_calendar(
            _text("timezone", settings["timezone"]),
            [_shift(entry) for entry in _entries("shifts", settings["shifts"])],
        ),
        categories=categories,
        resolutions=_resolutions(settings["resolutions"]),
        beats=_beats(settings, parsed),
        goals=goals,
        breaks=breaks,
        indicators=_indicators(settings),
        basemap=_section("[basemap]", BasemapParameters, settings.get("basemap", {})),
        **methods,
    )


def _section(where: str, kind: type[Section], values: object) -> Section:
    if not isinstance(values, Mapping):
        raise PartnershipError(f"{where} in partnership.toml must be a table")
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise PartnershipError(f"{where} has an unknown setting '{unknown[0]}'; it knows {', '.join(sorted(known))}")
    taken = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    try:
        return kind(**taken)
    except TypeError as error:
        lacking = sorted(known - set(values))
        raise PartnershipError(f"{where} lacks '{lacking[0] if lacking else error}'") from error
    except ValueError as error:
        raise PartnershipError(f"{where}: {error}") from error


def _entries(name: str, values: object) -> list[Mapping[str, Any]]:
    if not isinstance(values, list) or not values or not all(isinstance(v, Mapping) for v in values):
        raise PartnershipError(f"[[{name}]] in partnership.toml must be a list of tables")
    return values


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PartnershipError(f"'{name}' in partnership.toml must be a text, found {value!r}")
    return value.strip()


def _shift(entry: Mapping[str, Any]) -> Shift:
    start, stop = entry.get("start"), entry.get("stop")
    if not isinstance(start, time) or not isinstance(stop, time):
        raise PartnershipError(f"shift '{entry.get('id')}' needs start and stop as times of day, such as 07:00:00")
    shift_id = _text("shifts.id", entry.get("id"))
    return Shift(shift_id, _text("shifts.label", entry.get("label", shift_id)), start, stop)


def _categories(values: object) -> tuple[Category, ...]:
    entries = _entries("categories", values)
    found = tuple(
        Category(_text("categories.id", e.get("id")), _text("categories.label", e.get("label", e.get("id"))))
        for e in entries
    )
    ids = [category.id for category in found]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise PartnershipError(f"category '{twice[0]}' stands twice in partnership.toml")
    return found


def _beats(settings: Mapping[str, Any], areas: AreaSet) -> tuple[Beat, ...]:
    if "beats" not in settings:
        return (treated_beat(areas),)
    beats = []
    for entry in _entries("beats", settings["beats"]):
        beat_id, wanted = _text("beats.id", entry.get("id")), entry.get("areas")
        if not isinstance(wanted, list):
            raise PartnershipError(f"beat '{beat_id}' needs areas, a list of their ids")
        label, travel = _text("beats.label", entry.get("label", beat_id)), entry.get("travel", "walking")
        beats.append(Beat(beat_id, label, tuple(map(str, wanted)), travel))
    require_beats(beats, areas)
    return tuple(beats)


def _listed(name: str, kind: type[Section], settings: Mapping[str, Any]) -> tuple[Section, ...]:
    """A list of tables, each with the fields of ``kind``; none where the setting is not there."""
    if name not in settings:
        return ()
    return tuple(_section(f"[[{name}]]", kind, entry) for entry in _entries(name, settings[name]))


def _indicators(settings: Mapping[str, Any]) -> tuple[IndicatorSeries, ...]:
    found = _listed("indicators", IndicatorSeries, settings)
    ids = [series.id for series in found]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise IndicatorError(f"indicator '{twice[0]}' stands twice in partnership.toml")
    return found


def _resolutions(values: object) -> Resolutions:
    resolutions = _section("[resolutions]", Resolutions, values)
    order = (resolutions.overview, resolutions.map, resolutions.stored)
    if not all(isinstance(r, int) and 0 <= r <= FINEST for r in order) or list(order) != sorted(order):
        raise PartnershipError(
            f"[resolutions] must be whole numbers 0-{FINEST} with overview <= map <= stored, found {order}"
        )
    return resolutions
