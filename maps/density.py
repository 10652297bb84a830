"""The page of a kernel density: where incidents lie densest, in file mode and for any city."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Circle, Patch
from numpy.typing import NDArray

from geo.grid import centres, outline, to_text
from geo.projection import project
from maps.assets import Assets
from maps.chart import chart
from maps.colours import SEQUENTIAL, TREATED, class_breaks, classes_of
from maps.danish import number
from maps.page import rounded
from maps.statistic_page import PageSection, PageTable, statistic_page
from models.cell_density import CellDensity

Floats = NDArray[np.float64]

SHOWN = 15
MOST_SHAPES = 3_000
# Shares of the cells with a value that lie below each class: the upper half in four steps, the rest in the palest.
LEVELS = (0.0, 0.5, 0.75, 0.9, 0.97)


def density_page(found: CellDensity, *, title: str, points: int, area: shapely.Geometry | None, assets: Assets) -> str:
    """One page in Danish: the cells coloured by density, the densest ones as a table, and how to read it."""
    most = densest(found, SHOWN)
    figure = chart(lambda axes: _draw(axes, found, area), alt=_alt(found, most), width_cm=18, height_cm=16)
    sections = [
        PageSection("Tæthed, hændelser pr. km²", "", figure),
        PageSection("De tætteste celler", table=_table(found, most)),
    ]
    bandwidth = f"med en båndbredde på {number(found.bandwidth_m)} m"
    top = found.per_km2[most[0]]
    lead = f"Tættest er der {number(top)} hændelser pr. km² {bandwidth}." if top else f"Ingen hændelser {bandwidth}."
    return statistic_page(
        title=f"Tæthed: {title}", lead=lead, sections=sections, method=_method(found, points), assets=assets
    )


def densest(found: CellDensity, most: int) -> NDArray[np.intp]:
    """Positions of the densest cells, densest first."""
    return np.argsort(-found.per_km2, kind="stable")[:most]


def density_geojson(found: CellDensity) -> dict[str, Any]:
    """A FeatureCollection of every cell, the empty ones too."""
    features = [
        {
            "type": "Feature",
            "id": name,
            "geometry": {"type": "Polygon", "coordinates": [[[rounded(x), rounded(y)] for x, y in outline(int(cell))]]},
            "properties": {"cell": name, "count": int(count), "per_km2": float(f"{density:.6g}")},
        }
        for name, cell, count, density in zip(to_text(found.cell), found.cell, found.count, found.per_km2, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _draw(axes: Axes, found: CellDensity, area: shapely.Geometry | None) -> None:
    cells = [_km(np.array(outline(int(cell))), found.crs) for cell in found.cell]
    borders = [_km(ring, found.crs) for ring in _rings(area)]
    low, high = _extent([*cells, *borders])
    breaks = class_breaks(found.per_km2, LEVELS)
    colours = [SEQUENTIAL[k] if k >= 0 else "#ffffff" for k in classes_of(found.per_km2, breaks)]
    shapes = [cell - low for cell in cells]
    # As shapes, many cells would make a page of many megabytes; as pixels, lines around them would cover their colours.
    pixels = len(cells) > MOST_SHAPES
    lines = "face" if pixels else "#cfd6dc"
    axes.add_collection(PolyCollection(shapes, facecolors=colours, edgecolors=lines, linewidths=0.2, rasterized=pixels))
    for border in borders:
        axes.plot(*(border - low).T, color=TREATED, linewidth=1.8)
    radius = found.bandwidth_m / 1000
    axes.set(xlim=(0, high[0] - low[0]), ylim=(-2.4 * radius, high[1] - low[1]), aspect="equal")
    axes.add_patch(Circle((1.1 * radius, -1.2 * radius), radius, fill=False, color=TREATED))
    axes.annotate("båndbredde", (2.3 * radius, -1.2 * radius), va="center")
    axes.set(xlabel="km mod øst", ylabel="km mod nord")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda km, _: number(km, 1))
    if breaks:
        axes.legend(handles=_legend(breaks), loc="upper left", bbox_to_anchor=(1.01, 1), title="pr. km²")


def _extent(rings: Sequence[Floats]) -> tuple[Floats, Floats]:
    """South-west and north-east corner of all rings."""
    corners = np.concatenate(rings)
    return corners.min(axis=0), corners.max(axis=0)


def _legend(breaks: Sequence[float]) -> list[Patch]:
    limits = [number(limit, 0 if limit >= 10 else 1) for limit in breaks]
    names = [f"{a}–{b}" for a, b in pairwise(limits)] + [f"{limits[-1]} og mere"]
    if len(limits) > 1:
        names[0] = f"under {limits[1]}"
    return [
        Patch(facecolor=SEQUENTIAL[k], edgecolor="#8492a0", label=name) for k, name in reversed(list(enumerate(names)))
    ]


def _km(degrees: Floats, crs: str) -> Floats:
    return np.column_stack(project(degrees[:, 0], degrees[:, 1], crs)) / 1000


def _rings(area: shapely.Geometry | None) -> list[Floats]:
    if area is None:
        return []
    parts = shapely.get_parts(area)
    return [shapely.get_coordinates(ring) for part in parts for ring in (part.exterior, *part.interiors)]


def _alt(found: CellDensity, most: NDArray[np.intp]) -> str:
    lon, lat = centres(found.cell[most[:3]])
    places = "; ".join(
        f"{number(density)} pr. km² ved {number(y, 4)}, {number(x, 4)}"
        for density, x, y in zip(found.per_km2[most], lon, lat, strict=False)
    )
    return f"Kort over tæthed i {number(len(found.cell))} celler. Tættest: {places}"


def _table(found: CellDensity, most: NDArray[np.intp]) -> PageTable:
    lon, lat = centres(found.cell[most])
    rows = [
        (name, f"{number(y, 4)}, {number(x, 4)}", number(found.per_km2[i], 1), number(int(found.count[i])))
        for i, name, x, y in zip(most, to_text(found.cell[most]), lon, lat, strict=True)
    ]
    return PageTable(
        ("Celle", "Bredde, længde", "Hændelser pr. km²", "Hændelser i cellen"), rows, text_columns=frozenset({0, 1})
    )


def _method(found: CellDensity, points: int) -> list[tuple[str, str]]:
    h = number(found.bandwidth_m)
    return [
        ("Tæthed", f"Hændelser højst {h} m fra cellens midte, de nære mest (kvartisk kerne), omregnet til én km²."),
        ("Båndbredde", f"{h} m, valgt af den, der kørte beregningen. En større giver et glattere kort."),
        ("Randen", "Hændelser uden for området tæller med. Mangler de i filen, er tallene ved randen for små."),
        ("Hændelser", f"{number(points)} i filen, også dem uden for kortet."),
        ("Siger ikke", "Om tætheden er mere end tilfældig: det prøver kommandoen hotspots."),
    ]
