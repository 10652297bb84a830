"""The page of file mode: hotspots of a set of points, for any city and without partnership files."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.grid import Cells, centres
from maps import danish
from maps.assets import Assets
from maps.basemap import sketch_features
from maps.cells import CellTable, cell_payload, limits
from maps.colours import OBSERVED, SEQUENTIAL
from maps.daily import UNCERTAIN_BELOW, significance
from maps.page import Frame, render, rounded
from maps.shell import shell_of


def hotspots_page(  # noqa: PLR0917 - six columns that belong together
    cells: Cells,
    counts: NDArray[np.float64],
    z: NDArray[np.float64],
    p: NDArray[np.float64],
    q: NDArray[np.float64],
    hot: NDArray[np.bool_],
    *,
    title: str,
    resolution: int,
    level: float = 0.05,
    assets: Assets,
    outline: shapely.Geometry | None,
    sketch: Mapping[str, Any] | None = None,
) -> str:
    """The page of Gi* on ``cells``; all columns of length n, as `models.cell_hotspots` gives them.

    ``level`` is the q up to which a cell is ``hot``; ``outline`` (lon/lat) the area the grid was cut from;
    ``sketch`` is drawn below.
    """
    shown = (counts > 0) | hot
    heading = f"Hotspots: {title}"
    attribution = str((sketch or {}).get("attribution", ""))
    return render(
        "hotspots",
        Frame(heading, heading, "hotspots", assets, synthetic=False, links=None, attribution=attribution),
        title=heading,
        resolution=resolution,
        level=level,
        total=float(counts.sum()),
        cells=len(cells),
        hot=int(hot.sum()),
        busiest=_busiest(z, p, hot),
        uncertain_below=UNCERTAIN_BELOW,
        colours=[*SEQUENTIAL, *(colour for _, colour in significance(level))],
        shell=shell_of(_bounds(cells[shown], outline), label="Kort over celler. Samme oplysninger står i tabellen."),
        basemap={"attribution": attribution, "features": sketch_features(sketch), "areas": _outline(outline)},
        payload=_payload(cells[shown], counts[shown], q[shown], hot[shown], level),
    )


def _payload(
    cells: Cells, counts: NDArray[np.float64], q: NDArray[np.float64], hot: NDArray[np.bool_], level: float
) -> dict[str, Any]:
    lon, lat = centres(cells)
    n = len(cells)
    once = counts.astype(np.float64).reshape(n, 1, 1)
    table = CellTable(
        cell=cells,
        area=np.full(n, -1, dtype=np.int16),
        place=[f"{danish.number(y, 4)}, {danish.number(x, 4)}" for x, y in zip(lon, lat, strict=True)],
        expected=np.zeros_like(once),
        recent=once,
        observed=np.zeros_like(once),
        q=np.column_stack([q, q]),
        hot=np.column_stack([hot, hot]),
        ranked=np.ones(n, dtype=np.bool_),
        hours=np.zeros((n, 24)),
    )
    return {
        "kind": "cells",
        "shifts": [],
        "shiftIds": [],
        "categories": [],
        "categoryIds": [],
        "windowDays": None,
        "hoursDays": None,
        "neighbourSteps": 1,
        "hasExpected": False,
        "uncertainBelow": UNCERTAIN_BELOW,
        "colours": SEQUENTIAL,
        "significance": significance(level),
        "observedColour": OBSERVED,
        "limits": limits(table),
        "ranked": list(range(n)),
        "cells": cell_payload(table, (rounded(lon.min()), rounded(lat.min())) if n else (0.0, 0.0)),
        "clusters": [],
    }


def _busiest(z: NDArray[np.float64], p: NDArray[np.float64], hot: NDArray[np.bool_]) -> tuple[float, float] | None:
    """z and p of the strongest hot cell."""
    if not hot.any():
        return None
    strongest = int(np.where(hot, z, -np.inf).argmax())
    return float(z[strongest]), float(p[strongest])


def _bounds(cells: Cells, outline: shapely.Geometry | None) -> tuple[float, float, float, float]:
    if outline is not None:
        west, south, east, north = shapely.bounds(outline)
        return float(west), float(south), float(east), float(north)
    lon, lat = centres(cells)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _outline(outline: shapely.Geometry | None) -> list[dict[str, Any]]:
    if outline is None:
        return []
    rings = [ring for part in shapely.get_parts(outline) for ring in (part.exterior, *part.interiors)]
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(outline))[0]
    return [
        {
            "name": "",
            "role": "treated",
            "rings": [[[rounded(x), rounded(y)] for x, y in ring.coords] for ring in rings],
            "label": [rounded(lon), rounded(lat)],
        }
    ]
