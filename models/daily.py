"""The daily run: every product of one partnership for one date, from what was known at its as-of.

The as-of of a date is the instant its first shift starts: products for Monday use what was known on Monday
at 07:00, and the last shift-date in them is Sunday.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from geo.grid import Cells, adjacency, cells_with_centre_inside, centres, parents
from geo.projection import to_degrees
from models.aoristic import ONE_PPM
from models.backtest import PanelRows
from models.calendar import to_date, to_day_number
from models.cluster_following import FollowedClusters, StandingCluster, follow_clusters, followed_days
from models.completeness import Completeness, estimate_completeness
from models.displacement import DisplacementTable, displacement_table
from models.hot_cells import hot_cells
from models.hour_profile import clock_hours
from models.intensity import expected_intensity
from models.panel import REPORTED, IncidentColumns, Panel, panel_of
from models.partnership import Partnership
from models.quality import IntakeHistory, QualityReport, quality_report
from models.retention import named
from models.scorecard import BLOCK_DAYS, Scorecard, known_rows, scorecard
from models.trend import TrendTable, trend_table

# A stray early date must not make years of silence look like history: this share of the incidents is
# disregarded when the first day of the data is determined.
STRAY_SHARE = 0.001
DAY_S = 86_400
SILENCE_S = DAY_S


class DailyError(PlainError, ValueError):
    """There is nothing to compute a day's products from."""


@dataclass(frozen=True)
class DailyInputs:
    """What was known at the as-of: the panel, and the incidents of the recent past with their points.

    ``history`` says how they came in. It describes the inputs and is none: no number but those of the quality
    report depends on it.
    """

    panel: Panel
    recent: IncidentColumns
    synthetic: bool
    history: IntakeHistory = field(default_factory=IntakeHistory)


@dataclass(frozen=True)
class DataStatus:
    """How much data a run rests on and how fresh it is; counts are of incidents inside the areas."""

    incidents: int
    observed: int
    first_day: int
    last_event_s: int
    as_of_s: int
    completeness: Completeness
    edge_share: float
    synthetic: bool


@dataclass(frozen=True)
class CellColumns:
    """Cells at the map resolution, as columns of length n; S shifts, K categories.

    ``area`` holds the cell's centre (-1 for none; an incident's own area may be another). ``expected`` is the
    expected number of reported incidents in that shift of the date, shape (n, S, K). ``recent`` and
    ``observed`` are counts in the hotspot window, shape (n, S, K). ``gi_z``, ``gi_p``, ``gi_q`` and ``hot``
    have shape (n, K + 1), the last column for all categories together, as `models.hot_cells` says. ``hours`` (n, 24)
    are the reported incidents of the recent past by the hour of the clock.
    """

    cell: Cells
    area: NDArray[np.int16]
    expected: NDArray[np.float64]
    recent: NDArray[np.float64]
    observed: NDArray[np.float64]
    gi_z: NDArray[np.float64]
    gi_p: NDArray[np.float64]
    gi_q: NDArray[np.float64]
    hot: NDArray[np.bool_]
    hours: NDArray[np.float64]


@dataclass(frozen=True)
class ClusterOnMap:
    """A dense group of recent incidents: centre and hull in degrees, radius in metres.

    ``id`` is its lasting name and ``since`` the day it was born; None where it was there when following started.
    """

    id: str
    since: date | None
    lon: float
    lat: float
    radius_m: float
    incidents: int
    area: int
    top_category: int
    hull: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class DailyResult:
    """Everything one run says.

    ``area_counts`` (areas, days, K) are the reported incidents from the first day of the data on; of those of the
    recent past, ``edge_counts`` (areas, days, K) are closer to a boundary than they are accurate.
    ``shift_counts`` (areas, days, S) are those of which it is certain in which shift they fell.
    """

    date: date
    as_of: datetime
    status: DataStatus
    cells: CellColumns
    scorecard: Scorecard
    clusters: tuple[ClusterOnMap, ...]
    followed: FollowedClusters
    displacement: DisplacementTable
    trend: TrendTable
    quality: QualityReport
    area_counts: NDArray[np.float64]
    edge_counts: NDArray[np.float64]
    shift_counts: NDArray[np.float64]


