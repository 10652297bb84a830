"""The same figures as data: GeoJSON (RFC 7946) for cells, plain JSON for displacement, trends and quality.

Longitude before latitude, 5 decimals; what is not a finite number is null.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from geo.areas import NO_AREA
from geo.grid import outline, to_text
from maps.claims import VERDICT_TEXT, claim_line
from maps.crossings import crossings_json
from maps.page import rounded
from models.calendar import to_date
from models.cell_emerging import CellEmerging
from models.cell_hotspots import CellHotspots
from models.daily import ClusterOnMap, DailyResult
from models.disclosure import MINIMUM_COUNT, ReleasedTrend
from models.displacement import DisplacementEstimate
from models.emerging_hot_spots import Pattern
from models.hot_cells import METHOD
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
from models.quality import Delay, ImportRecord, shown_count
from models.rate_ratio import RateRatio

DIGITS = 6  # significant digits of statistics; more would be noise
ALL = "all"


def cells_geojson(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    """A FeatureCollection of every cell of ``result``: counts by shift and category, Gi* by category."""
    cells = result.cells
    names = to_text(cells.cell)
    return {
        "type": "FeatureCollection",
        "bbox": [rounded(x) for x in partnership.areas.bounds],
        **_heading(result, partnership),
        "resolution": partnership.resolutions.map,
        "window_days": partnership.hotspots.window_days,
        "features": [_cell(result, partnership, i, name) for i, name in enumerate(names)],
    }


def displacement_json(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    """Every comparison of the displacement table; ``claim`` says which are claims, ``text`` how they read."""
    table = result.displacement
    return {
        **_heading(result, partnership),
        "treated": partnership.areas.treated.id,
        "controls": [area.id for area in partnership.areas.controls],
        "after": _period(table.after),
        "before": _period(table.before),
        "earlier": [_period(period) for period in table.earlier],
        "comparisons": [_comparison(result, partnership, estimate) for estimate in table.estimates],
        "clusters": {
            **crossings_json(result.followed, partnership),
            "standing": [_cluster(c, partnership) for c in result.clusters if c.incidents >= MINIMUM_COUNT],
        },
    }


def trends_json(
    released: Sequence[ReleasedTrend],
    windows: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    partnership: Partnership,
) -> dict[str, Any]:
    """Released trends; a hidden row has null in every figure."""
    return {
        "partnership": partnership.id,
        "windows": [
            {"days": after[1] - after[0], "before": _period(before), "after": _period(after)}
            for before, after in windows
        ],
        "trends": [_trend(row, partnership) for row in released],
    }


def quality_json(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    """The quality report; a count below ``minimum_count`` is null, and so is what would reveal one."""
    quality = result.quality
    return {
        **_heading(result, partnership),
        "window_days": quality.window_days,
        "minimum_count": MINIMUM_COUNT,
        "incidents": shown_count(quality.incidents),
        "freshness": {
            "last_event": _instant(quality.last_event_s),
            "last_report": _instant(quality.last_report_s),
            "last_import": _instant(quality.imports[0].imported_s if quality.imports else None),
        },
        "delays": {"report": _delay(quality.report_delay), "import": _delay(quality.import_delay)},
        "days": [
            {
                "date": to_date(d.day).isoformat(),
                "reported_share": None if d.share is None else _finite(d.share),
                "complete": d.complete,
            }
            for d in quality.days
        ],
        "imports": [_import(record) for record in quality.imports],
        "rejects": [{"reason": row.name, "rows": row.count} for row in quality.rejects],
        "geocoding": [{"method": row.name, "incidents": row.count} for row in quality.methods],
        "accuracy": [
            {"above_m": b.above_m, "up_to_m": _finite(b.up_to_m), "incidents": b.count} for b in quality.accuracy
        ],
        "dump_points": {
            "bound": quality.dump_bound,
            "found": quality.dump_point_count,
            "points": [
                {"lon": p.lon, "lat": p.lat, "area": _area_id(p.area, partnership), "incidents": p.incidents}
                for p in quality.dump_points
            ],
        },
        "duplicate_suspects": {"incidents": quality.duplicates, "groups": quality.duplicate_groups},
        "edge_share": None if quality.edge_share is None else _finite(quality.edge_share),
        "outside_share": None if quality.outside_share is None else _finite(quality.outside_share),
        "areas": [
            {"area": _area_id(a.area, partnership), "incidents": a.incidents, "edge": a.edge} for a in quality.areas
        ],
    }


def hotspots_geojson(found: CellHotspots) -> dict[str, Any]:
    """A FeatureCollection of every cell of a file's hotspots, the empty ones too; it says how each p was found."""
    columns = (found.count, found.z, found.p, found.q, found.hot, found.permutation_p)
    features = []
    for name, cell, *values in zip(to_text(found.cell), found.cell, *columns, strict=True):
        count, z, p, q, hot, permuted = (value.item() for value in values)
        features.append(
            {
                "type": "Feature",
                "id": name,
                "geometry": _polygon(int(cell)),
                "properties": {
                    "cell": name,
                    "count": count,
                    "gi_z": z,
                    "gi_p": p,
                    "gi_q": q,
                    "hot": hot,
                    "permutation_p": permuted,
                },
            }
        )
    return {
        "type": "FeatureCollection",
        "p_method": METHOD,
        "permutation_method": found.permutation_method,
        "features": features,
    }


