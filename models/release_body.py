"""A release as it is stored and leaves: what is shown and nothing that is not, as plain values for JSON and CSV."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.disclosure import MINIMUM_COUNT
from models.partnership import Partnership
from models.release_period import ReleasePeriod, release_period
from models.release_snapshot import MonthCounts
from models.release_table import RULE_VERSION, Audience, ReleaseTable

Body = Mapping[str, Any]
ALL = "all"
RULE = (
    "counts below {minimum} and counts that would give one of them away are null; zero and suppressed look alike; "
    "reported incidents, whole, as they were known when the month was first released"
)


def release_body(
    made: ReleaseTable,
    counted: MonthCounts,
    partnership: Partnership,
    *,
    audience: Audience,
    as_of: datetime,
    synthetic: bool,
) -> dict[str, Any]:
    """``made`` with the names of what it counts; figures that are not shown are None."""
    figures = shown_figures(made.counts, made.shown)
    name = {area.id: area.name for area in partnership.areas.areas}
    label = {category.id: category.label for category in partnership.categories}
    body = {
        "partnership": partnership.id,
        "audience": audience,
        "table": made.table,
        "period": str(made.period),
        "kind": made.period.kind,
        "start": made.period.start.isoformat(),
        "stop": made.period.stop.isoformat(),
        "as_of": as_of.isoformat(),
        "synthetic": synthetic,
        "rule": {"version": RULE_VERSION, "minimum": MINIMUM_COUNT, "text": RULE.format(minimum=MINIMUM_COUNT)},
        "areas": [{"id": area, "name": name.get(area, area)} for area in counted.areas],
    }
    if made.table == "areas":
        categories = [{"id": c, "label": label.get(c, c)} for c in counted.categories]
        return body | {"categories": categories, "figures": figures}
    cells = [
        {"area": cell.area, "resolution": cell.resolution, "cells": list(cell.cells), "count": figure}
        for cell, figure in zip(counted.cells, figures, strict=True)
    ]
    return body | {"cells": cells}


def shown_figures(counts: NDArray[np.int64], shown: NDArray[np.bool_]) -> list[Any]:
    """``counts`` as plain values, nested as the array is; None where a figure is not shown."""
    figures = counts.astype(object)
    figures[~shown] = None
    found: list[Any] = figures.tolist()
    return found


def period_of(body: Body) -> ReleasePeriod:
    """The period a release is about."""
    return release_period(body["period"])


def shown_in(body: Body) -> NDArray[np.bool_]:
    """Which figures of its table a release shows."""
    figures = body["figures"] if body["table"] == "areas" else [cell["count"] for cell in body["cells"]]
    return np.array([[x is not None for x in row] if isinstance(row, list) else row is not None for row in figures])


def csv_of(body: Body) -> str:
    """The figures as ``period,area,category,count`` or ``period,area,resolution,cells,count``; empty where hidden."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_lines(body))
    return text.getvalue()


def _lines(body: Body) -> Iterator[list[Any]]:
    if body["table"] == "cells":
        yield ["period", "area", "resolution", "cells", "count"]
        for cell in body["cells"]:
            yield [body["period"], cell["area"], cell["resolution"], " ".join(cell["cells"]), cell["count"]]
        return
    yield ["period", "area", "category", "count"]
    areas = [*(area["id"] for area in body["areas"]), ALL]
    categories = [*(category["id"] for category in body["categories"]), ALL]
    for area, row in zip(areas, body["figures"], strict=True):
        for category, figure in zip(categories, row, strict=True):
            yield [body["period"], area, category, figure]
