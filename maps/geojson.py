"""The same figures as data: GeoJSON (RFC 7946) for cells, plain JSON for alerts and trends.

Longitude before latitude, 5 decimals; what is not a finite number is null.
"""

import math
from collections.abc import Sequence
from typing import Any

from geo.grid import outline, to_text
from maps.claims import VERDICT_TEXT, claim_line
from maps.page import rounded
from models.calendar import to_date
from models.cell_hotspots import CellHotspots
from models.daily import DailyResult
from models.disclosure import ReleasedTrend
from models.displacement import DisplacementEstimate
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
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


def alerts_json(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    """Every comparison of the displacement table; ``claim`` says which are claims, ``text`` how they read."""
    table = result.displacement
    return {
        **_heading(result, partnership),
        "treated": partnership.areas.treated.id,
        "controls": [area.id for area in partnership.areas.controls],
        "after": _period(table.after),
        "before": _period(table.before),
        "earlier": [_period(period) for period in table.earlier],
        "alerts": [_alert(result, partnership, estimate) for estimate in table.estimates],
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


def hotspots_geojson(found: CellHotspots) -> dict[str, Any]:
    """A FeatureCollection of every cell of a file's hotspots, the empty ones too."""
    columns = (found.count, found.z, found.p, found.q, found.hot)
    features = []
    for name, cell, *values in zip(to_text(found.cell), found.cell, *columns, strict=True):
        count, z, p, q, hot = (value.item() for value in values)
        features.append(
            {
                "type": "Feature",
                "id": name,
                "geometry": _polygon(int(cell)),
                "properties": {"cell": name, "count": count, "gi_z": z, "gi_p": p, "gi_q": q, "hot": hot},
            }
        )
    return {"type": "FeatureCollection", "features": features}


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


def _alert(result: DailyResult, partnership: Partnership, estimate: DisplacementEstimate) -> dict[str, Any]:
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