def daily_result(partnership: Partnership, inputs: DailyInputs, *, day: date) -> DailyResult:
    """All products for ``day``; the same inputs give the same numbers.

    Raises `DailyError` where no incident inside the areas was known before the as-of.
    """
    as_of = partnership.calendar.start_of(day)
    target_day = to_day_number(day)
    panel = inputs.panel.take((inputs.panel.day < target_day) & (inputs.panel.area >= 0))
    if len(panel) == 0:
        raise DailyError(f"no incident inside the areas of '{partnership.id}' was known before {as_of:%Y-%m-%d %H:%M}")
    recent = inputs.recent.take(inputs.recent.area >= 0)
    first_day = _first_day(panel)
    heard_s, heard_day = _heard(recent, as_of)
    completeness = _completeness(partnership, recent, heard_s, heard_day, first_day)
    counts = _area_counts(partnership, panel, first_day, target_day)
    followed = follow_clusters(partnership, recent.take(np.isfinite(recent.lon)), day=target_day)
    roles = [area.role for area in partnership.areas.areas]
    cells, scored = _cells(
        partnership, named(panel), recent, days=(first_day, completeness.complete_until_day, target_day)
    )
    return DailyResult(
        date=day,
        as_of=as_of,
        status=_status(panel, recent, as_of, first_day, completeness, synthetic=inputs.synthetic),
        cells=cells,
        scorecard=scored,
        clusters=tuple(_on_map(partnership, recent, cluster) for cluster in followed.standing),
        followed=followed,
        displacement=displacement_table(
            counts,
            first_day=first_day,
            complete_until_day=completeness.complete_until_day,
            treated=roles.index("treated"),
            neighbours=[i for i, role in enumerate(roles) if role == "neighbour"],
            controls=[i for i, role in enumerate(roles) if role == "control"],
            parameters=partnership.displacement,
        ),
        trend=trend_table(
            counts,
            first_day=first_day,
            complete_until_day=completeness.complete_until_day,
            parameters=partnership.trend,
        ),
        quality=quality_report(
            inputs.recent,
            inputs.history,
            completeness,
            as_of_s=int(as_of.timestamp()),
            as_of_day=target_day,
            heard_day=heard_day,
            mature_days=partnership.completeness.mature_days,
            n_areas=len(roles),
            parameters=partnership.quality,
        ),
        area_counts=counts,
        edge_counts=_area_counts(
            partnership, panel_of(recent.take(recent.edge), partnership.calendar), first_day, target_day
        ),
        shift_counts=_shift_counts(partnership, panel, first_day, target_day),
    )


def recent_days(partnership: Partnership) -> int:
    """How far back, in days, `DailyInputs.recent` must reach."""
    delays = partnership.completeness.mature_days + partnership.completeness.history_days
    return max(delays, followed_days(partnership), partnership.quality.window_days)


def _first_day(panel: Panel) -> int:
    order = np.argsort(panel.day, kind="stable")
    weight = np.cumsum(panel.weight_ppm[order])
    return int(panel.day[order][np.searchsorted(weight, STRAY_SHARE * weight[-1])])


def _heard(recent: IncidentColumns, as_of: datetime) -> tuple[int, int]:
    """The instant and the day that the flow of reports reaches.

    Where the newest report is older than `SILENCE_S`, the file simply ends there: the days after it are
    missing, not quiet.
    """
    heard_s = min(int(as_of.timestamp()), int(recent.known_s.max(initial=0)) + SILENCE_S)
    return heard_s, to_day_number(datetime.fromtimestamp(heard_s, as_of.tzinfo).date())


