"""What a run's result becomes: pages and data, for the service or as files beside each other."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from api.page_links import FILES, ROUTES
from data.store import Product
from maps.assets import Assets, inlined, linked
from maps.cluster_history_json import CLUSTER_HISTORY, history_json
from maps.daily import daily_page, day_cells
from maps.displacement import displacement_page
from maps.geojson import cells_geojson, displacement_json, quality_json, trends_json
from maps.json_bytes import json_bytes
from maps.language import LANGUAGES, language, localised, speaking
from maps.page import PageLinks
from maps.quality import quality_page
from maps.scorecard import scorecard_json, scorecard_page
from maps.start import start_page
from maps.status import data_age
from maps.trend import trend_page
from models import patrol_basis
from models.daily import DailyResult
from models.disclosure import released_trends
from models.partnership import Partnership
from models.patrol_basis import PATROL_BASIS
from models.run_counts import RUN_COUNTS, RunCounts, packed

HTML = "text/html; charset=utf-8"
JSON = "application/json"
BYTES = "application/octet-stream"
GEOJSON = "application/geo+json"
Sketch = Mapping[str, Any] | None


def pages_and_data(
    result: DailyResult, partnership: Partnership, sketch: Sketch, runs: Sequence[date]
) -> list[Product]:
    """Every product of a run as the service hands it out; ``runs`` are the dates there are pages of."""
    pages = []
    for spoken in LANGUAGES:
        with speaking(spoken):
            pages += _pages(result, partnership, sketch, runs, assets=linked(), links=ROUTES)
            pages.append(_planner_start(result, partnership, sketch))
    return [
        *pages,
        *_data(result, partnership),
        _product("daily-cells.json", JSON, json_bytes(day_cells(result, partnership, sketch))),
        _product(RUN_COUNTS, BYTES, packed(counts_of(result, partnership))),
        _product(PATROL_BASIS, BYTES, patrol_basis.packed(patrol_basis.basis_of(result, partnership))),
        _product(CLUSTER_HISTORY, JSON, json_bytes(history_json(result.followed, partnership))),
    ]


def counts_of(result: DailyResult, partnership: Partnership) -> RunCounts:
    """The reported incidents of a run's complete days."""
    status = result.status
    return RunCounts(
        tuple(area.id for area in partnership.areas.areas),
        tuple(category.id for category in partnership.categories),
        status.first_day,
        result.area_counts[:, : status.completeness.complete_until_day - status.first_day],
    )


def pages_as_files(result: DailyResult, partnership: Partnership, sketch: Sketch) -> dict[str, bytes]:
    """The same as files: each page is complete in itself and links to the others beside it."""
    pages = _pages(result, partnership, sketch, [result.date], assets=inlined(), links=FILES)
    return {product.name: product.body for product in (*pages, *_data(result, partnership))}


def _pages(
    result: DailyResult,
    partnership: Partnership,
    sketch: Sketch,
    runs: Sequence[date],
    *,
    assets: Assets,
    links: PageLinks,
) -> list[Product]:
    synthetic = result.status.synthetic
    released = released_trends(result.trend.trends)
    daily = daily_page(result, partnership, sketch, assets=assets, runs=runs, synthetic=synthetic, links=links)
    displacement = displacement_page(result, partnership, sketch, assets=assets, synthetic=synthetic, links=links)
    trend = trend_page(
        released,
        result.trend.windows,
        partnership,
        sketch,
        age=data_age(result, partnership),
        assets=assets,
        synthetic=synthetic,
        links=links,
    )
    quality = quality_page(result, partnership, sketch, assets=assets, synthetic=synthetic, links=links)
    scored = scorecard_page(result, partnership, assets=assets, synthetic=synthetic, links=links)
    start = start_page(result, released, partnership, sketch, assets=assets, synthetic=synthetic, links=links)
    pages = {"index": start, "daily": daily, "displacement": displacement, "trend": trend, "quality": quality}
    pages["scorecard"] = scored
    return [_page(name, page) for name, page in pages.items()]


def _planner_start(result: DailyResult, partnership: Partnership, sketch: Sketch) -> Product:
    """The start page without what only analysts may open."""
    page = start_page(
        result,
        released_trends(result.trend.trends),
        partnership,
        sketch,
        assets=linked(),
        synthetic=result.status.synthetic,
        links=ROUTES,
        entrances=("planner",),
    )
    return _page("index-planner", page)


def _page(name: str, text: str) -> Product:
    return _product(localised(f"{name}.html", language()), HTML, text.encode())


def _data(result: DailyResult, partnership: Partnership) -> list[Product]:
    released = released_trends(result.trend.trends)
    return [
        _product("cells.geojson", GEOJSON, json_bytes(cells_geojson(result, partnership))),
        _product("displacement.json", JSON, json_bytes(displacement_json(result, partnership))),
        _product("trends.json", JSON, json_bytes(trends_json(released, result.trend.windows, partnership))),
        _product("scorecard.json", JSON, json_bytes(scorecard_json(result, partnership))),
        _product("quality.json", JSON, json_bytes(quality_json(result, partnership))),
    ]


def _product(name: str, media_type: str, body: bytes) -> Product:
    return Product(name, media_type, body, hashlib.sha256(body).hexdigest()[:32])
