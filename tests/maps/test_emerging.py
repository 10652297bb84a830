import base64
import re

import numpy as np
import pytest
import shapely

from geo.grid import adjacency, cells_with_centre_inside
from maps.assets import inlined
from maps.emerging import HOT_COLOURS, MEANINGS, NAMES, class_name, emerging_page
from maps.geojson import emerging_geojson
from models.cell_emerging import CellEmerging
from models.emerging_hot_spots import EmergingParameters, Pattern, emerging_hot_spots

AREA = shapely.box(12.54, 55.685, 12.56, 55.697)


def result_of(per_bin: float, busy: int) -> CellEmerging:
    cells = cells_with_centre_inside(AREA, 9)
    counts = np.random.default_rng(6).poisson(per_bin, (len(cells), 12))
    counts[4, -1] += busy
    found = emerging_hot_spots(counts.astype(float), adjacency(cells, include_self=True))
    return CellEmerging(cells, counts, 20_000, 7, 3, found)


def page_of(result: CellEmerging) -> str:
    return emerging_page(
        result, title="fil", resolution=9, parameters=EmergingParameters(), assets=inlined(), area=AREA
    )


def drawings(page: str) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r"svg\+xml;base64,([^\"]+)", page)]


def test_a_new_hot_spot_is_on_the_map_in_the_history_and_in_the_table() -> None:
    result = result_of(3.0, busy=60)
    assert Pattern.NEW in result.found.pattern
    page = page_of(result)
    chart_map, history = drawings(page)[-2:]
    assert HOT_COLOURS[Pattern.NEW] in chart_map
    assert "1  nyt hotspot" in chart_map
    assert "1 · " in history
    assert "<td>1 nyt hotspot</td>" in page
    assert "1 af 12" in page
    assert "3 ligger uden for cellerne" in page
    assert page == page_of(result)


def test_nothing_found_is_said_and_what_could_have_been_found() -> None:
    result = result_of(0.02, busy=0)
    page = page_of(result)
    assert f"Ingen af {len(result.cell)} celler har et mønster" in page
    assert "Cellernes historie" not in page
    assert "Så få hændelser siger intet om coldspots" in page


def test_no_incidents_at_all_can_be_drawn() -> None:
    cells = cells_with_centre_inside(AREA, 9)
    counts = np.zeros((len(cells), 10), dtype=np.int64)
    found = emerging_hot_spots(counts.astype(float), adjacency(cells, include_self=True))
    assert "Ingen af" in page_of(CellEmerging(cells, counts, 20_000, 7, 0, found))


def test_every_class_has_a_name_a_meaning_and_a_colour() -> None:
    classes = set(Pattern) - {Pattern.NONE}
    assert classes == set(NAMES) == set(MEANINGS) == set(HOT_COLOURS)
    assert len(set(HOT_COLOURS.values())) == len(classes)


@pytest.mark.parametrize(
    ("pattern", "side", "name"),
    [(1, 1, "nyt hotspot"), (8, -1, "tidligere coldspot"), (0, 0, "intet mønster")],
)
def test_names(pattern: int, side: int, name: str) -> None:
    assert class_name(pattern, side) == name


def test_geojson_has_every_cell_and_bin() -> None:
    result = result_of(3.0, busy=60)
    collection = emerging_geojson(result)
    assert (collection["start"], collection["bin_days"], collection["bins"]) == ("2024-10-04", 7, 12)
    assert len(collection["features"]) == len(result.cell)
    properties = collection["features"][4]["properties"]
    assert (properties["class"], properties["side"]) == ("new", "hot")
    assert properties["counts"] == result.count[4].tolist()
    assert properties["hot_bins"] == [11]
    assert {f["properties"]["side"] for f in collection["features"]} <= {"hot", "cold", None}