def _completeness(
    partnership: Partnership, recent: IncidentColumns, heard_s: int, heard_day: int, first_day: int
) -> Completeness:
    """Days that are complete, within the data and before the flow of reports stopped."""
    found = estimate_completeness(
        recent.to_s, recent.known_s, as_of_s=heard_s, as_of_day=heard_day, parameters=partnership.completeness
    )
    return replace(found, complete_until_day=max(found.complete_until_day, first_day))


def _status(
    panel: Panel,
    recent: IncidentColumns,
    as_of: datetime,
    first_day: int,
    completeness: Completeness,
    *,
    synthetic: bool,
) -> DataStatus:
    as_of_s = int(as_of.timestamp())
    reported = panel.basis == REPORTED
    return DataStatus(
        incidents=round(panel.count.sum()),
        observed=round(panel.count[~reported].sum()),
        first_day=first_day,
        last_event_s=int(recent.to_s.max()) if len(recent) else int((panel.day.max() + 1) * DAY_S),
        as_of_s=as_of_s,
        completeness=completeness,
        edge_share=float(recent.edge.mean()) if len(recent) else 0.0,
        synthetic=synthetic,
    )


def _area_counts(partnership: Partnership, panel: Panel, first_day: int, stop_day: int) -> NDArray[np.float64]:
    """Reported incidents per area, day and category: shape (areas, stop_day - first_day, K)."""
    shape = (len(partnership.areas.areas), stop_day - first_day, len(partnership.categories))
    counts = np.zeros(shape)
    rows = panel.take((panel.basis == REPORTED) & (panel.day >= first_day) & (panel.day < stop_day))
    np.add.at(counts, (rows.area, rows.day - first_day, rows.category), rows.count)
    return counts


def _shift_counts(partnership: Partnership, panel: Panel, first_day: int, stop_day: int) -> NDArray[np.float64]:
    """Reported incidents per area, day and shift, whole: shape (areas, stop_day - first_day, S).

    A row of the panel, a cell of some 40 metres in one shift, seldom holds more than one incident: what it lacks to a
    whole one tells of an incident spread over several shifts, which says nothing of where between them crime went.
    """
    shape = (len(partnership.areas.areas), stop_day - first_day, len(partnership.calendar.shifts))
    counts = np.zeros(shape)
    rows = panel.take((panel.basis == REPORTED) & (panel.day >= first_day))
    missing_ppm = ONE_PPM - round(partnership.within.certain_share * ONE_PPM)
    certain = (rows.weight_ppm + missing_ppm) // ONE_PPM
    np.add.at(counts, (rows.area, rows.day - first_day, rows.shift), certain)
    return counts