def emerging_geojson(result: CellEmerging) -> dict[str, Any]:
    """A FeatureCollection of every cell: its class, its counts and Gi* z by bin, oldest first, and its trend."""
    found = result.found
    features = []
    for i, name in enumerate(to_text(result.cell)):
        side = int(found.side[i])
        properties = {
            "cell": name,
            "class": Pattern(found.pattern[i]).name.lower(),
            "side": {1: "hot", -1: "cold"}.get(side),
            "trend_z": _finite(found.trend_z[i]),
            "trend_p": _finite(found.trend_p[i]),
            "counts": result.count[i].tolist(),
            "gi_z": [_finite(z) for z in found.z[i]],
            "hot_bins": np.flatnonzero(found.hot[i]).tolist(),
            "cold_bins": np.flatnonzero(found.cold[i]).tolist(),
        }
        geometry = _polygon(int(result.cell[i]))
        features.append({"type": "Feature", "id": name, "geometry": geometry, "properties": properties})
    return {
        "type": "FeatureCollection",
        "start": to_date(result.first_day).isoformat(),
        "bin_days": result.bin_days,
        "bins": result.count.shape[1],
        "features": features,
    }


def _heading(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    return {
        "partnership": partnership.id,
        "date": result.date.isoformat(),
        "as_of": result.as_of.isoformat(),
        "complete_until": to_date(result.status.completeness.complete_until_day).isoformat(),
        "synthetic": result.status.synthetic,
    }


def _cell(result: DailyResult, partnership: Partnership, i: int, name: str) -> dict[str, Any]:
    cells = result.cells
    area = int(cells.area[i])
    return {
        "type": "Feature",
        "id": name,
        "geometry": _polygon(int(cells.cell[i])),
        "properties": {
            "cell": name,
            "area": partnership.areas.areas[area].id if area >= 0 else None,
            "expected": _by_shift(cells.expected[i], partnership),
            "recent": _by_shift(cells.recent[i], partnership),
            "observed": _by_shift(cells.observed[i], partnership),
            "gi": {
                category: {
                    "z": _finite(cells.gi_z[i, k]),
                    "p": _finite(cells.gi_p[i, k]),
                    "q": _finite(cells.gi_q[i, k]),
                    "hot": bool(cells.hot[i, k]),
                }
                for k, category in enumerate([*(c.id for c in partnership.categories), ALL])
            },
        },
    }


def _polygon(cell: int) -> dict[str, Any]:
    ring = [[rounded(lon), rounded(lat)] for lon, lat in outline(cell)]
    return {"type": "Polygon", "coordinates": [ring]}


def _by_shift(counts: Any, partnership: Partnership) -> dict[str, dict[str, float]]:
    """Counts (shifts, categories) by id, zeros left out."""
    found = {
        shift.id: {
            category.id: rounded(value)
            for category, value in zip(partnership.categories, row, strict=True)
            if rounded(value)
        }
        for shift, row in zip(partnership.calendar.shifts, counts.tolist(), strict=True)
    }
    return {shift: row for shift, row in found.items() if row}


def _comparison(result: DailyResult, partnership: Partnership, estimate: DisplacementEstimate) -> dict[str, Any]:
    claimed = estimate.verdict == "displacement"
    return {
        "neighbour": partnership.areas.areas[estimate.neighbour].id,
        "category": _category(estimate.category, partnership),
        "comparison": estimate.comparison,
        "periods": estimate.periods,
        "claim": claimed,
        "verdict": estimate.verdict,
        "text": claim_line(estimate, result.displacement, partnership) if claimed else VERDICT_TEXT[estimate.verdict],
        "treated": _change(estimate.treated.before, estimate.treated.after),
        "displaced": _change(estimate.neighbour_change.before, estimate.neighbour_change.after),
        "control": _change(estimate.control.before, estimate.control.after),
        "wdd": {
            name: _finite(getattr(estimate.wdd, name)) for name in ("estimate", "standard_error", "lower", "upper", "p")
        },
        "treated_ratio": _ratio(estimate.treated_ratio),
        "displaced_ratio": _ratio(estimate.neighbour_ratio),
        "p": _finite(estimate.p),
        "p_adjusted": _finite(estimate.p_adjusted),
    }


def _cluster(cluster: ClusterOnMap, partnership: Partnership) -> dict[str, Any]:
    """A cluster of the run's date; ``since`` null where it was there when following started."""
    return {
        "cluster": cluster.id,
        "since": cluster.since.isoformat() if cluster.since else None,
        "area": _area_id(cluster.area, partnership),
        "lon": rounded(cluster.lon),
        "lat": rounded(cluster.lat),
        "incidents": cluster.incidents,
    }


def _trend(row: ReleasedTrend, partnership: Partnership) -> dict[str, Any]:
    return {
        "area": partnership.areas.areas[row.area].id,
        "category": _category(row.category, partnership),
        "window_days": row.window_days,
        "before": row.before,
        "after": row.after,
        "ratio": _ratio(row.ratio) if row.ratio else None,
        "trend": row.trend,
    }


def _import(record: ImportRecord) -> dict[str, Any]:
    # Rows read and rows known already are left out: with them, a small count could be found by subtracting.
    return {
        "imported_at": _instant(record.imported_s),
        "source": record.source,
        "accepted": shown_count(record.accepted),
        "rejected": shown_count(record.rejected),
        "created": shown_count(record.created),
        "changed": shown_count(record.changed),
        "dropped_columns": record.dropped_columns,
    }


def _delay(delay: Delay | None) -> dict[str, Any] | None:
    if delay is None:
        return None
    return {"incidents": delay.incidents, "median_s": round(delay.median_s), "p90_s": round(delay.p90_s)}


def _instant(instant_s: int | None) -> str | None:
    return None if instant_s is None else datetime.fromtimestamp(instant_s, UTC).isoformat()


def _area_id(area: int, partnership: Partnership) -> str | None:
    return None if area == NO_AREA else partnership.areas.areas[area].id


def _category(category: int, partnership: Partnership) -> str:
    return ALL if category == ALL_CATEGORIES else partnership.categories[category].id


def _change(before: float, after: float) -> dict[str, float | None]:
    return {"before": _finite(before), "after": _finite(after)}


def _ratio(ratio: RateRatio) -> dict[str, float | None]:
    return {name: _finite(getattr(ratio, name)) for name in ("ratio", "lower", "upper", "p")}


def _period(period: tuple[int, int]) -> dict[str, str]:
    """First day and, half-open, the day after the last."""
    return {"start": to_date(period[0]).isoformat(), "stop": to_date(period[1]).isoformat()}


def _finite(value: float) -> float | None:
    value = float(value)
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
