"""Released tables of the partnership's areas, and reports of them, for tests."""

from dataclasses import replace
from typing import Any

import numpy as np

from models.indicator import IndicatorValue
from models.partnership import Partnership
from models.report_body import CitedRelease, ReportSources, report_body


def released(partnership: Partnership, period: str, kind: str, counts: np.ndarray, **changes: object) -> dict[str, Any]:
    """The body of a release that hides what is below 5; ``counts`` are (areas, categories)."""
    figures = np.pad(counts, ((0, 1), (0, 1)))
    figures[-1] = figures.sum(axis=0)
    figures[:, -1] = figures.sum(axis=1)
    return {
        "table": "areas",
        "period": period,
        "kind": kind,
        "synthetic": True,
        "as_of": "2026-11-02T07:00:00+01:00",
        "rule": {"version": 1, "minimum": 5, "text": "…"},
        "areas": [{"id": area.id, "name": area.name} for area in partnership.areas.areas],
        "categories": [{"id": one.id, "label": one.label} for one in partnership.categories],
        "figures": [[None if x < 5 else int(x) for x in row] for row in figures],
        **changes,
    }


def counts_of(partnership: Partnership, *, moved: int = 0) -> np.ndarray:
    """Even counts in which ``moved`` incidents of the first category went from the treated area to Skt. Hans Torv."""
    counts = np.full((len(partnership.areas.areas), len(partnership.categories)), 30)
    counts[partnership.areas.index[partnership.areas.treated.id], 0] = 160 - moved
    counts[partnership.areas.index["sankt-hans-torv"], 0] = 20 + moved
    return counts


def some_report(
    partnership: Partnership, *, moved: int = 0, values: tuple[IndicatorValue, ...] = (), **settings: Any
) -> dict[str, Any]:
    """A half-year's report beside the one of the year before."""
    before = CitedRelease(1, released(partnership, "2025-H1", "half-year", counts_of(partnership)))
    now = CitedRelease(2, released(partnership, "2026-H1", "half-year", counts_of(partnership, moved=moved)))
    return report_body(ReportSources(now, before, {2025: before}, values), replace(partnership, **settings))