def _cells(
    partnership: Partnership, panel: Panel, recent_incidents: IncidentColumns, *, days: tuple[int, int, int]
) -> tuple[CellColumns, Scorecard]:
    """``days``: the first of the data, the first that is not complete, and the target."""
    first_day, complete_until_day, target_day = days
    if len(panel):
        # Where older cells are deleted, days before the first that is left are unknown and not quiet.
        first_day = max(first_day, int(panel.day.min()))
    resolution = partnership.resolutions.map
    home = parents(panel.cell, resolution)
    inside = [cells_with_centre_inside(area.polygon, resolution) for area in partnership.areas.areas]
    cells = np.unique(np.concatenate([home, *inside]))
    position = np.searchsorted(cells, home)
    reported = panel.basis == REPORTED
    shape = (len(cells), len(partnership.calendar.shifts), len(partnership.categories))
    history = panel.take(reported)
    ring = adjacency(cells)
    expected = expected_intensity(
        position[reported],
        history.day,
        history.shift,
        history.category,
        history.count,
        n_cells=shape[0],
        n_shifts=shape[1],
        n_categories=shape[2],
        ring=ring,
        first_day=first_day,
        as_of_day=target_day,
        target_day=target_day,
        parameters=partnership.intensity,
    )
    since = target_day - partnership.hotspots.window_days
    recent = _counts(panel, position, reported & (panel.day >= since), shape)
    by_category = recent.sum(axis=1)
    found = hot_cells(
        np.column_stack([by_category, by_category.sum(axis=1)]),
        adjacency(cells, k=partnership.hotspots.neighbour_steps, include_self=True),
        level=partnership.hotspots.q,
    )
    scored = scorecard(
        _rows_as_known(partnership, (history, position[reported]), recent_incidents, cells, target_day),
        shape=shape,
        ring=ring,
        first_day=first_day,
        complete_until_day=complete_until_day,
        target_day=target_day,
        intensity=partnership.intensity,
        parameters=partnership.scorecard,
        # The same draws on every day of the same four weeks.
        rng=np.random.default_rng(complete_until_day // BLOCK_DAYS),
    )
    columns = CellColumns(
        cell=cells,
        area=partnership.areas.locate(*centres(cells)).area,
        expected=expected,
        recent=recent,
        observed=_counts(panel, position, ~reported & (panel.day >= since), shape),
        gi_z=found.z,
        gi_p=found.p,
        gi_q=found.q,
        hot=found.hot,
        hours=_hours(partnership, recent_incidents, cells),
    )
    return columns, scored


def _rows_as_known(
    partnership: Partnership,
    placed: tuple[Panel, NDArray[np.intp]],
    recent: IncidentColumns,
    cells: Cells,
    target_day: int,
) -> PanelRows:
    """The history, ``placed`` by the positions of its cells, with the day on which each incident became known.

    For what is older than the recent past that was the day itself, as far as anybody can tell.
    """
    history, position = placed
    since = target_day - recent_days(partnership) + 2
    home = np.minimum(np.searchsorted(cells, parents(recent.cell, partnership.resolutions.map)), len(cells) - 1)
    new = known_rows(recent, partnership.calendar, home)
    new = new.take((new.day >= since) & (new.day < target_day))
    old = history.day < since
    day = history.day[old].astype(np.int64)
    return PanelRows(
        cell=np.concatenate([position[old], new.cell]),
        day=np.concatenate([day, new.day]),
        shift=np.concatenate([history.shift[old], new.shift]),
        count=np.concatenate([history.count[old], new.count]),
        known_day=np.concatenate([day, new.known_day if new.known_day is not None else new.day]),
        category=np.concatenate([history.category[old], new.category if new.category is not None else new.cell]),
    )


def _hours(partnership: Partnership, incidents: IncidentColumns, cells: Cells) -> NDArray[np.float64]:
    home = parents(incidents.cell, partnership.resolutions.map)
    position = np.minimum(np.searchsorted(cells, home), len(cells) - 1)
    counted = (incidents.basis == REPORTED) & (cells[position] == home)
    return clock_hours(
        incidents.from_s[counted],
        incidents.to_s[counted],
        position[counted],
        len(cells),
        partnership.calendar.timezone,
    )


def _counts(
    panel: Panel, position: NDArray[np.intp], which: NDArray[np.bool_], shape: tuple[int, int, int]
) -> NDArray[np.float64]:
    counts = np.zeros(shape)
    rows = panel.take(which)
    np.add.at(counts, (position[which], rows.shift, rows.category), rows.count)
    return counts


def _on_map(partnership: Partnership, incidents: IncidentColumns, standing: StandingCluster) -> ClusterOnMap:
    crs, cluster = partnership.areas.metric_crs, standing.cluster
    lon, lat = to_degrees(np.array([cluster.x_m]), np.array([cluster.y_m]), crs)
    hull_lon, hull_lat = to_degrees(cluster.hull_xy[:, 0], cluster.hull_xy[:, 1], crs)
    categories = np.bincount(incidents.category[standing.incident], minlength=len(partnership.categories))
    return ClusterOnMap(
        id=standing.id,
        since=None if standing.born_day is None else to_date(standing.born_day),
        lon=float(lon[0]),
        lat=float(lat[0]),
        radius_m=cluster.radius_m,
        incidents=cluster.incidents,
        area=int(partnership.areas.locate(lon, lat).area[0]),
        top_category=int(categories.argmax()),
        hull=tuple(zip(hull_lon.tolist(), hull_lat.tolist(), strict=True)),
    )
