"""The daily map: expected intensity, recent incidents and significant hot cells of one run."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely

from geo.grid import cells_at, centres, outline
from maps import danish
from maps.assets import Assets
from maps.basemap import basemap
from maps.cells import CellTable, cell_payload, limits
from maps.colours import OBSERVED, SEQUENTIAL, SIGNIFICANCE
from maps.page import Frame, PageLinks, render, rounded
from maps.places import place_names
from maps.shell import map_shell
from maps.status import data_age
from models.daily import ClusterOnMap, DailyResult
from models.partnership import Partnership

UNCERTAIN_BELOW = 5  # incidents in the window; a cell with fewer is drawn hatched


def daily_page(
    result: DailyResult,
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    assets: Assets,
    runs: Sequence[date],
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The page of one run; ``runs`` are the dates there are pages of, to move between."""
    table = cell_table(result, partnership, sketch)
    return render(
        "daily",
        Frame(
            title=f"Dagens kort, {danish.long_date(result.date)}",
            partnership=partnership.name,
            here="daily",
            assets=assets,
            synthetic=synthetic,
            links=links,
            attribution=basemap(partnership.areas, sketch)["attribution"],
        ),
        result=result,
        partnership=partnership,
        data_age=data_age(result, partnership),
        runs=[
            (day, danish.short_date(day, result.date), links.daily_at(day))
            for day in sorted({*runs, result.date}, reverse=True)
        ],
        shell=map_shell(
            partnership.areas,
            label="Kort over celler. Samme oplysninger står i tabellen.",
            focus=("treated",),
        ),
        basemap=basemap(partnership.areas, sketch),
        colours=[*SEQUENTIAL, *(colour for _, colour in SIGNIFICANCE)],
        completeness_by_age=_completeness_by_age(result),
        uncertain_below=UNCERTAIN_BELOW,
        payload=_payload(result, partnership, table),
    )


def cell_table(result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any] | None) -> CellTable:
    """The cells of ``result`` that have something to show, with their places."""
    cells = result.cells
    shown = (cells.expected.sum((1, 2)) > 0) | (cells.recent.sum((1, 2)) > 0) | (cells.observed.sum((1, 2)) > 0)
    area = cells.area[shown]
    places = place_names(*centres(cells.cell[shown]), area, areas=partnership.areas, sketch=sketch)
    near = np.array([a.role != "control" for a in partnership.areas.areas])
    return CellTable(
        cell=cells.cell[shown],
        area=area,
        place=places,
        expected=cells.expected[shown],
        recent=cells.recent[shown],
        observed=cells.observed[shown],
        q=cells.gi_q[shown],
        hot=cells.hot[shown],
        ranked=(area >= 0) & near[area],
    )


def _payload(result: DailyResult, partnership: Partnership, table: CellTable) -> dict[str, Any]:
    west, south, _, _ = partnership.areas.bounds
    return {
        "kind": "cells",
        "hasExpected": True,
        "shifts": [shift.label for shift in partnership.calendar.shifts],
        "shiftIds": [shift.id for shift in partnership.calendar.shifts],
        "categories": [category.label for category in partnership.categories],
        "categoryIds": [category.id for category in partnership.categories],
        "windowDays": partnership.hotspots.window_days,
        "uncertainBelow": UNCERTAIN_BELOW,
        "colours": SEQUENTIAL,
        "significance": significance(partnership.hotspots.q),
        "observedColour": OBSERVED,
        "limits": limits(table),
        "ranked": np.flatnonzero(table.ranked).tolist(),
        "cells": cell_payload(table, (rounded(west), rounded(south))),
        "clusters": [_cluster(cluster, partnership.resolutions.map) for cluster in result.clusters],
    }


def significance(q: float) -> list[tuple[float, str]]:
    """Upper limit of q and colour of each class of hot cells; the widest class is the partnership's own."""
    return [(q, SIGNIFICANCE[0][1]), *((limit, colour) for limit, colour in SIGNIFICANCE[1:] if limit < q)]


def _cluster(cluster: ClusterOnMap, resolution: int) -> dict[str, Any]:
    """Outlined by cells of the map's ``resolution``: corners of the hull are incidents, and planners see no points."""
    lon, lat = np.array([(cluster.lon, cluster.lat), *cluster.hull]).T
    cells = np.unique(cells_at(lon, lat, resolution))
    corners = shapely.MultiPoint([corner for cell in cells.tolist() for corner in outline(cell)]).convex_hull
    return {
        "incidents": cluster.incidents,
        "hull": [[rounded(x), rounded(y)] for x, y in shapely.get_coordinates(corners)[:-1].tolist()],
    }


def _completeness_by_age(result: DailyResult) -> list[tuple[int, float]]:
    """Share of incidents known within 0, 1, 2 ... days, in percent, for the last week."""
    shares = result.status.completeness.share_by_age
    return [(age, 100 * float(share)) for age, share in enumerate(shares[:8])]
