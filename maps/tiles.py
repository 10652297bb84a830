"""What a page is told of the operator's own map tiles: `static/tiles.js` draws them above the sketch."""

from dataclasses import dataclass

from markupsafe import Markup

from geo.tiles import Bounds
from maps.language import _
from maps.page import embedded_json


@dataclass(frozen=True)
class TilesTold:
    """``url`` has places for zoom, column and row; ``bounds`` are degrees; ``have_names``: street names are in them."""

    url: str
    bounds: Bounds
    min_zoom: int
    max_zoom: int
    attribution: str
    have_names: bool


def tiles_part(told: TilesTold) -> Markup:
    """A part of a page, of data alone."""
    west, south, east, north = told.bounds
    data = {
        "url": told.url,
        "bounds": [[south, west], [north, east]],
        "minZoom": told.min_zoom,
        "maxZoom": told.max_zoom,
        "haveNames": told.have_names,
        "credit": _("Baggrund: {attribution}").format(attribution=told.attribution),
        "choice": _("Skitse som baggrund"),
        "missing": _("Baggrundskortet mangler nogle steder lige nu. Der vises skitsen."),
    }
    return Markup('<script type="application/json" id="tiles-data">{}</script>').format(embedded_json(data))
