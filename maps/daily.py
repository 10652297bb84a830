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
from maps.language import LANGUAGES, _, language, n_, speaking
from maps.page import Frame, PageLinks, render, rounded
from maps.places import place_names
from maps.shell import map_shell
from maps.status import data_age
from models.daily import ClusterOnMap, DailyResult, recent_days
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
            title=_title(result),
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
        about=_about(result),
        runs=[
            (day, danish.short_date(day, result.date), links.daily_at(day))
            for day in sorted({*runs, result.date}, reverse=True)
        ],
        shell=map_shell(
            partnership.areas,
            label=_("Kort over celler. Samme oplysninger står i tabellen."),
            focus=("treated",),
        ),
        basemap=basemap(partnership.areas, sketch),
        colours=[*SEQUENTIAL, *(colour for _, colour in SIGNIFICANCE)],
        uncertain_below=UNCERTAIN_BELOW,
        one_in_twenty=0.05,  # as a constant in the template it would keep the sign of the first language
        payload=_lasting(partnership)
        | _of_day(result, partnership, table)
        | {"texts": {language(): _texts(result, partnership)}},
    )


def day_cells(result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the page of another date shows in place of its own: figures, and the texts in every language."""
    texts = {}
    for spoken in LANGUAGES:
        with speaking(spoken):
            texts[spoken] = _texts(result, partnership)
    return _of_day(result, partnership, cell_table(result, partnership, sketch)) | {"texts": texts}


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
        hours=cells.hours[shown],
        ranked=(area >= 0) & near[area],
        instead={view: counted[shown] for view, counted in result.scorecard.naive.items()},
    )


def _lasting(partnership: Partnership) -> dict[str, Any]:
    """What a page keeps from day to day."""
    return {
        "kind": "cells",
        "hasExpected": True,
        "shifts": [_(shift.label) for shift in partnership.calendar.shifts],
        "shiftIds": [shift.id for shift in partnership.calendar.shifts],
        "categories": [_(category.label) for category in partnership.categories],
        "categoryIds": [category.id for category in partnership.categories],
        "windowDays": partnership.hotspots.window_days,
        "hoursDays": recent_days(partnership),
        "neighbourSteps": partnership.hotspots.neighbour_steps,
        "uncertainBelow": UNCERTAIN_BELOW,
        "colours": SEQUENTIAL,
        "significance": significance(partnership.hotspots.q),
        "observedColour": OBSERVED,
    }


def _of_day(result: DailyResult, partnership: Partnership, table: CellTable) -> dict[str, Any]:
    """What changes from day to day. Days of other ``settings`` are not drawn into the same page."""
    west, south, _east, _north = partnership.areas.bounds
    return {
        "date": result.date.isoformat(),
        "settings": [
            [shift.id for shift in partnership.calendar.shifts],
            [category.id for category in partnership.categories],
            [partnership.hotspots.window_days, partnership.hotspots.neighbour_steps, partnership.hotspots.q],
            [recent_days(partnership), UNCERTAIN_BELOW, partnership.resolutions.map],
            [area.id for area in partnership.areas.areas],
        ],
        "limits": limits(table),
        "ranked": np.flatnonzero(table.ranked).tolist(),
        "cells": cell_payload(table, (rounded(west), rounded(south))),
        "clusters": [_cluster(cluster, partnership.resolutions.map) for cluster in result.clusters],
    }


def _title(result: DailyResult) -> str:
    return _("Dagens kort, {date}").format(date=danish.long_date(result.date))


def _texts(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    """What the page says about its day, in the language of the moment."""
    age = data_age(result, partnership)
    return {
        "title": _title(result),
        "day": danish.long_date(result.date),
        "until": f"{age.until}.",
        "known": f"{age.known}.",
        "incomplete": age.incomplete,
        "stale": age.stale,
        "about": _about(result),
    }


def _about(result: DailyResult) -> list[str]:
    """How much data there is and how sure its places and times are."""
    status = result.status
    found = [
        _("{incidents} hændelser inden for områderne, heraf {observed} fundet af politiet selv.").format(
            incidents=danish.number(status.incidents), observed=danish.number(status.observed)
        ),
        _("{share} % ligger så tæt på en områdegrænse, at de kan høre til på begge sider.").format(
            share=danish.number(100 * status.edge_share, 1)
        ),
    ]
    shares = [
        f"{_within(age)} {danish.number(100 * float(share))} %"
        for age, share in enumerate(status.completeness.share_by_age[:8])
    ]
    if shares:
        found.append(_("Anmeldt inden for: {shares}.").format(shares=", ".join(shares)))
    return found


def _within(days: int) -> str:
    return _("samme døgn") if days == 0 else n_("{days} dag", "{days} dage", days).format(days=days)


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
