import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import h3
import numpy as np
import pytest
import shapely

from geo.areas import AreaSet
from geo.grid import cells_at
from maps.assets import SCRIPTS, STYLES, linked, static_text
from maps.daily import cell_table, daily_page, significance
from maps.page import rounded
from models.daily import DailyResult
from models.partnership import Category, Partnership
from tests.maps.conftest import DAY, LINKS


def embedded(page: str, element: str = "page-data") -> Any:
    found = re.search(f'id="{element}">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def drawn(result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any] | None, *, synthetic: bool) -> str:
    return daily_page(result, partnership, sketch, assets=linked(), runs=[DAY], synthetic=synthetic, links=LINKS)


def test_every_shift_category_and_run_can_be_chosen(pages: Mapping[str, str], partnership: Partnership) -> None:
    page = pages["daily.html"]
    for shift in partnership.calendar.shifts:
        assert f'name="vagt" value="{shift.id}"' in page
    for category in partnership.categories:
        assert f'<option value="{category.id}">{category.label}</option>' in page
    dates = re.findall(r'<option value="daily-([0-9-]+)\.html" data-day="\1"( selected)?>', page)
    assert [day for day, _ in dates] == [(DAY - timedelta(days=back)).isoformat() for back in range(5)]
    assert [day for day, selected in dates if selected] == [DAY.isoformat()]


def test_names_from_outside_are_escaped(result: DailyResult, partnership: Partnership) -> None:
    nasty = '</script><script>alert("x")</script>'
    areas = tuple(replace(area, name=nasty) for area in partnership.areas.areas)
    evil = replace(
        partnership,
        name=nasty,
        areas=AreaSet(areas, partnership.areas.metric_crs, nasty),
        categories=tuple(Category(c.id, nasty) for c in partnership.categories),
    )
    sketch = {
        "attribution": nasty,
        "features": [
            {
                "properties": {"kind": "street", "name": nasty},
                "geometry": {"type": "LineString", "coordinates": [[12.55, 55.688], [12.556, 55.688]]},
            }
        ],
    }
    page = drawn(result, evil, sketch, synthetic=False)
    assert "<script>alert" not in page
    assert embedded(page)["categories"][0] == nasty


def test_real_data_carry_no_banner(result: DailyResult, partnership: Partnership) -> None:
    assert "SYNTETISKE" not in drawn(result, partnership, None, synthetic=False)


def test_only_cells_with_something_to_show_are_in_the_page(result: DailyResult, partnership: Partnership) -> None:
    nothing = replace(
        result,
        cells=replace(
            result.cells,
            expected=np.zeros_like(result.cells.expected),
            recent=np.zeros_like(result.cells.recent),
            observed=np.zeros_like(result.cells.observed),
        ),
    )
    assert len(cell_table(nothing, partnership, None).cell) == 0
    assert embedded(drawn(nothing, partnership, None, synthetic=False))["cells"]["id"] == []
    assert 100 < len(cell_table(result, partnership, None).cell) <= len(result.cells.cell)


def test_control_areas_are_not_ranked(result: DailyResult, partnership: Partnership) -> None:
    table = cell_table(result, partnership, None)
    controls = [i for i, area in enumerate(partnership.areas.areas) if area.role == "control"]
    assert np.isin(table.area, controls).any()
    assert not np.isin(table.area[table.ranked], [*controls, -1]).any()


@pytest.mark.parametrize(
    ("q", "limits"), [(0.05, [0.05, 0.01, 0.001]), (0.1, [0.1, 0.01, 0.001]), (0.01, [0.01, 0.001])]
)
def test_the_widest_significance_class_is_the_partnerships_own(q: float, limits: list[float]) -> None:
    assert [limit for limit, _ in significance(q)] == limits


def test_first_load_is_below_150_kb_compressed(
    result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any]
) -> None:
    page = drawn(result, partnership, sketch, synthetic=True)
    parts = [page, *(static_text(name) for name in (*STYLES, *SCRIPTS))]
    assert sum(len(gzip.compress(part.encode())) for part in parts) < 150_000


def test_planners_get_no_point_finer_than_a_cell_of_the_map(
    result: DailyResult, partnership: Partnership, pages: Mapping[str, str]
) -> None:
    data = embedded(pages["daily.html"])
    resolution = partnership.resolutions.map
    assert {h3.get_resolution(cell) for cell in data["cells"]["id"]} == {resolution}
    assert len(data["clusters"]) == len(result.clusters) > 0
    for shown, cluster in zip(data["clusters"], result.clusters, strict=True):
        assert set(shown) == {"incidents", "hull"}
        # Every corner is a corner of a cell, and the outline holds every incident.
        lon, lat = np.array(shown["hull"]).T
        around = np.unique(cells_at(lon, lat, resolution))
        nearby = {cell for at in around.tolist() for cell in h3.grid_disk(h3.int_to_str(at), 1)}
        corners = {(rounded(x), rounded(y)) for cell in nearby for y, x in h3.cell_to_boundary(cell)}
        assert {tuple(corner) for corner in shown["hull"]} <= corners
        outline = shapely.Polygon(shown["hull"]).buffer(1e-4)
        assert all(outline.covers(shapely.Point(at)) for at in cluster.hull)
